/*
 * plot_run.c - see plot_run.h.
 */
#include "views/plot_run.h"

#include "base/clean.h"
#include "base/memory.h"
#include "base/number.h"
#include "profile/run.h"
#include "profile/run_series.h"
#include "recordings/run.h"
#include "views/parts.h"
#include "views/plot_parts.h"

#include <errno.h>
#include <stdio.h>

#define COMMAND_WIDTH 90

struct plotted_run {
	struct run_series series;
	struct plot_parts parts;
	const char *command; /* of the first process */
	uint64_t started_realtime_ns;
	size_t left_out; /* recordings that cannot be read, or have no heap over time */
};

/* ---- reading -------------------------------------------------------------------------------------- */

/* One process at a time; those that cannot be read, or have no heap over time, are left out, counted and
 * told. */
static void add_all(const struct run *run, struct profile *like, const struct request *request,
		    struct document *document, struct run_steps *steps, struct plotted_run *out,
		    struct diagnostic *diagnostic)
{
	for (size_t i = 0; i < run->count; i++) {
		struct profile *profile = NULL;
		int error =
			profile_open_like(like, &request->filter, run->members[i].path, &profile, diagnostic);

		if (!error)
			error = run_steps_add(steps, profile, diagnostic);
		if (!error && !out->command) {
			const struct overview *first = profile_overview(profile, false);

			out->command = part_command(document, first->command, COMMAND_WIDTH);
			out->started_realtime_ns = first->started_realtime_ns;
		}
		if (error)
			clean_print_between(stderr, "mprof: warning: left out: ", diagnostic->message, "\n");
		out->left_out += error != 0;
		profile_close(profile);
	}
}

static struct plot_parts parts_of(struct document *document, const struct run_series *series)
{
	struct plot_part *list = pool_alloc(&document->pool, (series->part_count + 1) * sizeof(*list));

	for (size_t i = 0; i < series->part_count; i++) {
		const struct run_series_part *part = &series->parts[i];
		const char *label = part->process_count > 1 ? pool_format(&document->pool, "%s x %zu",
									  part->program, part->process_count)
							    : part->program;

		list[i] = (struct plot_part){part->program, label, part->bytes};
	}
	return (struct plot_parts){list, series->part_count, series->rest_bytes, series->rest_programs};
}

static int read_run(struct profile *profile, const struct request *request, size_t most,
		    struct document *document, struct plotted_run *out, struct diagnostic *diagnostic)
{
	struct run run;
	struct run_steps *steps;
	int error = run_find(profile_overview(profile, false)->path, &run, diagnostic);

	*out = (struct plotted_run){0};
	if (error)
		return error;
	steps = run_steps_create();
	add_all(&run, profile, request, document, steps, out, diagnostic);
	run_finish(&run);
	if (out->command) {
		run_steps_sum(steps, most, &document->pool, &out->series);
		out->parts = parts_of(document, &out->series);
	}
	run_steps_destroy(steps);
	/* The diagnostic is that of the last. */
	return out->command ? 0 : -ENOTSUP;
}

/* ---- as a chart ------------------------------------------------------------------------------------- */

static void add_titles(struct document *document, const struct plotted_run *run, struct chart *chart)
{
	char peak[NUMBER_BYTES], when[NUMBER_BYTES], started[NUMBER_BYTES], duration[NUMBER_BYTES];

	number_size(peak, sizeof(peak), chart->peak_bytes, NUMBER_PRECISION_DEFAULT);
	number_duration(when, sizeof(when), chart->peak_ns);
	number_time(started, sizeof(started), run->started_realtime_ns);
	number_duration(duration, sizeof(duration), run->series.end_ns);
	chart->title = pool_format(&document->pool, "Heap of the run of %s", run->command);
	chart->subtitle = pool_format(
		&document->pool,
		"about %s at %s, the sum of %s as each was at its last point; started %s, %s", peak, when,
		part_count(document, run->series.process_count, "recording"), started, duration);
	if (run->left_out > 0)
		chart->subtitle = pool_format(&document->pool, "%s; %s left out", chart->subtitle,
					      part_count(document, run->left_out, "recording"));
}

int plot_run_chart(struct profile *profile, const struct request *request, size_t most,
		   struct document *document, struct chart *chart, struct diagnostic *diagnostic)
{
	struct plotted_run *run = pool_alloc(&document->pool, sizeof(*run));
	struct chart_curve *curve = pool_alloc(&document->pool, sizeof(*curve));
	int error = read_run(profile, request, most, document, run, diagnostic);

	if (error)
		return error;
	*curve = (struct chart_curve){"the heap of all processes", run->series.time_ns,
				      run->series.heap_bytes, run->series.count};
	*chart = (struct chart){.curves = curve, .curve_count = 1, .to_ns = run->series.end_ns};
	chart->peak_bytes = (uint64_t)chart_highest(curve, curve->bytes, 0, chart->to_ns, &chart->peak_ns);
	plot_parts_draw(document, &run->parts, chart);
	add_titles(document, run, chart);
	return 0;
}

/* ---- for programs ------------------------------------------------------------------------------------- */

struct run_point {
	uint64_t time_ns, heap_bytes;
	struct table parts;
};

#define POINT ((const struct run_point *)row)
TABLE_COLUMN(point_time, "time_ns", NULL, 0, 0, cell_count(POINT->time_ns))
TABLE_COLUMN(point_heap, "heap_bytes", NULL, 0, 0, cell_count(POINT->heap_bytes))
TABLE_COLUMN(point_parts, "parts", NULL, 0, 0, cell_rows(&POINT->parts))
static const struct column *const point_columns[] = {&point_time, &point_heap, &point_parts, NULL};

#define RUN ((const struct plotted_run *)row)
TABLE_COLUMN(run_started, "started_realtime_ns", NULL, 0, 0, cell_count(RUN->started_realtime_ns))
TABLE_COLUMN(run_duration, "duration_ns", NULL, 0, 0, cell_count(RUN->series.end_ns))
TABLE_COLUMN(run_recordings, "recordings", NULL, 0, 0, cell_count(RUN->series.process_count))
TABLE_COLUMN(run_left_out, "left_out", NULL, 0, 0, cell_count(RUN->left_out))
static const struct column *const run_columns[] = {&run_started, &run_duration, &run_recordings,
						   &run_left_out, NULL};

int plot_run_make(struct profile *profile, const struct request *request, size_t most,
		  struct document *document, struct diagnostic *diagnostic)
{
	struct plotted_run run;
	struct run_point *points;
	int error = read_run(profile, request, most, document, &run, diagnostic);

	if (error)
		return error;
	points = pool_alloc(&document->pool, (run.series.count + 1) * sizeof(*points));
	for (size_t i = 0; i < run.series.count; i++)
		points[i] = (struct run_point){run.series.time_ns[i], run.series.heap_bytes[i],
					       plot_parts_at(document, &run.parts, i)};
	document->main = "points";
	part_head(document, profile);
	document_add(document, &(struct section){.name = "run",
						 .layout = LAYOUT_FACTS,
						 .table = {.columns = run_columns,
							   .rows = document_keep(document, &run, sizeof(run)),
							   .row_count = 1},
						 .for_programs = true});
	document_add(document, &(struct section){.name = "points",
						 .table = {point_columns, points, run.series.count,
							   sizeof(*points), NULL}});
	return 0;
}
