/*
 * html.c - mprof html: a recording, two to compare, or those of a run as a page for browsers.
 */
#include "base/clean.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/browser.h"
#include "cli/output.h"
#include "recordings/run.h"
#include "views/html_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FORMAT = 0x400, KEY_SOURCES, KEY_EDITOR, KEY_OPEN, KEY_ALL };
enum { DATA, OPEN, ALL }; /* request->flags */
enum { EDITOR };          /* request->words */
enum { SOURCES };         /* request->numbers: enum html_sources */

/* ---- options ------------------------------------------------------------------------------------ */

static const char *const source_words[] = {
	[HTML_SOURCES_SHOWN] = "shown", [HTML_SOURCES_NONE] = "none", [HTML_SOURCES_ALL] = "all"};

static error_t parse_sources(struct argp_state *state, const char *word, long *sources)
{
	for (long i = 0; i < (long)(sizeof(source_words) / sizeof(*source_words)); i++)
		if (strcmp(word, source_words[i]) == 0)
			return *sources = i, 0;
	return options_error(state, "--sources takes none, shown or all, not '%s'", word);
}

/* Browsers' own; the page refuses them, too (cells.tsx). */
static const char *const refused_schemes[] = {"javascript", "data", "vbscript", "blob", "file", "about"};

static bool is_refused_scheme(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(refused_schemes) / sizeof(*refused_schemes); i++)
		if (strlen(refused_schemes[i]) == length && strncmp(text, refused_schemes[i], length) == 0)
			return true;
	return false;
}

/* A page's links lead out of the page, and nowhere else. */
static error_t parse_editor(struct argp_state *state, const char *text, const char **editor)
{
	size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+.-");

	if (letters == 0 || !text_starts(text + length, "://") || is_refused_scheme(text, length))
		return options_error(
			state, "--editor takes an address as vscode://file/{file}:{line}, not '%s'", text);
	*editor = text;
	return 0;
}

static error_t parse_format(struct argp_state *state, const char *word, bool *data)
{
	*data = strcmp(word, "json") == 0;
	return *data || strcmp(word, "html") == 0
		       ? 0
		       : options_error(state, "--format takes html or json, not '%s'", word);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_FORMAT:
		return parse_format(state, argument, &request->flags[DATA]);
	case KEY_SOURCES:
		return parse_sources(state, argument, &request->numbers[SOURCES]);
	case KEY_EDITOR:
		return parse_editor(state, argument, &request->words[EDITOR]);
	case KEY_OPEN:
		return request->flags[OPEN] = true, 0;
	case KEY_ALL:
		return request->flags[ALL] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"open", KEY_OPEN, NULL, 0, "Open the page in a browser, by xdg-open", 1},
	{"all", KEY_ALL, NULL, 0, "All recordings of the run, each process with its own tables", 1},
	{"sources", KEY_SOURCES, "WHAT", 0,
	 "How much source text the page has: that of the lines that tables show (shown, the default), none, "
	 "or all files that are found",
	 1},
	{"editor", KEY_EDITOR, "ADDRESS", 0,
	 "Where links to source lead (default vscode://file/{file}:{line})", 1},
	{"format", KEY_FORMAT, "NAME", 0, "html, or json: the page's data alone", 1},
	{0},
};

static bool is_standard(const struct request *request)
{
	return request->output.path && strcmp(request->output.path, "-") == 0;
}

static int begin(struct request *request, struct diagnostic *diagnostic)
{
	if (request->flags[OPEN] && (is_standard(request) || request->flags[DATA]))
		return diagnostic_set(diagnostic, EINVAL, "--open takes a page in a file: not with %s",
				      request->flags[DATA] ? "--format json" : "-o -");
	return 0;
}

/* ---- the page --------------------------------------------------------------------------------------- */

struct writing {
	struct profile *const *profiles;
	size_t count;
	const struct request *request;
};

static const char *title_of(struct pool *pool, const struct writing *writing)
{
	const char *first = base_name(profile_overview(writing->profiles[0], false)->path);

	if (writing->count != 2)
		return first;
	return pool_format(pool, "%s, %s", first,
			   base_name(profile_overview(writing->profiles[1], false)->path));
}

static int write_run(FILE *out, const struct writing *writing, const struct page_options *page,
		     struct diagnostic *diagnostic)
{
	struct page_recordings recordings = {.like = *writing->profiles};
	struct run run;
	const char **paths;
	size_t count = 0;
	int error = run_find(profile_overview(*writing->profiles, false)->path, &run, diagnostic);

	if (error)
		return error;
	recordings.paths = paths = memory_zeroed(run.count, sizeof(*paths));
	for (; count < run.count; count++)
		paths[count] = run.members[count].path;
	recordings.count = count;
	page_write(out, &recordings, page, writing->request);
	free(paths);
	run_finish(&run);
	return 0;
}

static int write_page(FILE *out, void *context, struct diagnostic *diagnostic)
{
	const struct writing *writing = context;
	const struct request *request = writing->request;
	struct pool pool = {0};
	const struct page_options page = {
		.title = title_of(&pool, writing),
		.editor = request->words[EDITOR],
		.sources = (enum html_sources)request->numbers[SOURCES],
		.data = request->flags[DATA],
	};
	const struct page_recordings recordings = {.profiles = writing->profiles, .count = writing->count};
	int error = 0;

	if (request->flags[ALL])
		error = write_run(out, writing, &page, diagnostic);
	else
		page_write(out, &recordings, &page, request);
	pool_finish(&pool);
	return error;
}

static void tell(const char *path, const struct request *request)
{
	struct diagnostic diagnostic;

	clean_print_between(stdout, "", path, "\n");
	fflush(stdout);
	if (request->flags[OPEN] && browser_open(path, &diagnostic) != 0)
		clean_print_between(stderr, "mprof: warning: ", diagnostic.message, "\n");
}

/* What tells the page from those of other recordings with the first: nothing, "-new", "-and-2-more", "-all".
 */
static const char *distinction(struct pool *pool, const struct writing *writing)
{
	if (writing->request->flags[ALL])
		return "-all";
	if (writing->count == 1)
		return "";
	if (writing->count > 2)
		return pool_format(pool, "-and-%zu-more", writing->count - 1);
	char *second = output_beside(base_name(profile_overview(writing->profiles[1], false)->path), "");
	const char *text = pool_format(pool, "-%s", second);

	free(second);
	return text;
}

static char *name_beside(const struct writing *writing)
{
	struct pool pool = {0};
	char *path = output_beside(profile_overview(writing->profiles[0], false)->path,
				   pool_format(&pool, "%s%s", distinction(&pool, writing),
					       writing->request->flags[DATA] ? ".json" : ".html"));

	pool_finish(&pool);
	return path;
}

static int write_beside(struct writing *writing, struct diagnostic *diagnostic)
{
	char *path = name_beside(writing);
	int error = output_write(path, write_page, writing, diagnostic);

	if (!error)
		tell(path, writing->request);
	free(path);
	return error;
}

static int draw(struct profile *const *profiles, size_t count, const struct request *request, FILE *out,
		struct diagnostic *diagnostic)
{
	struct writing writing = {profiles, count, request};

	if (request->flags[ALL] && count > 1)
		return diagnostic_set(
			diagnostic, EINVAL,
			"--all takes one recording of the run, whose others it finds; %zu were named", count);
	return request->output.path ? write_page(out, &writing, diagnostic)
				    : write_beside(&writing, diagnostic);
}

const struct view view_html = {
	.name = "html",
	.summary = "Write a recording as a page for browsers",
	.doc = "Writes one HTML file that needs nothing else, with all that views tell: call trees, the heap "
	       "over time, tables, source lines. Of two recordings it shows the difference, too, and with "
	       "--all each process of a run. Its name is that of the recording with .html, or of both, "
	       "unless "
	       "-o says otherwise, and is printed.",
	.traces = VIEW_MANY,
	.lacks = VIEW_LACKS_SORT,
	.writes_file = true,
	.options = options,
	.parse = parse,
	.begin = begin,
	.draw = draw,
	.written = tell,
};
