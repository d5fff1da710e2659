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

struct source_frame report_site(struct report *report, uint32_t leaf, const struct selection *wrappers)
{
	const struct source_frame *frames, *innermost = NULL, *wrapper = NULL;
	uint32_t skipped = 0; /* the innermost of those */

	for (uint32_t node = leaf; node != 0; node = report->info->nodes[node].parent) {
		size_t count = report_met_frames(report, node, &frames);

		if (!innermost && skipped == 0 && report_skips(report, node))
			skipped = node;

		for (size_t i = 0; i < count; i++) {
			innermost = innermost ? innermost : &frames[i];
			if (!is_own(&frames[i]))
				continue;
			if (!wrappers || !selection_matches(wrappers, frames[i].function))
				return frames[i];
			wrapper = wrapper ? wrapper : &frames[i];
		}
	}
	if (!wrapper && skipped != 0 && report_frames(report, skipped, &frames) > 0)
		innermost = frames;
	innermost = wrapper ? wrapper : innermost;
	return innermost ? *innermost : (struct source_frame){.function = &unknown};
}

static struct entry site_of(struct report *report, uint32_t leaf)
{
	struct source_frame site = report_site(report, leaf, NULL);

	return (struct entry){site.function, site.line, leaf};
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

static void merge(struct report *report, const struct entry *entries, size_t count)
{
	struct view_site *site = NULL;

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

int report_fill_sites(struct report *report)
{
	size_t count = 0;
	struct entry *entries = calloc(report->info->node_count + 1, sizeof(*entries));

	report->sites = calloc(report->info->node_count + 1, sizeof(*report->sites));
	report->view.sites = report->sites;
	if (!entries || !report->sites) {
		free(entries);
		return -ENOMEM;
	}
	for (uint32_t node = 0; node < report->info->node_count; node++)
		if (model_node(report->model, node)->allocations > 0)
			entries[count++] = site_of(report, node);
	qsort(entries, count, sizeof(*entries), entry_compare);
	merge(report, entries, count);
	for (size_t i = 0; i < report->view.site_count; i++)
		site_finish(&report->sites[i], report->info->sample_bytes);
	free(entries);
	return 0;
}
