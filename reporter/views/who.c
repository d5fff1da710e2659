/*
 * who.c - mprof who: one function or line, what it asked for itself, who called it and what it called.
 */
#include "profile/who.h"

#include "profile/existing.h"
#include "views/tree_columns.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN 10 /* of each table, to people */

/* ---- the place -------------------------------------------------------------------------------- */

/* FILE:LINE, or else a function; "ns::f1" is one. */
struct meant {
	const char *globs[2];
	struct measure_place place;
};

static void read_place(struct document *document, const char *text, struct meant *meant)
{
	const char *colon = strrchr(text, ':');
	unsigned long line = 0;
	char *end = NULL;

	*meant = (struct meant){0};
	if (colon && colon > text && colon[-1] != ':' && isdigit((unsigned char)colon[1]))
		line = strtoul(colon + 1, &end, 10);
	if (line > 0 && line <= UINT32_MAX && !*end) {
		meant->globs[0] = pool_format(&document->pool, "%.*s", (int)(colon - text), text);
		meant->place.selection.files = meant->globs;
		meant->place.line = (uint32_t)line;
	} else {
		meant->globs[0] = text;
		meant->place.selection.functions = meant->globs;
	}
}

/* 0 if the program has the place, and nothing was allocated there; else what is meant by it cannot be told.
 */
static int explain(struct profile *profile, const struct request *request, const struct meant *meant,
		   struct diagnostic *diagnostic)
{
	bool file = meant->place.line > 0;
	struct nearest nearest = nearest_to(meant->globs[0]);

	if (profile_has_place(profile, &meant->place))
		return 0;
	if (!profile_is_at_hand(profile))
		return diagnostic_set(diagnostic, ENOENT,
				      "'%s' is not found: no recorded call path passes it; %s",
				      request->place, EXISTING_NOT_AT_HAND);
	if (!(file ? profile_has_lines(profile) : profile_has_names(profile)))
		return diagnostic_set(diagnostic, ENOENT, "'%s' is not found: the program has no %s",
				      request->place, file ? "debug information" : "names of functions");
	profile_try_names(profile, file, &nearest);
	if (file && nearest.distance == 0)
		nearest.found = NULL; /* it is the line that has no code */
	return diagnostic_set(diagnostic, ENOENT, "%s '%s'%s%s%s",
			      file ? "no code of the program stands at"
				   : "no function of the program is called",
			      request->place, nearest.found ? "; did you mean '" : "",
			      nearest.found ? nearest.found : "", nearest.found ? "'?" : "");
}

/* ---- columns ------------------------------------------------------------------------------------ */

struct row {
	const struct who_row *of;
	const char *where; /* for people */
};

struct context {
	const struct who *who;
	uint64_t sample_bytes;
	enum figure figure;
};

#define ROW (((const struct row *)row)->of)
#define CONTEXT ((const struct context *)context)
#define SHARE                                                                                                \
	cell_share(figure_of(&ROW->amounts, CONTEXT->figure),                                                \
		   figure_of(&CONTEXT->who->total, CONTEXT->figure))

TREE_FRAME_COLUMNS("", ROW->frame)
TREE_FIGURE_COLUMNS(figures, "", ROW->amounts, CONTEXT->sample_bytes)
TABLE_COLUMN(share, "share", NULL, 0, 0, SHARE)
static const struct column *const data_columns[] = {TREE_FRAME, &share, TREE_FIGURES(figures),
						    TREE_ERRORS(figures), NULL};

TABLE_COLUMN(text_memory, NULL, "Memory", 0, 11, tree_figure_cell(&ROW->amounts, CONTEXT->figure))
TABLE_COLUMN(text_count, NULL, "Count", 0, 11, tree_figure_cell(&ROW->amounts, CONTEXT->figure))
TABLE_COLUMN(text_share, NULL, "Share", 1, 6, SHARE)
TABLE_COLUMN(text_blocks, NULL, "Blocks", 1, 9, cell_count(figure_blocks(&ROW->amounts, CONTEXT->figure)))
TABLE_COLUMN(text_where, NULL, "Place", 2, -1, cell_text(((const struct row *)row)->where))
static const struct column *const byte_columns[] = {&text_memory, &text_share, &text_blocks, &text_where,
						    NULL};
static const struct column *const count_columns[] = {&text_count, &text_share, &text_where, NULL};

struct place_row {
	const char *name;
	const struct who *who;
	uint64_t sample_bytes;
};

#define PLACE ((const struct place_row *)row)
TABLE_COLUMN(place_name, "name", NULL, 0, 0, cell_text(PLACE->name))
TREE_FIGURE_COLUMNS(self, "self.", PLACE->who->self, PLACE->sample_bytes)
TREE_FIGURE_COLUMNS(total, "total.", PLACE->who->total, PLACE->sample_bytes)
static const struct column *const place_columns[] = {
	&place_name, TREE_FIGURES(self), TREE_ERRORS(self), TREE_FIGURES(total), TREE_ERRORS(total), NULL};

/* ---- tables --------------------------------------------------------------------------------------- */

struct telling {
	struct document *document;
	const struct request *request;
	struct context context;
};

static const char *where(const struct telling *telling, const struct tree_frame *frame, bool lines)
{
	if (strcmp(frame->place, "(root)") == 0)
		return "(where the program or a thread begins)";
	return part_place(telling->document, telling->request, frame->place, frame->function->file,
			  lines ? frame->line : 0, frame->function->module);
}

/* People get those that have any of the figure. */
static size_t count_shown(const struct telling *telling, const struct who_rows *rows)
{
	size_t count = 0;

	while (count < rows->count && (!telling->request->for_people ||
				       figure_of(&rows->list[count].amounts, telling->context.figure) > 0))
		count++;
	return count;
}

/* `first`: a row before all others, or NULL. */
static void add_table(const struct telling *telling, const char *name, const char *title,
		      const struct who_rows *rows, const struct who_row *first, bool lines)
{
	struct document *document = telling->document;
	size_t limit = request_rows(telling->request, ROWS_SHOWN), all = count_shown(telling, rows), used = 0;
	size_t shown = limit > 0 && limit < all ? limit : all;
	struct row *list = pool_alloc(&document->pool, (shown + 2) * sizeof(*list));
	bool bytes = figure_infos[telling->context.figure].bytes;

	if (first)
		list[used++] = (struct row){first, first->frame->place};
	for (size_t i = 0; i < shown; i++, used++)
		list[used] = (struct row){&rows->list[i], where(telling, rows->list[i].frame, lines)};
	document_add(document,
		     &(struct section){
			     .name = name,
			     .title = title,
			     .table = {!telling->request->for_people ? data_columns
				       : bytes                       ? byte_columns
								     : count_columns,
				       list, used, sizeof(*list),
				       document_keep(document, &telling->context, sizeof(telling->context))},
			     .note = shown < all ? pool_format(&document->pool, "(%zu more: -n)", all - shown)
						 : NULL,
			     .only_if_rows = true,
		     });
}

/* What the place did itself is the first of what it called; people know it already where there is nothing
 * else. */
static const struct who_row *itself(const struct telling *telling)
{
	static const struct source_function function = {.name = "(itself)", .file = "", .module = ""};
	static const struct tree_frame frame = {.function = &function, .place = "(itself)"};
	const struct who_row row = {&frame, telling->context.who->self};

	if (row.amounts.allocations == 0 ||
	    (telling->request->for_people && (figure_of(&row.amounts, telling->context.figure) == 0 ||
					      telling->context.who->callees.count == 0)))
		return NULL;
	return document_keep(telling->document, &row, sizeof(row));
}

static void add_place(const struct telling *telling)
{
	const struct place_row row = {telling->request->place, telling->context.who,
				      telling->context.sample_bytes};

	document_add(telling->document,
		     &(struct section){
			     .name = "place",
			     .layout = LAYOUT_FACTS,
			     .table = {.columns = place_columns,
				       .rows = document_keep(telling->document, &row, sizeof(row)),
				       .row_count = 1,
				       .row_bytes = sizeof(row)},
			     .for_programs = true,
		     });
}

/* Where no recorded call path passes the place, people are told so. */
static void add_nothing(const struct telling *telling)
{
	static const struct column *const none[] = {NULL};

	document_add(telling->document, &(struct section){
						.layout = LAYOUT_FACTS,
						.table = {.columns = none, .row_count = 1},
						.note = "Nothing was allocated there or below",
					});
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	struct profile *profile = *profiles;
	struct meant meant;

	(void)count;
	read_place(document, request->place, &meant);
	const struct who found = profile_who(profile, &meant.place, request->figure);
	const struct who *who = document_keep(document, &found, sizeof(found));
	const struct telling telling = {
		document, request, {who, profile_overview(profile, true)->sample_bytes, request->figure}};
	int error = who->met ? 0 : explain(profile, request, &meant, diagnostic);

	if (error)
		return error;
	document->main = "callers";
	if (request->for_people) {
		part_tree_title(document, profile, request, request->place, &who->total, &who->whole);
	} else {
		part_head(document, profile);
		part_tree_total(document, &who->whole, telling.context.sample_bytes);
	}
	if (!who->met)
		add_nothing(&telling);
	add_place(&telling);
	add_table(&telling, "lines", "What it asked for itself", &who->lines, NULL, true);
	add_table(&telling, "callers", "Who called it", &who->callers, NULL, true);
	add_table(&telling, "callees", "What it called", &who->callees, itself(&telling), false);
	return 0;
}

const struct view view_who = {
	.name = "who",
	.summary = "Show who called a function or line, and what it called",
	.doc = "Shows of one place what it asked for itself, who called it, and what it called, with what "
	       "was allocated by each way. FUNCTION is a name or a pattern of names; FILE may be the end of "
	       "a path.",
	.traces = VIEW_PLACE,
	.make = make,
};
