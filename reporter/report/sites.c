/*
 * sites.c - call sites: what each line asked for itself, through whatever library and allocator code.
 */
#include "report/private.h"

#include <errno.h>
#include <stdlib.h>

static const struct source_function unknown = {.name = "(no call path)", .file = "", .module = ""};

struct entry {
	const struct source_function *function;
	uint32_t line, node;
};

static bool is_own(const struct source_frame *frame)
{
	return !frame->function->system && !frame->function->allocator;
}

/* NULL: none, or (then *skipped is a node) the first of that node's frames, which have not been looked up. */
static const struct source_frame *find_site(struct report *report, uint32_t leaf,
					    const struct selection *wrappers, uint32_t *skipped)
{
	const struct source_frame *frames, *innermost = NULL, *wrapper = NULL;

	*skipped = 0;
	for (uint32_t node = leaf; node != 0; node = report->info->nodes[node].parent) {
		size_t count = report_met_frames(report, node, &frames);

		if (!innermost && *skipped == 0 && report_skips(report, node))
			*skipped = node;
		for (size_t i = 0; i < count; i++) {
			innermost = innermost ? innermost : &frames[i];
			if (!is_own(&frames[i]))
				continue;
			if (!wrappers || !selection_matches(wrappers, frames[i].function))
				return &frames[i];
			wrapper = wrapper ? wrapper : &frames[i];
		}
	}
	if (wrapper)
		return wrapper;
	return *skipped == 0 ? innermost : NULL;
}

struct source_frame report_site(struct report *report, uint32_t leaf, const struct selection *wrappers)
{
	uint32_t skipped;
	const struct source_frame *site = find_site(report, leaf, wrappers, &skipped);

	if (!site && skipped != 0)
		report_frames(report, skipped, &site);
	return site ? *site : (struct source_frame){.function = &unknown};
}

static struct entry entry_of(const struct source_frame *site, uint32_t leaf)
{
	return site ? (struct entry){site->function, site->line, leaf} : (struct entry){&unknown, 0, leaf};
}

static int entry_compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->function != b->function)
		return (uintptr_t)a->function < (uintptr_t)b->function ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

static void site_add(struct view_site *site, const struct model_node *figures)
{
	site->allocations += figures->allocations;
	site->allocated_bytes += figures->allocated_bytes;
	site->peak_bytes += figures->peak_bytes;
	site->peak_blocks += figures->peak_blocks;
	site->leaked_bytes += figures->live_bytes;
	site->leaked_blocks += figures->live_blocks;
	site->temporary += figures->temporary;
	site->collected_blocks += figures->collected_blocks;
	site->collected_bytes += figures->collected_bytes;
}

/* Once a site has all its figures. */
static void site_finish(struct view_site *site, uint64_t sample_bytes)
{
	site->allocations = weight_blocks(site->allocations, sample_bytes);
	site->peak_blocks = weight_blocks(site->peak_blocks, sample_bytes);
	site->leaked_blocks = weight_blocks(site->leaked_blocks, sample_bytes);
	site->temporary = weight_blocks(site->temporary, sample_bytes);
	site->collected_blocks = weight_blocks(site->collected_blocks, sample_bytes);
	site->allocated_error = weight_error_bytes(site->allocated_bytes, sample_bytes);
	site->peak_error = weight_error_bytes(site->peak_bytes, sample_bytes);
	site->leaked_error = weight_error_bytes(site->leaked_bytes, sample_bytes);
}

static void merge(struct report *report, struct entry *entries, size_t count)
{
	struct view_site *site = NULL;

	qsort(entries, count, sizeof(*entries), entry_compare);
	report->view.site_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct source_function *function = entries[i].function;

		if (i == 0 || function != entries[i - 1].function || entries[i].line != entries[i - 1].line) {
			site = &report->sites[report->view.site_count++];
			*site = (struct view_site){
				.function = function->name,
				.file = function->file,
				.module = function->module,
				.line = entries[i].line,
			};
		}
		site_add(site, model_node(report->model, entries[i].node));
	}
}

/* ---- all of them ------------------------------------------------------------------- */

/* By node, those without a name: of the paths that lie within the C library.  Returns how many have one. */
static size_t collect(struct report *report, struct entry *entries, uint32_t *unnamed, size_t *unnamed_count)
{
	size_t count = 0;
	uint32_t skipped;

	for (uint32_t node = 0; node < report->info->node_count; node++) {
		if (model_node(report->model, node)->allocations == 0)
			continue;
		const struct source_frame *site = find_site(report, node, NULL, &skipped);

		if (!site && skipped != 0)
			unnamed[(*unnamed_count)++] = node;
		else
			entries[count++] = entry_of(site, node);
	}
	return count;
}

/* Whether enough sites have more than a sum of others. */
static bool outranked(const struct report *report, const struct view_site *sum, enum view_sort sort)
{
	uint64_t figure = view_site_figure(sum, sort);
	size_t greater = 0;

	for (size_t i = 0; i < report->view.site_count; i++)
		greater += view_site_figure(&report->sites[i], sort) > figure;
	return figure == 0 || greater >= report->options->sites;
}

/* Whether none of these will be shown, even if all were one site.  Estimates might be rounded to a draw. */
static bool none_shows(const struct report *report, const uint32_t *unnamed, size_t count)
{
	struct view_site sum = {0};

	for (size_t i = 0; i < count; i++)
		site_add(&sum, model_node(report->model, unnamed[i]));
	return report->options->sites > 0 && report->info->sample_bytes == 0 &&
	       outranked(report, &sum, report->options->sort) && outranked(report, &sum, SORT_LEAKED);
}

static void fill_sites(struct report *report, struct entry *entries, uint32_t *unnamed)
{
	size_t unnamed_count = 0, count = collect(report, entries, unnamed, &unnamed_count);

	merge(report, entries, count);
	if (unnamed_count > 0 && !none_shows(report, unnamed, unnamed_count)) {
		for (size_t i = 0; i < unnamed_count; i++) {
			struct source_frame site = report_site(report, unnamed[i], NULL);

			entries[count++] = entry_of(&site, unnamed[i]);
		}
		merge(report, entries, count);
	}
	for (size_t i = 0; i < report->view.site_count; i++)
		site_finish(&report->sites[i], report->info->sample_bytes);
}

int report_fill_sites(struct report *report)
{
	struct entry *entries = calloc(report->info->node_count + 1, sizeof(*entries));
	uint32_t *unnamed = calloc(report->info->node_count + 1, sizeof(*unnamed));

	report->sites = calloc(report->info->node_count + 1, sizeof(*report->sites));
	report->view.sites = report->sites;
	bool room = entries && unnamed && report->sites;
	if (room)
		fill_sites(report, entries, unnamed);
	free(entries);
	free(unnamed);
	return room ? 0 : -ENOMEM;
}
