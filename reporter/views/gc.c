/*
 * gc.c - mprof gc: what collectors did, what tracked blocks were, how caches fared.
 */
#include "views/gc_columns.h"

#include "base/number.h"
#include "views/parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN 10

struct gc_section {
	const char *name, *title;
	const struct column *const *text, *const *sampled, *const *data; /* `sampled` is text, too */
	size_t row_bytes;
	size_t rows, count; /* where in struct collections they are */
};

#define SECTION(name, title, text, sampled, data, rows, count, type)                                         \
	{                                                                                                    \
		name, title, text, sampled, data, sizeof(type), offsetof(struct collections, rows),          \
			offsetof(struct collections, count)                                                  \
	}

static const struct gc_section sections[] = {
	SECTION("generations", "Collections by generation", gc_generation_columns, gc_generation_columns,
		gc_generation_columns, generations, generation_count, struct collection_group),
	SECTION("lines", "Lines that had collections run", gc_line_columns_text, gc_line_columns_text,
		gc_line_columns, lines, line_count, struct collection_group),
	SECTION("collections", "Longest pauses", gc_collection_columns_text, gc_collection_columns_text,
		gc_collection_columns, collections, collection_count, struct collection),
	SECTION("sites", "Call sites whose blocks were freed by a collector, and otherwise",
		gc_site_columns_text, gc_site_columns_sampled, gc_site_columns, sites, site_count,
		struct collected_site),
	SECTION("types", "Tracked blocks by type", gc_type_columns_text, gc_type_columns_sampled,
		gc_type_columns, types, type_count, struct typed_blocks),
	SECTION("caches", "Caches", gc_cache_columns_text, gc_cache_columns_text, gc_cache_columns, caches,
		cache_count, struct cache),
};

#define SECTIONS (sizeof(sections) / sizeof(*sections))
#define COLLECTIONS 2 /* the index of theirs */

static struct table table_of(const struct collections *gc, const struct gc_section *section)
{
	struct table table = {.columns = section->data, .row_bytes = section->row_bytes};

	memcpy(&table.rows, (const char *)gc + section->rows, sizeof(table.rows));
	memcpy(&table.row_count, (const char *)gc + section->count, sizeof(table.row_count));
	return table;
}

void part_collections(struct document *document, struct profile *profile)
{
	struct table table = table_of(profile_collections_only(profile), &sections[COLLECTIONS]);

	document_add(document,
		     &(struct section){.name = "collections", .table = table, .for_programs = true});
}

/* ---- for people -------------------------------------------------------------------------------- */

static int longer_pause(const void *left, const void *right)
{
	const struct collection *a = left, *b = right;

	if (a->pause_ns != b->pause_ns)
		return a->pause_ns > b->pause_ns ? -1 : 1;
	return a->time_ns < b->time_ns ? -1 : a->time_ns > b->time_ns;
}

static const void *by_pause(struct document *document, const struct table *table)
{
	struct collection *sorted = pool_alloc(&document->pool, (table->row_count + 1) * sizeof(*sorted));

	if (table->row_count > 0)
		memcpy(sorted, table->rows, table->row_count * sizeof(*sorted));
	qsort(sorted, table->row_count, sizeof(*sorted), longer_pause);
	return sorted;
}

struct gc_lines {
	const char *collections, *collected, *uncollectable;
};

#define LINES ((const struct gc_lines *)row)
TABLE_COLUMN(line_collections, NULL, "Collections", 0, 0, cell_text(LINES->collections))
TABLE_COLUMN(line_collected, NULL, "Collected", 0, 0, cell_text(LINES->collected))
TABLE_COLUMN(line_uncollectable, NULL, "Uncollectable", 0, 0, cell_text(LINES->uncollectable))
static const struct column *const line_columns[] = {&line_collections, &line_collected, &line_uncollectable,
						    NULL};

static void add_summary(struct document *document, const struct collection_sum *total, uint64_t duration_ns,
			const struct request *request)
{
	char pause[NUMBER_BYTES], share[NUMBER_BYTES];
	struct gc_lines lines;

	number_pause(pause, sizeof(pause), total->pause_ns);
	number_share(share, sizeof(share), total->pause_ns, duration_ns);
	lines.collections = pool_format(&document->pool, "%" PRIu64 ", paused %s (%s of the run)",
					total->collections, pause, share);
	lines.collected = pool_format(
		&document->pool, "%" PRIu64 " of %" PRIu64 " objects looked at, %s given back",
		total->collected, total->candidates, part_size(document, request, total->freed_bytes, 0));
	lines.uncollectable = pool_format(&document->pool, "%" PRIu64, total->uncollectable);
	document_add(document,
		     &(struct section){.layout = LAYOUT_FACTS,
				       .table = {line_columns, document_keep(document, &lines, sizeof(lines)),
						 1, sizeof(lines), NULL}});
}

static void add_section(struct document *document, const struct request *request,
			const struct gc_section *section, struct table table, bool sampled)
{
	size_t limit = request_rows(request, ROWS_SHOWN), all = table.row_count;
	const char *title = section->title;

	if (request->for_people && section == &sections[COLLECTIONS])
		table.rows = by_pause(document, &table);
	if (request->for_people) {
		table.columns = sampled ? section->sampled : section->text;
		table.context = request->style;
	}
	if (request->for_people && all > limit) {
		table.row_count = limit;
		title = pool_format(&document->pool, "%s (%zu of %zu)", title, limit, all);
	}
	document_add(document,
		     &(struct section){
			     .name = section->name, .title = title, .table = table, .only_if_rows = true});
}

static void add_nothing(struct document *document)
{
	part_nothing(document,
		     "No collections, typed blocks or caches in this recording: programs tell of them by "
		     "mprof/mprof.h");
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	const struct collections *gc = profile_collections(*profiles);
	const struct overview *run = profile_overview(*profiles, false);

	(void)count, (void)diagnostic;
	document->main = "generations";
	if (gc->total.collections > 0)
		add_summary(document, &gc->total, run->duration_ns, request);
	else if (gc->type_count == 0 && gc->cache_count == 0)
		add_nothing(document);
	part_head(document, *profiles);
	for (size_t i = 0; i < SECTIONS; i++)
		add_section(document, request, &sections[i], table_of(gc, &sections[i]),
			    run->sample_bytes > 0);
	return 0;
}

const struct view view_gc = {
	.name = "gc",
	.summary = "Show what garbage collectors did, and what types and caches held",
	.doc = "Shows what a garbage collector did, by generation and by the line that had it run, what "
	       "tracked blocks were of which type, and how caches fared: as far as the program tells by "
	       "mprof/mprof.h. Tables: generations (csv's), lines, collections, sites, types and caches.",
	.traces = VIEW_ONE,
	.lacks = VIEW_LACKS_SORT | VIEW_LACKS_TIME | VIEW_LACKS_BLOCKS,
	.make = make,
};
