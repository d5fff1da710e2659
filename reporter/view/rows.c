/*
 * rows.c - ordering of call sites, the same for every format.
 */
#include "view/rows.h"

#include <stdlib.h>
#include <string.h>

static const char *const sort_names[SORT_KEYS] = {
	[SORT_PEAK] = "peak",           [SORT_LEAKED] = "leaked",
	[SORT_ALLOCATED] = "allocated", [SORT_ALLOCATIONS] = "allocations",
	[SORT_TEMPORARY] = "temporary", [SORT_KEPT] = "kept",
};

const char *view_sort_name(enum view_sort sort)
{
	return sort < SORT_KEYS ? sort_names[sort] : NULL;
}

uint64_t view_site_figure(const struct view_site *site, enum view_sort sort)
{
	switch (sort) {
	case SORT_LEAKED:
		return site->leaked_bytes;
	case SORT_ALLOCATED:
		return site->allocated_bytes;
	case SORT_ALLOCATIONS:
		return site->allocations;
	case SORT_KEPT:
		return site->kept_bytes;
	case SORT_TEMPORARY:
		return site->temporary;
	default:
		return site->peak_bytes;
	}
}

static int compare_names(const struct view_site *a, const struct view_site *b)
{
	int order = strcmp(a->file, b->file);

	if (order == 0)
		order = a->line < b->line ? -1 : a->line > b->line;
	if (order == 0)
		order = strcmp(a->place, b->place);
	return order != 0 ? order : strcmp(a->module, b->module);
}

static int compare_sites(const void *left, const void *right, void *sort)
{
	const struct view_site *a = *(const struct view_site *const *)left;
	const struct view_site *b = *(const struct view_site *const *)right;
	uint64_t x = view_site_figure(a, *(const enum view_sort *)sort);
	uint64_t y = view_site_figure(b, *(const enum view_sort *)sort);

	if (x != y)
		return x > y ? -1 : 1;
	return compare_names(a, b);
}

const struct view_site **view_sites_sorted(const struct view_report *report, enum view_sort sort,
					   size_t limit, size_t *count)
{
	const struct view_site **sites = calloc(report->site_count + 1, sizeof(*sites));
	size_t used = 0;

	*count = 0;
	if (!sites)
		return NULL;
	for (size_t i = 0; i < report->site_count; i++)
		if (view_site_figure(&report->sites[i], sort) > 0)
			sites[used++] = &report->sites[i];
	qsort_r(sites, used, sizeof(*sites), compare_sites, &sort);
	*count = limit > 0 && used > limit ? limit : used;
	return sites;
}
