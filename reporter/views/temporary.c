/*
 * temporary.c - mprof temporary: call sites whose blocks were freed before their thread's next allocation.
 */
#include "base/number.h"
#include "profile/groups.h"
#include "views/frames.h"
#include "views/places.h"

#include <inttypes.h>

#define ROWS_SHOWN 10
#define CALLERS_INDENT 41 /* of the last column */

struct churn_row {
	const struct group *group;
	const char *where; /* for people */
	const char *const *callers;
};

/* What all rows share. */
struct churn_context {
	const struct groups *groups;
	struct frame_rows *frames;
};

#define GROUP (((const struct churn_row *)row)->group)
#define CONTEXT ((const struct churn_context *)context)
#define SITE (GROUP->site)

TABLE_COLUMN(temporary, "temporary", "Temporary", 0, 10, cell_count(GROUP->amounts.temporary))
TABLE_COLUMN(share, "share", "of all", 1, 7,
	     cell_share(GROUP->amounts.temporary, CONTEXT->groups->total.temporary))
TABLE_COLUMN(share_of_site, "share_of_site", "of site", 1, 7,
	     cell_share(GROUP->amounts.temporary, GROUP->amounts.allocations))
TABLE_COLUMN(allocations, "allocations", NULL, 0, 0, cell_count(GROUP->amounts.allocations))
TABLE_COLUMN(allocated_bytes, "allocated_bytes", NULL, 0, 0, cell_count(GROUP->amounts.allocated_bytes))
TABLE_COLUMN(text_allocated, NULL, "Allocated", 1, 10, cell_size(GROUP->amounts.allocated_bytes))
TABLE_COLUMN(site_function, "function", NULL, 0, 0, cell_text(SITE->function))
TABLE_COLUMN(site_file, "file", NULL, 0, 0, cell_text(SITE->file))
TABLE_COLUMN(site_line, "line", NULL, 0, 0, cell_count(SITE->line))
TABLE_COLUMN(site_place, "place", NULL, 0, 0, cell_text(SITE->place))
TABLE_COLUMN(site_module, "module", NULL, 0, 0, cell_text(SITE->module))
TABLE_COLUMN(path_count, "path_count", NULL, 0, 0, cell_count(GROUP->path_count))
TABLE_COLUMN(frames, "frames", NULL, 0, 0, frame_rows_cell(CONTEXT->frames, GROUP))
TABLE_COLUMN(text_where, NULL, "Call site", 2, -1, cell_text(((const struct churn_row *)row)->where))
TABLE_COLUMN(text_callers, NULL, NULL, 0, 0, cell_lines(((const struct churn_row *)row)->callers))

static const struct column *const columns[] = {
	&temporary,     &share,      &share_of_site, &allocations, &text_allocated, &allocated_bytes,
	&site_function, &site_file,  &site_line,     &site_place,  &site_module,    &path_count,
	&frames,        &text_where, &text_callers,  NULL};

/* ---- the sum ---------------------------------------------------------------------------------- */

#define HINT "freed before the thread's next allocation; reuse a buffer"

struct sum_row {
	const struct amounts *total;
	const char *line; /* for people */
};

#define SUM ((const struct sum_row *)row)
TABLE_COLUMN(sum_temporary, "temporary", NULL, 0, 0, cell_count(SUM->total->temporary))
TABLE_COLUMN(sum_allocations, "allocations", NULL, 0, 0, cell_count(SUM->total->allocations))
TABLE_COLUMN(sum_line, NULL, "Temporary", 0, 0, cell_text(SUM->line))
TABLE_COLUMN(sum_hint, NULL, "That is", 0, 0, cell_text(SUM->total->temporary > 0 ? HINT : NULL))
static const struct column *const sum_columns[] = {&sum_temporary, &sum_allocations, &sum_line, &sum_hint,
						   NULL};

static void add_sum(struct document *document, const struct amounts *total)
{
	char part[NUMBER_BYTES];

	number_share(part, sizeof(part), total->temporary, total->allocations);
	const struct sum_row sum = {total,
				    pool_format(&document->pool, "%" PRIu64 " of %s%s%s%s", total->temporary,
						part_count(document, total->allocations, "allocation"),
						*part ? " (" : "", part, *part ? ")" : "")};
	document_add(document, &(struct section){
				       .name = "total",
				       .layout = LAYOUT_FACTS,
				       .table = {sum_columns, document_keep(document, &sum, sizeof(sum)), 1,
						 sizeof(sum), NULL},
			       });
}

/* ---- the sites -------------------------------------------------------------------------------- */

static void fill_for_people(struct churn_row *row, struct document *document, struct profile *profile,
			    const struct request *request)
{
	size_t whole = place_width(request),
	       width = whole > CALLERS_INDENT + 36 ? whole - CALLERS_INDENT : 36;

	row->where = frame_site(document, request, row->group->site, width);
	row->callers = frame_lines(document, profile, row->group, width, false);
}

static const char *note(struct document *document, size_t count, size_t shown)
{
	if (count == 0)
		return "No block was freed before its thread's next allocation.";
	return shown < count ? pool_format(&document->pool, "... and %zu more (-n N)", count - shown) : NULL;
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	struct profile *profile = *profiles;
	const struct groups *groups = profile_groups(profile, GROUP_SITE, FIGURE_TEMPORARY);
	const struct churn_context context = {groups, frame_rows_of(document, profile)};
	size_t limit = request_rows(request, ROWS_SHOWN);
	size_t shown = limit > 0 && limit < groups->count ? limit : groups->count;
	struct churn_row *rows = pool_alloc(&document->pool, (shown + 1) * sizeof(*rows));

	(void)count, (void)diagnostic;
	for (size_t i = 0; i < shown; i++) {
		rows[i].group = &groups->list[i];
		if (request->for_people)
			fill_for_people(&rows[i], document, profile, request);
	}
	document->main = "temporary";
	part_head(document, profile);
	add_sum(document, &groups->total);
	document_add(document,
		     &(struct section){.name = "temporary",
				       .table = {columns, rows, shown, sizeof(*rows),
						 document_keep(document, &context, sizeof(context))},
				       .note = note(document, groups->count, shown)});
	return 0;
}

const struct view view_temporary = {
	.name = "temporary",
	.summary = "Show allocations that were freed at once",
	.doc = "Shows the call sites of blocks that the same thread freed before its next allocation: what "
	       "costs time, and is the easiest to avoid.",
	.traces = VIEW_ONE,
	.lacks = VIEW_LACKS_SORT | VIEW_LACKS_TIME,
	.make = make,
};
