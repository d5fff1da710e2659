/* html_page.c - see html_page.h. */
#include "views/html_page.h"

#include "base/clean.h"
#include "base/memory.h"
#include "base/text.h"
#include "profile/partial.h"
#include "profile/run.h"
#include "views/parts.h"
#include "views/processes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EDITOR "vscode://file/{file}:{line}"
#define RECORDINGS_MAX 100u /* that are not open */
#define ROWS_MAX 500        /* of tables with a row for each call path or function */
#define DIFF "diff"         /* by peak; "diff_leaked" and the like by other figures */

/* What page.h gives back to its callers. */
struct making {
	const struct page_recordings *recordings;
	const struct page_options *options;
	const struct request *request;
};

/* ---- documents --------------------------------------------------------------------------------- */

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
static const char *const together[] = {
	"verdict",           "processes",       DIFF, DIFF "_leaked", DIFF "_allocated",
	DIFF "_allocations", DIFF "_temporary", NULL};

/* How a document of one recording is made: by a view, or here. */
static const struct maker {
	const char *name;
	const struct view *view;
	int (*make)(struct profile *const *profiles, size_t count, const struct request *request,
		    struct document *document, struct diagnostic *diagnostic);
	bool all_rows; /* they are few, or the view chooses */
} makers[] = {
	{"head", NULL, make_head, true},
	{"totals", NULL, make_totals, true},
	{"report", &view_report, NULL, true},
	{"leaks", &view_leaks, NULL, false},
	{"temporary", &view_temporary, NULL, false},
	{"stats", &view_stats, NULL, false},
	{"frees", &view_frees, NULL, false},
	{"gc", &view_gc, NULL, false},
	{"phases", NULL, make_phases, true},
};

/* As a program would ask the view; the document refers to it. */
static const struct request *request_for(struct document *document, const struct request *request,
					 bool all_rows)
{
	struct request of = *request;

	of.for_people = false;
	memset(of.flags, 0, sizeof(of.flags));
	memset(of.numbers, 0, sizeof(of.numbers));
	memset(of.words, 0, sizeof(of.words));
	if (of.top == 0 && !all_rows)
		of.top = ROWS_MAX;
	return document_keep(document, &of, sizeof(of));
}

/* Views that take no such options know nothing of it. */
static int check_parts(const struct maker *maker, const struct request *request,
		       struct diagnostic *diagnostic)
{
	unsigned lacks = maker->view ? maker->view->lacks : 0;

	if (request_has_window(request) && (lacks & VIEW_LACKS_TIME))
		return diagnostic_set(diagnostic, ENOTSUP, "%s: not known of a part of the run", maker->name);
	if (request_has_blocks(request) && (lacks & VIEW_LACKS_BLOCKS))
		return diagnostic_set(diagnostic, ENOTSUP, "%s: not known of some blocks only", maker->name);
	return 0;
}

static int make_one(const struct making *making, const char *name, struct profile *profile,
		    struct document *document, struct diagnostic *diagnostic)
{
	const struct maker *maker = makers;
	int error;

	while (strcmp(maker->name, name) != 0)
		maker++;
	const struct request *request = request_for(document, making->request, maker->all_rows);
	error = check_parts(maker, request, diagnostic);
	if (error)
		return error;
	error = (maker->view ? maker->view->make : maker->make)(&profile, 1, request, document, diagnostic);
	if (!error)
		part_without_unknown(document, profile);
	return error;
}

/* By the figure that the document's name ends with. */
static int make_diff(const struct making *making, const char *name, struct document *document,
		     struct diagnostic *diagnostic)
{
	const struct page_recordings *of = making->recordings;
	const char *figure_name =
		name[strlen(DIFF)] ? name + strlen(DIFF "_") : figure_infos[FIGURE_PEAK].name;
	struct request request = *request_for(document, making->request, false);
	enum figure figure = FIGURE_PEAK;

	while (strcmp(figure_infos[figure].name, figure_name) != 0)
		figure++;
	for (size_t i = 0; i < of->count; i++)
		if (!partial_knows(profile_overview(of->profiles[i], false), figure))
			return -ENODATA;
	request.figure = figure;
	return view_diff.make(of->profiles, of->count, document_keep(document, &request, sizeof(request)),
			      document, diagnostic);
}

static int add_verdict(const struct document *verdict, struct document *document)
{
	for (size_t i = 0; i < verdict->count; i++)
		document_add(document, &verdict->sections[i]);
	return 0;
}

/* What a gate said, the processes of a run, and of two open recordings the difference. */
static int make_together(const struct making *making, const char *name, struct document *document,
			 struct diagnostic *diagnostic)
{
	const struct page_recordings *of = making->recordings;

	if (strcmp(name, "verdict") == 0 && making->options->verdict)
		return add_verdict(making->options->verdict, document);
	if (text_starts(name, DIFF) && of->profiles && of->count == 2)
		return make_diff(making, name, document, diagnostic);
	if (strcmp(name, "processes") == 0 && of->like)
		return processes_make(of->like, request_for(document, making->request, false), true, document,
				      diagnostic);
	return -ENODATA;
}

static int make_document(const void *context, const char *name, struct profile *profile,
			 struct document *document, struct diagnostic *diagnostic)
{
	const struct making *making = context;

	return profile ? make_one(making, name, profile, document, diagnostic)
		       : make_together(making, name, document, diagnostic);
}

/* ---- recordings --------------------------------------------------------------------------------- */

static struct profile *open_recording(const void *context, size_t index)
{
	const struct making *making = context;
	const struct page_recordings *of = making->recordings;
	const struct filter *filter = &making->request->filter;
	struct diagnostic diagnostic;
	struct profile *profile = NULL;
	int error;

	if (of->profiles)
		return of->profiles[index];
	error = of->like ? profile_open_like(of->like, filter, of->paths[index], &profile, &diagnostic)
			 : profile_open(of->paths[index], of->options, &profile, &diagnostic);
	if (error)
		clean_print_between(stderr, "mprof: warning: left out: ", diagnostic.message, "\n");
	return profile;
}

static void close_recording(const void *context, size_t index, struct profile *profile)
{
	const struct making *making = context;

	(void)index;
	if (!making->recordings->profiles)
		profile_close(profile);
}

/* ---- of very many those with the greatest peaks ---------------------------------------------------- */

static uint64_t peak_of(const struct making *making, size_t index)
{
	struct profile *profile = open_recording(making, index);
	uint64_t peak = profile ? profile_overview(profile, false)->total.peak_bytes : 0;

	close_recording(making, index, profile);
	return peak;
}

static int greatest_first(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? 1 : a > b ? -1 : 0;
}

/* The paths of these, in the order in which they were: the caller's to free(). */
static const char **choose(const struct making *making)
{
	size_t all = making->recordings->count, count = 0;
	const char **paths = memory_zeroed(RECORDINGS_MAX, sizeof(*paths));
	uint64_t *peaks = memory_zeroed(all, sizeof(*peaks));
	uint64_t *sorted = memory_zeroed(all, sizeof(*sorted));

	for (size_t i = 0; i < all; i++)
		sorted[i] = peaks[i] = peak_of(making, i);
	qsort(sorted, all, sizeof(*sorted), greatest_first);
	uint64_t least = sorted[RECORDINGS_MAX - 1];
	size_t ties = 0; /* so many of those that are just as great as the least */
	while (ties < RECORDINGS_MAX && sorted[RECORDINGS_MAX - 1 - ties] == least)
		ties++;
	for (size_t i = 0; i < all; i++)
		if (peaks[i] > least || (peaks[i] == least && ties > 0 && ties--))
			paths[count++] = making->recordings->paths[i];
	free(peaks);
	free(sorted);
	fprintf(stderr, "mprof: warning: the page has %u of %zu recordings: those with the greatest peaks\n",
		RECORDINGS_MAX, all);
	return paths;
}

/* ---- what it is of ------------------------------------------------------------------------------ */

/* The text so far with an option and its word behind it; NULL: it was not given. */
static const char *with_option(struct pool *pool, const char *text, const char *option, const char *word)
{
	return word ? pool_format(pool, "%s%s%s %s", text, *text ? " " : "", option, word) : text;
}

static const char *with_options(struct pool *pool, const char *text, const char *option,
				const char *const *words)
{
	for (; words && *words; words++)
		text = with_option(pool, text, option, *words);
	return text;
}

static const char *narrowed(struct pool *pool, const struct request *request)
{
	const struct filter *filter = &request->filter;
	const char *text = with_options(pool, "", "-f", filter->keep.functions);

	text = with_options(pool, text, "--file", filter->keep.files);
	text = with_options(pool, text, "--module", filter->modules);
	text = with_options(pool, text, "--type", filter->types);
	text = with_options(pool, text, "--ignore", filter->ignore);
	text = with_option(pool, text, "--min-size", request->blocks.least);
	text = with_option(pool, text, "--max-size", request->blocks.most);
	text = with_option(pool, text, "--thread", request->blocks.thread);
	text = with_option(pool, text, "--at", request->window.at);
	text = with_option(pool, text, "--from", request->window.from);
	return with_option(pool, text, "--to", request->window.to);
}

/* ---- the page --------------------------------------------------------------------------------------- */

void page_write(FILE *out, const struct page_recordings *recordings, const struct page_options *options,
		const struct request *request)
{
	struct page_recordings shown = *recordings;
	const struct making making = {&shown, options, request};
	const char **chosen = NULL;

	if (!shown.profiles && shown.count > RECORDINGS_MAX) {
		shown.paths = chosen = choose(&making);
		shown.count = RECORDINGS_MAX;
	}
	struct pool pool = {0};
	const struct html_page page = {
		.narrowed = narrowed(&pool, request),
		.title = options->title,
		.editor = options->editor ? options->editor : EDITOR,
		.sources = options->sources,
		.count = shown.count,
		.open = open_recording,
		.close = close_recording,
		.heads = heads,
		.documents = documents,
		.together = together,
		.make = make_document,
		.figure_title = part_figure_title,
		.context = &making,
	};
	(options->data ? html_write_data : html_write)(out, &page);
	pool_finish(&pool);
	free(chosen);
}
