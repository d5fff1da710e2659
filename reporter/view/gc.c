/*
 * gc.c - what `mprof gc` shows: a few tables, the same in all formats.
 */
#include "view/gc_columns.h"
#include "base/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_DEFAULT 10

struct section {
	const char *name, *title;
	const struct column *const *text, *const *data;
	size_t row_bytes;
	size_t rows, count; /* where in struct view_gc they are */
};

#define SECTION(name, title, text, data, rows, count, type)                                                  \
	{                                                                                                    \
		name, title, text, data, sizeof(type), offsetof(struct view_gc, rows),                       \
			offsetof(struct view_gc, count)                                                      \
	}

static const struct section sections[] = {
	SECTION("generations", "Collections by generation", gc_generation_columns, gc_generation_columns,
		generations, generation_count, struct view_gc_group),
	SECTION("lines", "Lines that had collections run", gc_line_columns_text, gc_line_columns, lines,
		line_count, struct view_gc_group),
	SECTION("collections", "Longest pauses", gc_collection_columns_text, gc_collection_columns,
		collections, collection_count, struct view_collection),
	SECTION("sites", "Call sites whose blocks were freed by a collector, and otherwise",
		gc_site_columns_text, gc_site_columns, sites, site_count, struct view_gc_site),
	SECTION("types", "Tracked blocks by type", gc_type_columns, gc_type_columns, types, type_count,
		struct view_gc_type),
	SECTION("caches", "Caches", gc_cache_columns_text, gc_cache_columns, caches, cache_count,
		struct view_cache),
};

#define SECTIONS (sizeof(sections) / sizeof(*sections))

static struct table table_of(const struct view_gc *gc, const struct section *section)
{
	struct table table = {.columns = section->data, .row_bytes = section->row_bytes};

	memcpy(&table.rows, (const char *)gc + section->rows, sizeof(table.rows));
	memcpy(&table.row_count, (const char *)gc + section->count, sizeof(table.row_count));
	return table;
}

bool view_gc_table(const struct view_gc *gc, const char *name, struct table *table)
{
	for (size_t i = 0; i < SECTIONS; i++)
		if (strcmp(sections[i].name, name) == 0) {
			*table = table_of(gc, &sections[i]);
			return true;
		}
	return false;
}

/* ---- JSON ------------------------------------------------------------------------ */

int view_gc_json(FILE *out, const struct view_report *report)
{
	json_t *object =
		json_pack("{s:i,s:o,s:i,s:b,s:I}", "schema", 1, "trace",
			  table_json_text(report->summary.path), "pid", report->summary.pid, "complete",
			  report->summary.complete, "duration_ns", (json_int_t)report->summary.duration_ns);
	int error = object ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < SECTIONS; i++) {
		struct table table = table_of(report->gc, &sections[i]);
		if (json_object_set_new(object, sections[i].name, table_json(&table)) != 0)
			error = -ENOMEM;
	}
	if (!error) {
		json_dumpf(object, out, JSON_INDENT(1));
		fputc('\n', out);
	}
	json_decref(object);
	return error;
}

/* ---- text ------------------------------------------------------------------------ */

static int longer_pause(const void *left, const void *right)
{
	const struct view_collection *a = left, *b = right;

	if (a->pause_ns != b->pause_ns)
		return a->pause_ns > b->pause_ns ? -1 : 1;
	return a->time_ns < b->time_ns ? -1 : a->time_ns > b->time_ns;
}

static void print_summary(FILE *out, const struct view_gc_sum *total, uint64_t duration_ns, int precision)
{
	char freed[NUMBER_BYTES], pause[NUMBER_BYTES], share[NUMBER_BYTES];

	number_size(freed, sizeof(freed), total->freed_bytes, precision);
	number_pause(pause, sizeof(pause), total->pause_ns);
	number_share(share, sizeof(share), total->pause_ns, duration_ns);
	fprintf(out,
		"Collections:   %" PRIu64 ", paused %s (%s of the run)\n"
		"Collected:     %" PRIu64 " of %" PRIu64 " objects looked at, %s given back\n"
		"Uncollectable: %" PRIu64 "\n",
		total->collections, pause, share, total->collected, total->candidates, freed,
		total->uncollectable);
}

static void print_section(FILE *out, const struct section *section, struct table *table,
			  const struct view_style *style)
{
	size_t limit = style->sites > 0 ? style->sites : ROWS_DEFAULT, all = table->row_count;
	char title[128];

	if (all == 0)
		return;
	table->columns = section->text;
	table->context = style;
	if (all > limit)
		table->row_count = limit;
	snprintf(title, sizeof(title), "%s (%zu of %zu)", section->title, limit, all);
	view_text_title(out, all > limit ? title : section->title, style);
	table_text_header(out, table, '=');
	table_text_rows(out, table, style->precision);
}

/* The collections by pause, in an array for the caller to free. */
static struct view_collection *sorted_by_pause(const struct view_gc *gc)
{
	struct view_collection *sorted = calloc(gc->collection_count + 1, sizeof(*sorted));

	if (sorted && gc->collection_count > 0) {
		memcpy(sorted, gc->collections, gc->collection_count * sizeof(*sorted));
		qsort(sorted, gc->collection_count, sizeof(*sorted), longer_pause);
	}
	return sorted;
}

int view_gc_text(FILE *out, const struct view_report *report, const struct view_style *style)
{
	const struct view_gc *gc = report->gc;
	struct view_collection *sorted = sorted_by_pause(gc);

	if (!sorted)
		return -ENOMEM;
	if (gc->total.collections > 0)
		print_summary(out, &gc->total, report->summary.duration_ns, style->precision);
	else if (gc->type_count == 0 && gc->cache_count == 0)
		fputs("No collections, typed blocks or caches in this recording: programs tell of them by "
		      "mprof/mprof.h\n",
		      out);
	for (size_t i = 0; i < SECTIONS; i++) {
		struct table table = table_of(gc, &sections[i]);
		if (table.rows == gc->collections)
			table.rows = sorted;
		print_section(out, &sections[i], &table, style);
	}
	free(sorted);
	return 0;
}
