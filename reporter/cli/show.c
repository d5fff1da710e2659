/*
 * show.c - picks the trace that a command shows, opens it, and prints what it is asked for.
 */
#include "show.h"

#include "output.h"
#include "profile/existing.h"
#include "recordings/traces.h"
#include "base/clean.h"

#include <errno.h>

enum { KEY_REPLAY = 0x800 };

static const struct argp_option option_table[] = {
	{"replay", KEY_REPLAY, NULL, OPTION_HIDDEN, "Read every event, whatever is known already", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct show_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->output;
		state->child_inputs[1] = &options->symbols;
		return 0;
	case KEY_REPLAY:
		options->replay = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->trace)
			return options_error(state, "%s takes one trace, not also '%s'", state->name,
					     argument);
		options->trace = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child group_children[] = {
	{&output_argp, 0, NULL, 0}, {&symbol_argp, 0, NULL, 0}, {0}};
static const struct argp group = {.options = option_table, .parser = parse, .children = group_children};
const struct argp_child show_children[] = {{&group, 0, NULL, 0}, {0}};

void show_fill_options(struct profile_options *profile, const struct symbol_options *symbols,
		       struct progress *progress)
{
	profile->sources = symbol_options_sources(symbols);
	profile->symbols = symbol_options_symbolizer(symbols);
	profile->no_names = symbols->no_names;
	profile->symbols.progress = progress_step;
	profile->symbols.progress_context = progress;
	profile->progress = progress_events;
	profile->progress_context = progress;
}

/* ---- from the file to the output ----------------------------------------------------- */

struct showing {
	const struct show *show;
	struct profile_options *options;
};

void show_warnings(const struct view_report *profile, const char *trace, bool all)
{
	size_t left, shown = view_warnings_shown(profile, all, &left);

	for (size_t i = 0; i < shown; i++) {
		clean_print_between(stderr, "mprof: warning: ", trace ? trace : "", trace ? ": " : "");
		clean_print_between(stderr, "", profile->warnings[i], "\n");
	}
	if (left > 0)
		fprintf(stderr, "mprof: warning: " VIEW_WARNINGS_LEFT "\n", left);
}

static int print(const struct showing *showing, const struct view_report *profile,
		 struct diagnostic *diagnostic)
{
	const struct output_options *output = &showing->show->options->output;
	struct view_style style;
	FILE *out;
	int error = output_open(output->path, &out, diagnostic);

	if (error)
		return error;
	style = output_style(output, out);
	style.sites = showing->show->sites;
	style.all_warnings = showing->show->all_warnings;
	/* A report in text has them in its summary. */
	if (output->format != FORMAT_TEXT || showing->options->detail == REPORT_COLLECTIONS)
		show_warnings(profile, NULL, style.all_warnings);
	error = showing->show->print(out, profile, output->format, &style, showing->show->context);
	if (error)
		diagnostic_set(diagnostic, -error, "out of memory");
	return output_close(output->path, out, diagnostic) ? -EIO : error;
}

static int show_path(const char *path, void *context, struct diagnostic *diagnostic)
{
	const struct showing *showing = context;
	const struct show_options *shown = showing->show->options;
	struct profile_options *options = showing->options;
	struct progress progress = progress_start();
	struct profile *profile;

	show_fill_options(options, &shown->symbols, &progress);
	options->replay = shown->replay;
	options->remember = true;
	if (options->detail == REPORT_LINES && shown->output.format == FORMAT_TEXT)
		options->sites = view_text_sites_shown(showing->show->sites);
	int error = profile_create(path, options, &profile, diagnostic);
	progress_finish(&progress);
	if (!error && profile_view(profile)->nothing_matched)
		error = profile_explain_nobody(profile, diagnostic);
	if (!error)
		error = print(showing, profile_view(profile), diagnostic);
	profile_destroy(profile);
	return error;
}

int show_report(const struct show *show, struct profile_options *options, struct diagnostic *diagnostic)
{
	struct showing showing = {show, options};

	return show_trace(show->options->trace, show_path, &showing, diagnostic);
}

int show_trace(const char *argument,
	       int (*with)(const char *path, void *context, struct diagnostic *diagnostic), void *context,
	       struct diagnostic *diagnostic)
{
	struct trace_list traces;
	const char *path;
	int error = trace_list_init(&traces, ".", diagnostic);

	if (!error)
		error = trace_list_pick(&traces, argument, &path, diagnostic);
	if (!error) {
		trace_bring_up_to_date(path);
		error = with(path, context, diagnostic);
	}
	trace_list_finish(&traces);
	return error;
}
