/*
 * types.c - tracked blocks by type, and what collectors freed by call site.
 */
#include "figures/weight.h"
#include "profile/private.h"
#include "trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- types -------------------------------------------------------------------- */

static int type_by_name(const void *left, const void *right)
{
	const struct typed_blocks *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int type_by_peak(const void *left, const void *right)
{
	const struct typed_blocks *a = left, *b = right;

	if (a->amounts.peak_bytes != b->amounts.peak_bytes)
		return a->amounts.peak_bytes > b->amounts.peak_bytes ? -1 : 1;
	if (a->amounts.leaked_bytes != b->amounts.leaked_bytes)
		return a->amounts.leaked_bytes > b->amounts.leaked_bytes ? -1 : 1;
	return strcmp(a->name, b->name);
}

static struct typed_blocks type_of(const struct profile *profile, uint32_t node,
				   const struct model_node *figures)
{
	return (struct typed_blocks){
		.name = trace_label(profile->trace, trace_code(profile->info, node)->pc),
		.amounts = amounts_of(figures, profile->ownership.remains[node], profile->info->sample_bytes),
	};
}

/* Of a type that is not added to any more. */
static void finish_type(struct typed_blocks *type, uint64_t sample_bytes)
{
	uint64_t collected_vague = weight_vague_bytes(type->amounts.collected_blocks,
						      type->amounts.collected_bytes, sample_bytes);

	amounts_weigh(&type->amounts, sample_bytes);
	type->peak_error = figure_error(&type->amounts, FIGURE_PEAK, sample_bytes);
	type->leaked_error = figure_error(&type->amounts, FIGURE_LEAKED, sample_bytes);
	type->collected_error = weight_error_bytes(collected_vague, sample_bytes);
}

/* One of each name; how many are left. */
static size_t merge_types(struct typed_blocks *types, size_t count)
{
	size_t used = 0;

	qsort(types, count, sizeof(*types), type_by_name);
	for (size_t i = 0; i < count; i++) {
		if (used > 0 && strcmp(types[used - 1].name, types[i].name) == 0)
			amounts_add(&types[used - 1].amounts, &types[i].amounts);
		else
			types[used++] = types[i];
	}
	return used;
}

/* The next node that is a type and has blocks. */
static bool next_typed(const struct profile *profile, struct figures_walk *walk, uint32_t *node,
		       struct model_node *figures)
{
	while (figures_walk_next(walk, node, figures))
		if (trace_code(profile->info, *node)->label && model_node_has_blocks(figures))
			return true;
	return false;
}

int profile_fill_types(struct profile *profile)
{
	const struct figures_nodes *nodes = model_summary(profile->model)->nodes;
	struct gc_figures *gc = &profile->gc;
	struct figures_walk walk = figures_walk(nodes);
	struct model_node figures;
	size_t count = 0;
	uint32_t node;

	while (next_typed(profile, &walk, &node, &figures))
		count++;
	gc->types = calloc(count + 1, sizeof(*gc->types));
	if (!gc->types)
		return -ENOMEM;
	count = 0;
	walk = figures_walk(nodes);
	while (next_typed(profile, &walk, &node, &figures))
		gc->types[count++] = type_of(profile, node, &figures);
	count = merge_types(gc->types, count);
	for (size_t i = 0; i < count; i++)
		finish_type(&gc->types[i], profile->info->sample_bytes);
	qsort(gc->types, count, sizeof(*gc->types), type_by_peak);
	gc->result.types = gc->types;
	gc->result.type_count = count;
	return 0;
}

/* ---- call sites ------------------------------------------------------------------ */

static int site_by_bytes(const void *left, const void *right)
{
	const struct collected_site *a = left, *b = right;
	int order;

	if (a->collected_bytes != b->collected_bytes)
		return a->collected_bytes > b->collected_bytes ? -1 : 1;
	order = strcmp(a->file, b->file);
	if (order == 0)
		order = a->line < b->line ? -1 : a->line > b->line;
	return order != 0 ? order : strcmp(a->function, b->function);
}

/* Counts of sampled blocks are rounded one by one. */
static uint64_t less(uint64_t count, uint64_t part)
{
	return part < count ? count - part : 0;
}

static struct collected_site collected_site_of(const struct site *site, uint64_t sample_bytes)
{
	const struct amounts *amounts = &site->amounts;
	uint64_t released_bytes = amounts->allocated_bytes - amounts->leaked_bytes - amounts->kept_bytes -
				  amounts->suppressed_bytes - amounts->collected_bytes;

	return (struct collected_site){
		.function = site->place,
		.file = site->file,
		.line = site->line,
		.collected_blocks = amounts->collected_blocks,
		.collected_bytes = amounts->collected_bytes,
		.collected_error = weight_error_bytes(amounts->collected_bytes, sample_bytes),
		.released_blocks = less(amounts->allocations, amounts->leaked_blocks + amounts->kept_blocks +
								      amounts->suppressed_blocks +
								      amounts->collected_blocks),
		.released_bytes = released_bytes,
		.released_error = weight_error_bytes(released_bytes, sample_bytes),
	};
}

int profile_fill_collected_sites(struct profile *profile)
{
	struct gc_figures *gc = &profile->gc;
	size_t count = 0, site_count;
	const struct site *const *sites = profile_sites(profile, FIGURE_ALLOCATIONS, 0, &site_count);

	gc->sites = calloc(site_count + 1, sizeof(*gc->sites));
	if (!gc->sites)
		return -ENOMEM;
	for (size_t i = 0; i < site_count; i++)
		if (sites[i]->amounts.collected_blocks > 0)
			gc->sites[count++] = collected_site_of(sites[i], profile->info->sample_bytes);
	qsort(gc->sites, count, sizeof(*gc->sites), site_by_bytes);
	gc->result.sites = gc->sites;
	gc->result.site_count = count;
	return 0;
}
