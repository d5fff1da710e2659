/*
 * view_command.c - see view_command.h.
 */
#include "commands/view_command.h"

#include "base/clean.h"
#include "base/memory.h"
#include "base/status.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "commands/opening.h"
#include "profile/existing.h"
#include "profile/partial.h"
#include "profile/remember.h"
#include "recordings/traces.h"
#include "views/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A view's command on its way. */
struct work {
	const struct view *view;
	struct request request;
	struct option_list arguments; /* TRACE... */
	struct suppressions suppressions;
	struct profile_options options;
	struct pool pool; /* of options of single recordings */
	struct progress progress;
	struct trace_list traces;
	struct profile **profiles;
	size_t count;
};

/* ---- options ------------------------------------------------------------------------------- */

static error_t take_argument(struct argp_state *state, struct work *work, char *argument)
{
	static const size_t counts[] = {
		[VIEW_ONE] = 1, [VIEW_TWO] = 2, [VIEW_MANY] = SIZE_MAX, [VIEW_PLACE] = 1};
	size_t most = counts[work->view->traces];

	if (work->view->traces == VIEW_PLACE && !work->request.place) {
		work->request.place = argument;
		return 0;
	}
	if (work->arguments.count == most)
		return options_error(state,
				     most == 1 ? "%s takes one trace, not also '%s'"
					       : "%s takes two traces, not also '%s'",
				     state->name, argument);
	return option_list_add(&work->arguments, argument);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct work *work = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; state->root_argp && state->child_inputs && i < 8; i++)
			state->child_inputs[i] = &work->request;
		return 0;
	case ARGP_KEY_ARG:
		return take_argument(state, work, argument);
	case ARGP_KEY_SUCCESS:
		if (work->view->traces == VIEW_TWO && work->arguments.count < 2)
			return options_error(state, "%s takes two traces: OLD NEW", state->name);
		if (work->view->traces == VIEW_PLACE && !work->request.place)
			return options_error(state, "%s takes a place: FUNCTION or FILE:LINE", state->name);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Those groups that mean something to the view, and a group that has nothing in place of the others. */
static int read_options(struct work *work, int argc, char **argv, struct diagnostic *diagnostic)
{
	static const char *const arguments[] = {
		[VIEW_ONE] = "[TRACE]",
		[VIEW_TWO] = "OLD[@TIME] NEW[@TIME]",
		[VIEW_MANY] = "[TRACE...]",
		[VIEW_PLACE] = "FUNCTION|FILE:LINE [TRACE]",
	};
	static const struct argp nothing = {0};
	const struct view *view = work->view;
	const struct argp own = {.options = view->options, .parser = view->parse};
	const struct argp_child children[] = {
		{view->options ? &own : &nothing, 0, NULL, 0},
		{view->lacks & VIEW_LACKS_FILTERS ? &nothing : &request_filter_argp, 0, NULL, 0},
		{view->lacks & VIEW_LACKS_BLOCKS ? &nothing : &request_blocks_argp, 0, NULL, 0},
		{view->lacks & VIEW_LACKS_TIME ? &nothing : &request_time_argp, 0, NULL, 0},
		{view->lacks & VIEW_LACKS_TOP ? &nothing : &request_top_argp, 0, NULL, 0},
		{view->lacks & VIEW_LACKS_SORT ? &nothing : &request_sort_argp, 0, NULL, 0},
		{view->selects_tables ? &request_columns_argp : &nothing, 0, NULL, 0},
		{view->exports       ? &request_export_argp
		 : view->writes_file ? &request_file_argp
				     : &request_common_argp,
		 0, NULL, 0},
		{0},
	};
	char *doc = NULL;
	const struct argp argp = {
		.parser = parse, .args_doc = arguments[view->traces], .children = children, .doc = NULL};
	struct argp with_doc = argp;
	int status;

	if (asprintf(&doc, "%s\v" OPENING_TRACE_DOC, view->doc) < 0)
		memory_exhausted();
	with_doc.doc = doc;
	status = options_parse(&with_doc, false, argc, argv, work, diagnostic);
	free(doc);
	return status;
}

/* What of the request is for opening, and what for the parts. */
static int prepare(struct work *work, struct diagnostic *diagnostic)
{
	struct request *request = &work->request;
	const struct selection selection = {request->functions.items, request->files.items};

	request->for_people = request->output.format->for_people;
	request->filter.modules = request->modules.items;
	request->filter.ignore = request->ignore.items;
	request->filter.types = request->types.items;
	/* Of a part of the run, or of some blocks, there are no line tables to select. */
	bool selects =
		work->view->selects_tables && !request_has_window(request) && !request_has_blocks(request);
	if (selects)
		work->options.selection = selection;
	/* Scripts want the tables of some functions beside all call sites; there are none of a whole run. */
	if (!selects || request->for_people || request->of_run)
		request->filter.keep = selection;
	work->options.replay = request->replay;
	work->options.window = request->window;
	work->options.blocks = request->blocks;
	work->options.suppressions = &work->suppressions;
	work->progress = progress_start();
	opening_fill(&work->options, &request->symbols, &work->progress);
	for (size_t i = 0; i < request->suppressions.count; i++) {
		int error =
			suppressions_read(&work->suppressions, request->suppressions.items[i], diagnostic);

		if (error)
			return error;
	}
	return 0;
}

/* ---- recordings ---------------------------------------------------------------------------- */

/* TRACE@TIME, where no file is called that: what lived then. */
static const struct profile_options *options_for(struct work *work, const char **argument)
{
	const char *at = *argument ? strrchr(*argument, '@') : NULL;
	struct profile_options *own;
	char *path = NULL;

	bool taken = work->view->traces == VIEW_TWO || !(work->view->lacks & VIEW_LACKS_TIME);

	if (!taken || !at || at == *argument || access(*argument, F_OK) == 0)
		return &work->options;
	/* Names of marks may have that sign, too: what comes before the first is a file, or an index. */
	for (at = strchr(*argument, '@'); at; at = strchr(at + 1, '@')) {
		path = pool_format(&work->pool, "%.*s", (int)(at - *argument), *argument);
		if (access(path, F_OK) == 0 || !strchr(at + 1, '@'))
			break;
	}
	own = pool_alloc(&work->pool, sizeof(*own));
	*own = work->options;
	own->window = (struct window_choice){.at = at + 1};
	*argument = path;
	return own;
}

/* Whether there is what rows are to be sorted by. */
static int check_figure(const struct overview *run, enum figure figure, struct diagnostic *diagnostic)
{
	if (partial_knows(run, figure))
		return 0;
	if (run->window && !partial_tells(figure))
		return diagnostic_set(diagnostic, EINVAL, "--sort %s: not known of a part of the run",
				      figure_infos[figure].name);
	if (run->window && run->window->between)
		return diagnostic_set(
			diagnostic, EINVAL,
			"--sort %s: not known at %s, which lies between two moments that the recording has "
			"all figures of; --exact reads all events",
			figure_infos[figure].name, run->window->to);
	return diagnostic_set(diagnostic, EINVAL, "--sort %s: not known of some blocks only",
			      figure_infos[figure].name);
}

static int open_one(struct work *work, const char *argument, struct diagnostic *diagnostic)
{
	const struct profile_options *options = options_for(work, &argument);
	const char *path;
	int error = trace_list_pick(&work->traces, argument, &path, diagnostic);

	if (error)
		return error;
	trace_bring_up_to_date(path);
	error = profile_open(path, options, &work->profiles[work->count], diagnostic);
	if (error)
		return error;
	struct profile *profile = work->profiles[work->count++];

	profile_filter(profile, &work->request.filter);
	error = check_figure(profile_overview(profile, false), work->request.figure, diagnostic);
	if (error || work->request.of_run)
		return error;
	return profile_filter_explain(profile, &work->request.filter, diagnostic);
}

static int open_all(struct work *work, struct diagnostic *diagnostic)
{
	size_t count = work->arguments.count > 0 ? work->arguments.count : 1;
	int error = trace_list_init(&work->traces, ".", diagnostic);

	work->profiles = memory_zeroed(count, sizeof(struct profile *));
	for (size_t i = 0; !error && i < count; i++)
		error = open_one(work, work->arguments.count > 0 ? work->arguments.items[i] : NULL,
				 diagnostic);
	return error;
}

/* ---- the document -------------------------------------------------------------------------- */

/* On standard error, where people do not see them among the facts. */
static void tell_warnings(const struct work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		struct profile *profile = work->profiles[i];
		struct warnings warnings = work->request.all_warnings ? profile_warnings(profile)
								      : profile_warnings_in_brief(profile);
		const char *trace = profile_overview(profile, false)->path;

		for (size_t k = 0; k < warnings.count; k++) {
			clean_print_between(stderr, "mprof: warning: ", work->count > 1 ? trace : "",
					    work->count > 1 ? ": " : "");
			clean_print_between(stderr, "", warnings.lines[k], "\n");
		}
	}
}

static bool tells_warnings_itself(const struct document *document)
{
	for (size_t i = 0; i < document->count; i++)
		if (document->sections[i].has_warnings)
			return true;
	return false;
}

static int check_names(const struct work *work, const struct document *document,
		       struct diagnostic *diagnostic)
{
	char known[512];
	const char *column = format_unknown_column(document, work->request.style, known, sizeof(known));

	if (column)
		return diagnostic_set(diagnostic, EINVAL, "--columns: no column '%s' here; one of: %s",
				      column, *known ? known : "none may be chosen");
	if (!work->request.table || document_find(document, work->request.table))
		return 0;
	document_names(document, known, sizeof(known));
	return diagnostic_set(diagnostic, EINVAL, "--table: no table '%s' here; one of: %s",
			      work->request.table, known);
}

static int draw(struct work *work, FILE *out, struct diagnostic *diagnostic)
{
	struct pager pager;
	int error;

	progress_finish(&work->progress);
	tell_warnings(work);
	/* Files of other formats are not for reading, wherever they go. */
	pager = work->view->writes_file || work->view->exports ? (struct pager){0}
							       : pager_start(&work->request.output, out);
	error = work->view->draw(work->profiles, work->count, &work->request, out, diagnostic);
	if (!pager_finish(&pager, out) && !error)
		error = work->view->draw(work->profiles, work->count, &work->request, out, diagnostic);
	return error;
}

static int print(struct work *work, FILE *out, struct diagnostic *diagnostic)
{
	struct document document = {0};
	struct style style = output_style(&work->request.output, out);
	int error;

	style.columns = work->request.columns.items;
	style.table = work->request.table;
	work->request.style = &style;
	if (work->view->draw && work->request.for_people)
		return draw(work, out, diagnostic);
	if (work->request.for_people && !work->view->tells_run &&
	    partial_is(profile_overview(work->profiles[0], false)))
		part_figures_of(&document, work->profiles[0]);
	error = work->view->make(work->profiles, work->count, &work->request, &document, diagnostic);
	progress_finish(&work->progress);
	for (size_t i = 0; !error && i < work->count; i++)
		if (profile_matched_nothing(work->profiles[i]))
			error = profile_explain_nobody(work->profiles[i], diagnostic);
	for (size_t i = 0; i < work->count; i++)
		part_without_unknown(&document, work->profiles[i]);
	if (!error)
		error = check_names(work, &document, diagnostic);
	if (!error && !(work->request.for_people && tells_warnings_itself(&document)))
		tell_warnings(work);
	if (!error) {
		format_fn *print_document = work->request.output.format->print;
		struct pager pager = pager_start(&work->request.output, out);

		print_document(out, &document, &style);
		if (!pager_finish(&pager, out))
			print_document(out, &document, &style);
	}
	document_finish(&document);
	return error;
}

static int show(struct work *work, struct diagnostic *diagnostic)
{
	struct output_file output;
	int error = open_all(work, diagnostic);

	progress_finish(&work->progress);
	if (!error)
		error = output_open(&output, work->request.output.path, diagnostic);
	if (error)
		return error;
	error = print(work, output.stream, diagnostic);
	if (error) {
		output_drop(&output);
		return error;
	}
	error = output_close(&output, diagnostic) ? -EIO : 0;
	if (!error && output.stream != stdout && work->view->written)
		work->view->written(work->request.output.path, &work->request);
	/* Once everything is shown: what was looked up for it is kept. */
	for (size_t i = 0; i < work->count; i++)
		profile_remember_known(work->profiles[i]);
	return error;
}

static void finish(struct work *work)
{
	for (size_t i = 0; i < work->count; i++)
		profile_close(work->profiles[i]);
	free(work->profiles);
	suppressions_finish(&work->suppressions);
	trace_list_finish(&work->traces);
	option_list_finish(&work->arguments);
	pool_finish(&work->pool);
	request_finish(&work->request);
}

int view_command(const struct view *view, int argc, char **argv, struct diagnostic *diagnostic)
{
	struct work work = {.view = view};
	int status = read_options(&work, argc, argv, diagnostic);

	if (status == 0 && view->begin)
		status = view->begin(&work.request, diagnostic);
	if (status == 0)
		status = prepare(&work, diagnostic);
	if (status == 0)
		status = show(&work, diagnostic);
	finish(&work);
	return status < 0 ? status : STATUS_DONE;
}
