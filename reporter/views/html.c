/*
 * html.c - mprof html: a recording, two to compare, or all of a run as a page for browsers.
 */
#include "html/page.h"

#include "base/text.h"
#include "cli/output.h"
#include "views/parts.h"
#include "views/processes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EDITOR "vscode://file/{file}:{line}"
#define ROWS_MAX 500 /* of tables that have a row for each of many call paths */

enum { KEY_FORMAT = 0x400, KEY_SOURCES, KEY_EDITOR };
enum { DATA };      /* request->flags */
enum { EDITOR_IS }; /* request->words */
enum { SOURCES };   /* request->numbers */

/* ---- documents --------------------------------------------------------------------------------- */

typedef int make_fn(struct profile *const *profiles, size_t count, const struct request *request,
		    struct document *document, struct diagnostic *diagnostic);

static int make_head(struct profile *const *profiles, size_t count, const struct request *request,
		     struct document *document, struct diagnostic *diagnostic)
{
	(void)count, (void)request, (void)diagnostic;
	part_head(document, *profiles);
	return 0;
}

static int make_totals(struct profile *const *profiles, size_t count, const struct request *request,
		       struct document *document, struct diagnostic *diagnostic)
{
	(void)count, (void)request, (void)diagnostic;
	part_totals(document, *profiles);
	return 0;
}

static int make_phases(struct profile *const *profiles, size_t count, const struct request *request,
		       struct document *document, struct diagnostic *diagnostic)
{
	(void)count, (void)diagnostic;
	part_phases(document, *profiles, request, 0);
	return 0;
}

static const char *const heads[] = {"head", "totals", NULL};
static const char *const documents[] = {"report", "leaks", "temporary", "stats",
					"frees",  "gc",    "phases",    NULL};
static const char *const together[] = {"diff", "processes", NULL};

static const struct {
	const char *name;
	const struct view *view; /* or else: */
	make_fn *make;
	bool all_rows;
} makers[] = {
	{"head", NULL, make_head, true},      {"totals", NULL, make_totals, true},
	{"report", &view_report, NULL, true}, /* it chooses functions itself */
	{"leaks", &view_leaks, NULL, false},  {"temporary", &view_temporary, NULL, false},
	{"stats", &view_stats, NULL, false},  {"frees", &view_frees, NULL, false},
	{"gc", &view_gc, NULL, false},        {"phases", NULL, make_phases, true},
};

/* As a program would ask the view. */
static struct request request_for(const struct request *request, bool all_rows)
{
	struct request of = *request;

	of.for_people = false;
	memset(of.flags, 0, sizeof(of.flags));
	memset(of.numbers, 0, sizeof(of.numbers));
	memset(of.words, 0, sizeof(of.words));
	if (of.top == 0 && !all_rows)
		of.top = ROWS_MAX;
	return of;
}

static int make_document(const void *context, const char *name, struct profile *const *profiles, size_t count,
			 struct document *document, struct diagnostic *diagnostic)
{
	size_t i = 0;
	int error;

	while (strcmp(makers[i].name, name) != 0)
		i++;
	const struct request request = request_for(context, makers[i].all_rows);
	make_fn *make = makers[i].view ? makers[i].view->make : makers[i].make;
	error = make(profiles, count, &request, document, diagnostic);
	if (!error)
		part_without_unknown(document, *profiles);
	return error;
}

/* ---- the page ----------------------------------------------------------------------------------- */

static int write_page(FILE *out, struct profile *const *profiles, size_t count, const struct request *request)
{
	static const char *const none[] = {NULL};
	const struct html_page page = {
		.title = base_name(profile_overview(*profiles, false)->path),
		.editor = request->words[EDITOR_IS] ? request->words[EDITOR_IS] : EDITOR,
		.sources = (enum html_sources)request->numbers[SOURCES],
		.profiles = profiles,
		.count = count,
		.heads = heads,
		.documents = documents,
		.together = none,
		.make = make_document,
		.context = request,
		.figure_title = part_figure_title,
	};

	(void)together;
	if (request->flags[DATA])
		html_write_data(out, &page);
	else
		html_write(out, &page);
	return 0;
}

static int draw(struct profile *const *profiles, size_t count, const struct request *request, FILE *out,
		struct diagnostic *diagnostic)
{
	(void)diagnostic;
	return write_page(out, profiles, count, request);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_FORMAT:
		request->flags[DATA] = strcmp(argument, "json") == 0;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"format", KEY_FORMAT, "NAME", 0, "html (the page), or json (its data alone)", 1},
	{0},
};

const struct view view_html = {
	.name = "html",
	.summary = "Write a recording as a page for browsers",
	.doc = "Writes a page.",
	.traces = VIEW_MANY,
	.lacks = VIEW_LACKS_SORT,
	.writes_file = true,
	.options = options,
	.parse = parse,
	.draw = draw,
};
