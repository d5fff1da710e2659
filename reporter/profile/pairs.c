/* pairs.c - see pairs.h. */
#include "profile/pairs.h"

#include "base/memory.h"
#include "figures/breakdown_tables.h"
#include "profile/blocks.h"
#include "profile/filter.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

struct pairing {
	struct profile *profile;
	struct map sites;            /* by function and spot: struct site */
	const struct site **of_node; /* by node; NULL: not asked for yet */
	struct map known;            /* by two sites: index + 1 */
	struct freed_pair *list;
	size_t count, capacity, site_count;
};

static const struct site *site_at(struct pairing *pairing, uint32_t node)
{
	struct profile *profile = pairing->profile;
	struct site *site;

	if (pairing->of_node[node])
		return pairing->of_node[node];
	const struct source_frame frame = profile_site(profile, node, NULL);
	uintptr_t function = (uintptr_t)frame.function;
	uint64_t spot = source_frame_spot(&frame);

	site = map_get(&pairing->sites, function, spot);
	if (!site) {
		site = pool_alloc(&profile->pool, sizeof(*site));
		profile_describe_site(profile, &frame, node, site);
		site->index = (uint32_t)pairing->site_count++;
		map_put(&pairing->sites, function, spot, site);
	}
	pairing->of_node[node] = site;
	return site;
}

static void add(struct pairing *pairing, const struct pair_row *row)
{
	const struct site *allocated = site_at(pairing, row->node), *freed = site_at(pairing, row->freed);
	uintptr_t index = (uintptr_t)map_get(&pairing->known, (uintptr_t)allocated, freed->index);

	if (index == 0) {
		pairing->list = pool_grow(pairing->list, &pairing->capacity, pairing->count + 1,
					  sizeof(*pairing->list));
		pairing->list[pairing->count++] = (struct freed_pair){.allocated = allocated, .freed = freed};
		index = pairing->count;
		map_put(&pairing->known, (uintptr_t)allocated, freed->index, (void *)index); // NOLINT
	}
	pairing->list[index - 1].blocks += row->blocks;
	pairing->list[index - 1].bytes += row->bytes;
}

static int compare_places(const struct site *a, const struct site *b)
{
	int order = strcmp(a->file, b->file);

	if (order == 0)
		order = a->line < b->line ? -1 : a->line > b->line;
	if (order == 0)
		order = strcmp(a->place, b->place);
	return order;
}

static int compare(const void *left, const void *right)
{
	const struct freed_pair *a = left, *b = right;
	int order;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (a->blocks != b->blocks)
		return a->blocks > b->blocks ? -1 : 1;
	order = compare_places(a->allocated, b->allocated);
	return order ? order : compare_places(a->freed, b->freed);
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
		list[i].blocks = weight_blocks(list[i].blocks, profile->info->sample_bytes);
	}
	out->blocks = weight_blocks(out->blocks, profile->info->sample_bytes);
	out->list = list;
	out->count = pairing->count;
	map_finish(&pairing->sites);
	map_finish(&pairing->known);
	free(pairing->of_node);
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
	pairing.of_node = memory_zeroed(profile->info->node_count, sizeof(*pairing.of_node));
	for (size_t i = 0; i < tables->pair_count; i++)
		if (tables->pairs[i].blocks > 0 && profile_passes(profile, tables->pairs[i].node))
			add(&pairing, &tables->pairs[i]);
	finish(&pairing, out);
	return 0;
}
