/*
 * peak.c - mprof peak: one line per recording, and on request its call sites at the peak.
 */
#include "views/parts.h"

#define PATHS_SHOWN 2

struct row {
	const struct overview *run;
	const char *rss;
};

/* For people. */
static struct cell resident(const struct row *row)
{
	return row->run->rss_may_be_more ? cell_text(row->rss)
					 : cell_bytes((int64_t)row->run->peak_rss_bytes);
}

#define RUN (((const struct row *)row)->run)
TABLE_COLUMN(peak, "peak_bytes", "Peak heap", 0, 12, cell_bytes((int64_t)RUN->total.peak_bytes))
TABLE_COLUMN(error, "peak_bytes_error", "+/- 95%", 1, 12,
	     cell_bytes((int64_t)figure_error(&RUN->total, FIGURE_PEAK, RUN->sample_bytes)))
TABLE_COLUMN(rss, "peak_rss_bytes", NULL, 0, 0, cell_bytes((int64_t)RUN->peak_rss_bytes))
TABLE_COLUMN(rss_text, NULL, "Peak RSS", 1, 12, resident(row))
TABLE_COLUMN(wide_rss_text, NULL, "Peak RSS", 1, 21, resident(row))
TABLE_COLUMN(sampling, "sample_bytes", NULL, 0, 0, cell_count(RUN->sample_bytes))
TABLE_COLUMN(sampled, NULL, "Sampled", 1, 10,
	     RUN->sample_bytes > 0 ? cell_size(RUN->sample_bytes) : cell_blank())
TABLE_COLUMN(path, "trace", "Trace", 2, -1, cell_text(RUN->path))

/* People have no columns for estimates where there are none, and little room for what needs no words. */
static const struct column *const *columns_for(struct document *document, const struct request *request,
					       const struct row *rows, size_t count)
{
	const struct column **columns = pool_alloc(&document->pool, 8 * sizeof(const struct column *));
	bool sampled_ones = !request->for_people, wide = false;
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		sampled_ones |= rows[i].run->sample_bytes > 0;
		wide |= rows[i].run->rss_may_be_more;
	}
	columns[used++] = &peak;
	if (sampled_ones)
		columns[used++] = &error;
	columns[used++] = &rss;
	columns[used++] = wide ? &wide_rss_text : &rss_text;
	if (sampled_ones) {
		columns[used++] = &sampling;
		columns[used++] = &sampled;
	}
	columns[used++] = &path;
	columns[used] = NULL;
	return columns;
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	struct row *rows = pool_alloc(&document->pool, (count + 1) * sizeof(*rows));

	(void)diagnostic;
	for (size_t i = 0; i < count; i++) {
		rows[i].run = profile_overview(profiles[i], false);
		rows[i].rss = part_rss(document, request, rows[i].run);
	}
	document->main = "peaks";
	document->bare = true;
	document_add(document, &(struct section){.name = "peaks",
						 .table = {columns_for(document, request, rows, count), rows,
							   count, sizeof(*rows), NULL}});
	for (size_t i = 0; i < count && request->top > 0 && request->for_people; i++)
		part_sites(document, profiles[i], request,
			   &(struct site_choice){.figure = FIGURE_PEAK,
						 .limit = (size_t)request->top,
						 .paths = true,
						 .path_lines = PATHS_SHOWN});
	return 0;
}

static const struct argp_option options[] = {
	{"sites", 'n', "N", 0, "Show the N call sites that hold most at the peak too (in text)", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	return key == 'n' ? option_number(state, "--sites", argument, 1, 1000000, &request->top)
			  : ARGP_ERR_UNKNOWN;
}

const struct view view_peak = {
	.name = "peak",
	.summary = "Show the peak of recordings",
	.doc = "Shows the peak of recordings: of the heap, and of the resident set.",
	.traces = VIEW_MANY,
	.lacks = VIEW_LACKS_SORT | VIEW_LACKS_TOP | VIEW_LACKS_FILTERS | VIEW_LACKS_BLOCKS,
	.options = options,
	.parse = parse,
	.make = make,
};
