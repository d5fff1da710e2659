/*
 * filtered.c - what is left where a user asks for some call paths of a run: call sites alone are narrowed by
 * that, and the whole is shown beside them.
 */
#include "base/number.h"
#include "formats/cells.h"
#include "profile/partial.h"
#include "profile/run.h"
#include "views/parts.h"

#include <inttypes.h>

/* The options as they were given, each with a blank before it. */
static const char *with_options(struct document *document, const char *before, const char *option,
				const char *const *globs)
{
	for (; globs && *globs; globs++)
		before = pool_format(&document->pool, "%s %s %s", before, option, *globs);
	return before;
}

static const char *options_of(struct document *document, const struct filter *filter)
{
	const char *text = with_options(document, "", "-f", filter->keep.functions);

	text = with_options(document, text, "--file", filter->keep.files);
	text = with_options(document, text, "--module", filter->modules);
	text = with_options(document, text, "--type", filter->types);
	return with_options(document, text, "--ignore", filter->ignore);
}

const char *part_filtered(struct document *document, struct profile *profile, const struct request *request)
{
	const struct overview *run = profile_overview(profile, true);
	const char *leaked = "", *allocations = "";

	if (filter_empty(&request->filter))
		return "";
	const struct amounts left = profile_passing(profile);
	bool moment = run->window && run->window->moment;

	if (!moment)
		leaked = pool_format(&document->pool, ", %s %s", part_figure_title(run, FIGURE_LEAKED),
				     part_size(document, request, left.leaked_bytes, 0));
	if (partial_knows(run, FIGURE_ALLOCATIONS))
		allocations = pool_format(&document->pool, ", %s",
					  part_count(document, left.allocations, "allocation"));
	return pool_format(&document->pool, "call sites, by%s (%s %s%s%s); all else is not",
			   options_of(document, &request->filter), part_figure_title(run, FIGURE_PEAK),
			   part_size(document, request, left.peak_bytes, 0), leaked, allocations);
}

#define LEFT(field)                                                                                          \
	TABLE_COLUMN(left_##field, #field, NULL, 0, 0, cell_count(((const struct amounts *)row)->field))

LEFT(allocations)
LEFT(allocated_bytes)
LEFT(peak_bytes)
LEFT(peak_blocks)
LEFT(leaked_bytes)
LEFT(leaked_blocks)
LEFT(kept_bytes)
LEFT(kept_blocks)
LEFT(temporary)
static const struct column *const columns[] = {
	&left_allocations,   &left_allocated_bytes, &left_peak_bytes,  &left_peak_blocks, &left_leaked_bytes,
	&left_leaked_blocks, &left_kept_bytes,      &left_kept_blocks, &left_temporary,   NULL};

void part_filtered_totals(struct document *document, struct profile *profile, const struct request *request)
{
	if (filter_empty(&request->filter))
		return;
	const struct amounts left = profile_passing(profile);

	document_add(document, &(struct section){
				       .name = "filtered",
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = columns,
						 .rows = document_keep(document, &left, sizeof(left)),
						 .row_count = 1,
						 .row_bytes = sizeof(left)},
				       .for_programs = true,
			       });
}
