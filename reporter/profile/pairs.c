/* pairs.c - see pairs.h. */
#include "profile/pairs.h"

#include "base/memory.h"
#include "figures/breakdown_tables.h"
#include "profile/blocks.h"
#include "profile/filter.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

#define WRAPPER_SITES 3   /* lines whose blocks a function must free to be a wrapper of free */
#define WRAPPERS_MOST 64u /* that are seen through */
#define ROUNDS 3          /* wrappers of wrappers */

struct pairing {
	struct profile *profile;
	struct map sites;                 /* by function and spot: struct site */
	const struct site **allocated_of; /* by node, this and the next; NULL: not asked for yet */
	const struct site **freed_of;
	const char *wrappers[WRAPPERS_MOST + 1]; /* of free, by name */
	size_t wrapper_count;
	struct map known; /* by two sites: index + 1 */
	struct freed_pair *list;
	size_t count, capacity, site_count;
};

static const struct site *site_at(struct pairing *pairing, uint32_t node, const struct source_frame *frame)
{
	struct profile *profile = pairing->profile;
	uintptr_t function = (uintptr_t)frame->function;
	uint64_t spot = source_frame_spot(frame);
	struct site *site = map_get(&pairing->sites, function, spot);

	if (site)
		return site;
	site = pool_alloc(&profile->pool, sizeof(*site));
	profile_describe_site(profile, frame, node, site);
	site->index = (uint32_t)pairing->site_count++;
	map_put(&pairing->sites, function, spot, site);
	return site;
}

static const struct site *allocated_at(struct pairing *pairing, uint32_t node)
{
	const struct site **site = &pairing->allocated_of[node];

	if (!*site) {
		const struct source_frame frame = profile_site(pairing->profile, node, NULL);

		*site = site_at(pairing, node, &frame);
	}
	return *site;
}

static const struct site *freed_at(struct pairing *pairing, uint32_t node)
{
	const struct selection wrappers = {.functions = pairing->wrappers};
	const struct site **site = &pairing->freed_of[node];

	if (!*site) {
		const struct source_frame frame =
			profile_site(pairing->profile, node, pairing->wrapper_count > 0 ? &wrappers : NULL);

		*site = site_at(pairing, node, &frame);
	}
	return *site;
}

/* The pair of two sites, a new one if need be. */
static struct freed_pair *pair_of(struct pairing *pairing, const struct site *allocated,
				  const struct site *freed)
{
	uintptr_t index = (uintptr_t)map_get(&pairing->known, (uintptr_t)allocated, freed->index);

	if (index == 0) {
		pairing->list = pool_grow(pairing->list, &pairing->capacity, pairing->count + 1,
					  sizeof(*pairing->list));
		pairing->list[pairing->count++] = (struct freed_pair){.allocated = allocated, .freed = freed};
		index = pairing->count;
		map_put(&pairing->known, (uintptr_t)allocated, freed->index, (void *)index); // NOLINT
	}
	return &pairing->list[index - 1];
}

static void pair_all(struct pairing *pairing, const struct breakdown_tables *tables)
{
	for (size_t i = 0; i < tables->pair_count; i++) {
		const struct pair_row *row = &tables->pairs[i];

		if (row->blocks == 0 || !profile_passes(pairing->profile, row->node))
			continue;
		struct freed_pair *pair =
			pair_of(pairing, allocated_at(pairing, row->node), freed_at(pairing, row->freed));
		pair->blocks += row->blocks;
		pair->bytes += row->bytes;
	}
}

/* ---- wrappers of free ------------------------------------------------------------------------- */

/* xfree, sqlite3_free, PyMem_Free: a name that is no glob, and ends so. */
static bool is_named_free(const char *name)
{
	size_t length = strlen(name);

	return length >= 4 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") == length &&
	       strcasecmp(name + length - 4, "free") == 0;
}

static bool is_wrapper(const struct pairing *pairing, const char *name)
{
	for (size_t i = 0; i < pairing->wrapper_count; i++)
		if (strcmp(pairing->wrappers[i], name) == 0)
			return true;
	return false;
}

/* A function of such a name that frees what several lines have allocated hands on what others free: theirs
 * are the lines to show.  Whether there are any that were not known before. */
static bool find_wrappers(struct pairing *pairing)
{
	uint32_t *freed = memory_zeroed(pairing->site_count, sizeof(*freed)); /* lines, by site */
	size_t before = pairing->wrapper_count;

	for (size_t i = 0; i < pairing->count; i++)
		freed[pairing->list[i].freed->index]++;
	for (size_t i = 0; i < pairing->count && pairing->wrapper_count < WRAPPERS_MOST; i++) {
		const struct site *site = pairing->list[i].freed;

		if (freed[site->index] >= WRAPPER_SITES && is_named_free(site->function) &&
		    !is_wrapper(pairing, site->function))
			pairing->wrappers[pairing->wrapper_count++] = site->function;
	}
	free(freed);
	return pairing->wrapper_count > before;
}

static void begin_anew(struct pairing *pairing)
{
	map_finish(&pairing->known);
	pairing->known = (struct map){0};
	pairing->count = 0;
	memset(pairing->freed_of, 0, pairing->profile->info->node_count * sizeof(*pairing->freed_of));
}

/* ---- all of them -------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	const struct freed_pair *a = left, *b = right;
	int order;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (a->blocks != b->blocks)
		return a->blocks > b->blocks ? -1 : 1;
	order = profile_compare_sites(a->allocated, b->allocated);
	return order ? order : profile_compare_sites(a->freed, b->freed);
}

static void finish(struct pairing *pairing, struct freed_pairs *out)
{
	struct profile *profile = pairing->profile;
	struct freed_pair *list = pool_alloc(&profile->pool, (pairing->count + 1) * sizeof(*list));

	if (pairing->count > 0) {
		qsort(pairing->list, pairing->count, sizeof(*list), compare);
		memcpy(list, pairing->list, pairing->count * sizeof(*list));
	}
	for (size_t i = 0; i < pairing->count; i++) {
		out->blocks += list[i].blocks;
		out->bytes += list[i].bytes;
		list[i].bytes_error = weight_error_bytes(
			weight_vague_bytes(list[i].blocks, list[i].bytes, profile->info->sample_bytes),
			profile->info->sample_bytes);
		list[i].blocks = weight_blocks(list[i].blocks, profile->info->sample_bytes);
	}
	out->blocks = weight_blocks(out->blocks, profile->info->sample_bytes);
	out->list = list;
	out->count = pairing->count;
	map_finish(&pairing->sites);
	map_finish(&pairing->known);
	free(pairing->allocated_of);
	free(pairing->freed_of);
	free(pairing->list);
}

int profile_pairs(struct profile *profile, struct freed_pairs *out, struct diagnostic *diagnostic)
{
	struct pairing pairing = {.profile = profile};
	const struct breakdown_tables *tables;
	int error = profile_breakdown(profile, &tables, diagnostic);

	*out = (struct freed_pairs){0};
	if (error)
		return error;
	profile_collect_sites(profile, true);
	pairing.allocated_of = memory_zeroed(profile->info->node_count, sizeof(*pairing.allocated_of));
	pairing.freed_of = memory_zeroed(profile->info->node_count, sizeof(*pairing.freed_of));
	pair_all(&pairing, tables);
	for (int round = 0; round < ROUNDS && find_wrappers(&pairing); round++) {
		begin_anew(&pairing);
		pair_all(&pairing, tables);
	}
	finish(&pairing, out);
	return 0;
}
