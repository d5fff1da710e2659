/*
 * site_tables.c - tables of call sites: what each line asked for itself, and who called it.
 */
#include "base/memory.h"
#include "formats/cells.h"
#include "profile/measure.h"
#include "profile/paths.h"
#include "profile/window.h"
#include "views/frames.h"
#include "views/places.h"

#include <stdlib.h>
#include <string.h>

#define PATH_LIMIT 5 /* told of a site */

/* One call path of a site. */
struct path_row {
	uint64_t value, whole;
	const struct table *frames;
};

struct site_row {
	const struct site *site;
	uint64_t sample_bytes;
	const struct overview *run;
	enum figure figure;
	const char *where;          /* for people */
	const char *const *callers; /* the same */
	struct table paths;         /* for programs */
};

#define ROW ((const struct site_row *)row)
#define AMOUNTS_OF_ROW (&ROW->site->amounts)

/* Of the whole run's figure by which sites are ordered, for people and programs alike. */
static struct cell share_cell(const struct site_row *row)
{
	return cell_share(figure_of(&row->site->amounts, row->figure),
			  figure_of(&row->run->total, row->figure));
}

/* ---- for programs --------------------------------------------------------------------------- */

#define SITE_COUNT(id, name, field) TABLE_COLUMN(id, name, NULL, 0, 0, cell_count(AMOUNTS_OF_ROW->field))
#define SITE_ERROR(id, name, figure)                                                                         \
	TABLE_COLUMN(id, name, NULL, 0, 0,                                                                   \
		     cell_count(figure_error(AMOUNTS_OF_ROW, figure, ROW->sample_bytes)))

TABLE_COLUMN(site_function, "function", NULL, 0, 0, cell_text(ROW->site->function))
TABLE_COLUMN(site_file, "file", NULL, 0, 0, cell_text(ROW->site->file))
TABLE_COLUMN(site_line, "line", NULL, 0, 0, cell_count(ROW->site->line))
TABLE_COLUMN(site_place, "place", NULL, 0, 0, cell_text(ROW->site->place))
TABLE_COLUMN(site_entry, "entry", NULL, 0, 0, cell_text(ROW->site->entry))
TABLE_COLUMN(site_module, "module", NULL, 0, 0, cell_text(ROW->site->module))
SITE_COUNT(site_allocations, "allocations", allocations)
SITE_COUNT(site_allocated, "allocated_bytes", allocated_bytes)
SITE_COUNT(site_peak, "peak_bytes", peak_bytes)
SITE_COUNT(site_peak_blocks, "peak_blocks", peak_blocks)
SITE_COUNT(site_leaked, "leaked_bytes", leaked_bytes)
SITE_COUNT(site_leaked_blocks, "leaked_blocks", leaked_blocks)
SITE_COUNT(site_kept, "kept_bytes", kept_bytes)
SITE_COUNT(site_kept_blocks, "kept_blocks", kept_blocks)
SITE_COUNT(site_temporary, "temporary", temporary)
SITE_ERROR(site_allocated_error, "allocated_bytes_error", FIGURE_ALLOCATED)
SITE_ERROR(site_peak_error, "peak_bytes_error", FIGURE_PEAK)
SITE_ERROR(site_leaked_error, "leaked_bytes_error", FIGURE_LEAKED)
SITE_COUNT(site_collected_blocks, "freed_by_collector_blocks", collected_blocks)
SITE_COUNT(site_collected, "freed_by_collector_bytes", collected_bytes)
TABLE_COLUMN(site_share, "share", NULL, 0, 0, share_cell(ROW))
TABLE_COLUMN(site_paths, "paths", NULL, 0, 0, cell_rows(&ROW->paths))

#define SITE_COLUMNS                                                                                         \
	&site_function, &site_file, &site_line, &site_place, &site_module, &site_entry, &site_allocations,   \
		&site_allocated, &site_peak, &site_peak_blocks, &site_leaked, &site_leaked_blocks,           \
		&site_temporary, &site_allocated_error, &site_peak_error, &site_leaked_error,                \
		&site_collected_blocks, &site_collected, &site_kept, &site_kept_blocks, &site_share

static const struct column *const plain_columns[] = {SITE_COLUMNS, NULL};
static const struct column *const columns_with_paths[] = {SITE_COLUMNS, &site_paths, NULL};

#define PATH ((const struct path_row *)row)
TABLE_COLUMN(path_value, "value", NULL, 0, 0, cell_count(PATH->value))
TABLE_COLUMN(path_share, "share", NULL, 0, 0, cell_share(PATH->value, PATH->whole))
TABLE_COLUMN(path_frames, "frames", NULL, 0, 0, cell_rows(PATH->frames))
static const struct column *const path_columns[] = {&path_value, &path_share, &path_frames, NULL};

static const struct table *table_of_frames(struct document *document, struct profile *profile,
					   const struct way *way)
{
	struct frame_row *rows = pool_alloc(&document->pool, (way->count + 1) * sizeof(*rows));
	struct source_frame *frames = pool_alloc(&document->pool, (way->count + 1) * sizeof(*frames));
	const struct table table = {frame_row_columns, rows, way->count, sizeof(*rows), NULL};

	for (size_t i = 0; i < way->count; i++) {
		frames[i] = way->first[i];
		rows[i] = (struct frame_row){&frames[i], profile_place(profile, &frames[i])};
	}
	return document_keep(document, &table, sizeof(table));
}

static struct table table_of_paths(struct document *document, struct profile *profile,
				   const struct site_paths *paths, uint64_t whole)
{
	struct path_row *rows = pool_alloc(&document->pool, (paths->count + 1) * sizeof(*rows));

	for (size_t i = 0; i < paths->count; i++)
		rows[i] = (struct path_row){paths->ways[i].value, whole,
					    table_of_frames(document, profile, &paths->ways[i])};
	return (struct table){path_columns, rows, paths->count, sizeof(*rows), NULL};
}

/* ---- for people ----------------------------------------------------------------------------- */

static bool is_bytes(enum figure figure)
{
	return figure_infos[figure].bytes;
}

static struct cell figure_cell(const struct site_row *row)
{
	uint64_t figure = figure_of(&row->site->amounts, row->figure);

	return is_bytes(row->figure) ? cell_size(figure) : cell_count(figure);
}

TABLE_COLUMN(text_figure, NULL, "Memory", 0, 10, figure_cell(ROW))
TABLE_COLUMN(text_error, NULL, "+/- 95%", 1, 10,
	     cell_size(figure_error(AMOUNTS_OF_ROW, ROW->figure, ROW->sample_bytes)))
TABLE_COLUMN(text_count, NULL, "Count", 0, 10, figure_cell(ROW))
TABLE_COLUMN(text_share, NULL, "Share", 1, 6, share_cell(ROW))
TABLE_COLUMN(text_blocks, NULL, "Blocks", 1, 9, cell_count(figure_blocks(AMOUNTS_OF_ROW, ROW->figure)))
TABLE_COLUMN(text_where, NULL, "Call site", 2, -1, cell_text(ROW->where))
TABLE_COLUMN(text_callers, NULL, NULL, 0, 0, cell_lines(ROW->callers))

static const struct column *const byte_columns[] = {&text_figure, &text_share,   &text_blocks,
						    &text_where,  &text_callers, NULL};
static const struct column *const sampled_columns[] = {&text_figure, &text_error,   &text_share, &text_blocks,
						       &text_where,  &text_callers, NULL};
static const struct column *const count_columns[] = {&text_count, &text_share, &text_where, &text_callers,
						     NULL};

static const struct column *const *columns_for(enum figure figure, bool sampled)
{
	if (!is_bytes(figure))
		return count_columns;
	return sampled ? sampled_columns : byte_columns;
}

#define SITE_INDENT 29 /* of the last column */

/* One path is a line, several have their shares; how many more there are, in the last one. */
static const char *const *caller_lines(struct document *document, struct profile *profile,
				       const struct request *request, struct site_paths *paths,
				       uint64_t whole, size_t most)
{
	size_t count = ways_shorten(paths->ways, paths->count, whole, most);
	size_t told = ways_told(paths->ways, count, whole, most), used = 0;
	size_t width = place_width(request) > SITE_INDENT + 40 ? place_width(request) - SITE_INDENT : 40;
	const char **lines = pool_alloc(&document->pool, (told + 2) * sizeof(*lines));

	for (size_t i = 0; i < told; i++) {
		bool last = i + 1 == told && count > told;
		char share[NUMBER_BYTES];
		const char *begin = "", *line;

		number_share(share, sizeof(share), paths->ways[i].value, whole);
		if (count > 1)
			begin = pool_format(&document->pool, "%5s", share);
		line = place_callers(document, profile, &paths->ways[i], begin, last ? width - 6 : width);
		if (line)
			lines[used++] = line;
	}
	if (used > 0 && count > told)
		lines[used - 1] = pool_format(&document->pool, "%s (+%zu)", lines[used - 1], count - told);
	paths->count = count;
	return lines;
}

const char *part_site(struct document *document, const struct request *request, const struct site *site)
{
	const char *place = part_place(document, request, site->place, site->file, site->line, site->module);

	if (!site->entry)
		return place;
	return pool_format(&document->pool, "%s at %s",
			   part_place(document, request, site->entry, "", 0, site->entry_module), place);
}

/* ---- both ------------------------------------------------------------------------------------ */

static void fill_row(struct site_row *row, struct document *document, struct profile *profile,
		     const struct request *request, const struct site_choice *choice,
		     struct site_paths *paths)
{
	const struct site *site = row->site;
	uint64_t whole = figure_of(&site->amounts, choice->figure);

	if (request->for_people) {
		row->where = part_site(document, request, site);
		row->callers =
			paths ? caller_lines(document, profile, request, paths, whole, choice->path_lines)
			      : NULL;
	} else if (paths) {
		row->paths = table_of_paths(document, profile, paths, whole);
	}
}

/* How to see what is left out. */
static const char *more_note(struct document *document, const struct profile *profile,
			     const struct request *request, const struct site_choice *choice, size_t count)
{
	size_t all = profile_site_count(profile, choice->figure);

	if (!request->for_people || all <= count)
		return NULL;
	return pool_format(&document->pool, "(%zu more: mprof sites%s%s -n %zu)", all - count,
			   choice->figure == FIGURE_PEAK ? "" : " --sort ",
			   choice->figure == FIGURE_PEAK ? "" : figure_infos[choice->figure].name, all);
}

/* With a blank line, a title, headers and a rule. */
static size_t lines_of(const struct site_row *rows, size_t count)
{
	size_t lines = count > 0 ? 5 : 0;

	for (size_t i = 0; i < count; i++) {
		lines++;
		for (const char *const *line = rows[i].callers; line && *line; line++)
			lines++;
	}
	return lines;
}

/* Of a part of the run, a figure may mean something else. */
static const char *title_of(struct document *document, const struct profile *profile, enum figure figure)
{
	const struct window *window = profile_window(profile);

	if (!window || (figure != FIGURE_PEAK && figure != FIGURE_LEAKED))
		return figure_infos[figure].table;
	if (window->moment)
		return pool_format(&document->pool, "Call sites that hold most at %s", window->to);
	if (figure == FIGURE_PEAK)
		return pool_format(&document->pool, "Call sites that hold most at the peak from %s to %s",
				   window->from, window->to);
	return pool_format(&document->pool, "Call sites that hold more at %s than at %s", window->to,
			   window->from);
}

struct site_choice part_site_choice(const struct request *request, size_t few, bool paths, size_t path_lines)
{
	return (struct site_choice){
		.name = "sites",
		.figure = request->figure,
		.all = !request->for_people && request->top == 0 && !request->figure_given,
		.limit = request_rows(request, few),
		.paths = request->for_people || paths || request->top > 0,
		.path_lines = path_lines,
	};
}

size_t part_sites(struct document *document, struct profile *profile, const struct request *request,
		  const struct site_choice *choice)
{
	const struct overview *run = profile_overview(profile, true);
	size_t count;
	const struct site *const *sites =
		choice->all ? profile_all_sites(profile, choice->figure, &count)
			    : profile_sites(profile, choice->figure, choice->limit, &count);
	struct site_paths *paths =
		choice->paths ? profile_site_paths(profile, sites, count, choice->figure) : NULL;
	struct site_row *rows = pool_alloc(&document->pool, (count + 1) * sizeof(*rows));
	bool sampled = run->sample_bytes > 0;
	const struct column *const *columns = request->for_people ? columns_for(choice->figure, sampled)
					      : paths             ? columns_with_paths
								  : plain_columns;

	for (size_t i = 0; i < count; i++) {
		rows[i] = (struct site_row){.site = sites[i],
					    .sample_bytes = run->sample_bytes,
					    .run = run,
					    .figure = choice->figure};
		fill_row(&rows[i], document, profile, request, choice, paths ? &paths[i] : NULL);
	}
	site_paths_finish(paths, paths ? count : 0);
	document_add(document, &(struct section){.name = choice->name,
						 .title = title_of(document, profile, choice->figure),
						 .table = {columns, rows, count, sizeof(*rows), NULL},
						 .note = more_note(document, profile, request, choice, count),
						 .only_if_rows = true});
	return lines_of(rows, count);
}
