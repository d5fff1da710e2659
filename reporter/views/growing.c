/*
 * growing.c - see growing.h: what lives at the end, its course, and what it rises by.
 */
#include "views/growing.h"

#include "base/number.h"
#include "plot/spark.h"
#include "profile/growth.h"
#include "views/frames.h"
#include "views/places.h"

#include <langinfo.h>
#include <string.h>

#define ROWS_SHOWN 10
#define INDENT 48 /* of the last column */

struct sample {
	uint64_t time_ns, bytes;
};

struct growing_row {
	const struct growth *growth;
	const struct growths *all;
	const char *course, *rate, *what; /* for people */
	const char *const *callers;
	struct table samples;
};

#define SAMPLE ((const struct sample *)row)
TABLE_COLUMN(sample_time, "time_ns", NULL, 0, 0, cell_count(SAMPLE->time_ns))
TABLE_COLUMN(sample_bytes, "live_bytes", NULL, 0, 0, cell_count(SAMPLE->bytes))
static const struct column *const sample_columns[] = {&sample_time, &sample_bytes, NULL};

#define ROW ((const struct growing_row *)row)
#define GROWTH (ROW->growth)
#define SITE (GROWTH->group->site)
#define FRAMES ((struct frame_rows *)(uintptr_t)context)

static uint64_t per_second(const struct growing_row *row)
{
	double seconds = (double)row->all->half_ns / 1e9;

	return seconds > 0 ? (uint64_t)((double)row->growth->risen_bytes / seconds) : 0;
}

TABLE_COLUMN(live, "live_bytes", NULL, 0, 0, cell_count(GROWTH->bytes[GROWTH_SAMPLES - 1]))
TABLE_COLUMN(trend, "trend_bytes_per_s", NULL, 0, 0, cell_count(per_second(ROW)))
TABLE_COLUMN(risen, "risen_bytes", NULL, 0, 0, cell_count(GROWTH->risen_bytes))
TABLE_COLUMN(allocations, "allocations", NULL, 0, 0, cell_count(GROWTH->group->amounts.allocations))
TABLE_COLUMN(site_function, "function", NULL, 0, 0, cell_text(SITE->function))
TABLE_COLUMN(file, "file", NULL, 0, 0, cell_text(SITE->file))
TABLE_COLUMN(line, "line", NULL, 0, 0, cell_count(SITE->line))
TABLE_COLUMN(place, "place", NULL, 0, 0, cell_text(SITE->place))
TABLE_COLUMN(module, "module", NULL, 0, 0, cell_text(SITE->module))
TABLE_COLUMN(type, "type", NULL, 0, 0, cell_text(GROWTH->group->type))
TABLE_COLUMN(samples, "samples", NULL, 0, 0, cell_rows(&ROW->samples))
TABLE_COLUMN(frames, "frames", NULL, 0, 0, frame_rows_cell(FRAMES, GROWTH->group))

TABLE_COLUMN(text_live, NULL, "Live", 0, 10, cell_size(GROWTH->bytes[GROWTH_SAMPLES - 1]))
TABLE_COLUMN(text_course, NULL, "Over time", 2, -20, cell_text(ROW->course))
TABLE_COLUMN(text_rate, NULL, "Rises by", 2, 13, cell_text(ROW->rate))
TABLE_COLUMN(text_what, NULL, "Of", 2, -1, cell_text(ROW->what))
TABLE_COLUMN(text_callers, NULL, NULL, 0, 0, cell_lines(ROW->callers))

static const struct column *const columns[] = {
	&live,      &trend,       &risen,     &allocations, &site_function, &file,
	&line,      &place,       &module,    &type,        &samples,       &frames,
	&text_live, &text_course, &text_rate, &text_what,   &text_callers,  NULL};

static const char *course_of(struct document *document, const struct growth *growth)
{
	bool ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	uint64_t top = 1;
	const char *text = "";

	for (size_t i = 0; i < GROWTH_SAMPLES; i++)
		top = growth->bytes[i] > top ? growth->bytes[i] : top;
	for (size_t i = 0; i < GROWTH_SAMPLES; i++) {
		uint64_t bytes = growth->bytes[i];
		size_t height =
			bytes == 0 ? 0 : 1 + (size_t)((double)bytes / (double)top * (SPARK_HEIGHT - 1));

		text = pool_format(&document->pool, "%s%s", text, spark_text(height, ascii));
	}
	return text;
}

static void fill_for_people(struct growing_row *row, struct document *document, struct profile *profile,
			    const struct request *request, enum grouping grouping)
{
	size_t width = place_width(request) > INDENT + 40 ? place_width(request) - INDENT : 40;
	char rate[NUMBER_BYTES];

	number_size(rate, sizeof(rate), per_second(row), NUMBER_PRECISION_DEFAULT);
	row->rate = pool_format(&document->pool, "%s/s", rate);
	row->course = course_of(document, row->growth);
	row->what = frame_group(document, request, row->growth->group, grouping, width);
	if (grouping == GROUP_PATH)
		row->callers = frame_lines(document, profile, row->growth->group, width, false);
}

static struct table samples_of(struct document *document, const struct growths *growths,
			       const struct growth *growth)
{
	struct sample *list = pool_alloc(&document->pool, GROWTH_SAMPLES * sizeof(*list));

	for (size_t i = 0; i < GROWTH_SAMPLES; i++)
		list[i] = (struct sample){growths->samples_ns[i], growth->bytes[i]};
	return (struct table){sample_columns, list, GROWTH_SAMPLES, sizeof(*list), NULL};
}

int part_growing(struct document *document, struct profile *profile, const struct request *request,
		 enum grouping grouping, struct diagnostic *diagnostic)
{
	size_t limit = request_rows(request, ROWS_SHOWN), count;
	struct growths *growths = pool_alloc(&document->pool, sizeof(*growths));
	struct growing_row *rows;
	const char *note = NULL;
	int error = profile_growths(profile, grouping, growths, diagnostic);

	if (error)
		return error;
	count = limit > 0 && limit < growths->count ? limit : growths->count;
	rows = pool_alloc(&document->pool, (count + 1) * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		rows[i] = (struct growing_row){.growth = &growths->list[i], .all = growths};
		rows[i].samples = samples_of(document, growths, rows[i].growth);
		if (request->for_people)
			fill_for_people(&rows[i], document, profile, request, grouping);
	}
	if (growths->count == 0)
		note = "Nothing grew on and on over the second half; where all is freed in the end, try --to "
		       "95%.";
	else if (count < growths->count)
		note = pool_format(&document->pool, "... and %zu more (-n N)", growths->count - count);
	document_add(document, &(struct section){.name = "growing",
						 .title = "What grew on and on over the second half",
						 .table = {columns, rows, count, sizeof(*rows),
							   frame_rows_of(document, profile)},
						 .note = note});
	return 0;
}
