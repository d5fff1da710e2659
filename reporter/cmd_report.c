/*
 * cmd_report.c - mprof report: where memory went, line by line.
 */
#include "command.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "report/report.h"
#include "traces.h"

#include <errno.h>
#include <string.h>

struct options {
	struct output_options output;
	struct symbol_options symbols;
	struct option_list functions, files;
	long top;
	enum view_sort sort;
	bool replay;
	const char *trace;
};

enum { KEY_FILE = 0x200, KEY_TOP, KEY_SORT, KEY_REPLAY };

static const struct argp_option option_table[] = {
	{"function", 'f', "GLOB", 0, "Show functions whose name matches; repeatable", 1},
	{"file", KEY_FILE, "GLOB", 0, "Show functions of source files whose path matches; repeatable", 1},
	{"top", KEY_TOP, "N", 0, "At most N functions and N call sites", 1},
	{"sort", KEY_SORT, "KEY", 0,
	 "Choose and order by peak (default), leaked, allocated, allocations or temporary", 1},
	{"replay", KEY_REPLAY, NULL, OPTION_HIDDEN, "Read every event, whatever is known already", 1},
	{0},
};

static error_t parse_sort(struct argp_state *state, const char *text, enum view_sort *out)
{
	for (enum view_sort sort = 0; sort < SORT_KEYS; sort++)
		if (strcmp(view_sort_name(sort), text) == 0) {
			*out = sort;
			return 0;
		}
	return options_error(
		state, "--sort takes peak, leaked, allocated, allocations or temporary, not '%s'", text);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->output;
		state->child_inputs[1] = &options->symbols;
		return 0;
	case 'f':
		return option_list_add(&options->functions, argument);
	case KEY_FILE:
		return option_list_add(&options->files, argument);
	case KEY_TOP:
		return option_number(state, "--top", argument, 1, 1000000, &options->top);
	case KEY_SORT:
		return parse_sort(state, argument, &options->sort);
	case KEY_REPLAY:
		options->replay = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			return options_error(state, "report takes one trace, not also '%s'", argument);
		options->trace = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&output_argp, 0, NULL, 0}, {&symbol_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[TRACE]",
	.doc = "Shows what a recorded program allocated: a summary, the call sites that hold most, and "
	       "tables of source "
	       "lines in the manner of memory_profiler.\vTRACE is a file or an index of 'mprof list'; "
	       "without it, the program of the newest "
	       "run here. Without -f and --file the tables are of the functions marked "
	       "MPROF_PROFILE, or "
	       "else of those that hold most.",
	.children = children,
};

static void print_warnings(const struct view_report *report)
{
	for (size_t i = 0; i < report->warning_count; i++)
		fprintf(stderr, "mprof: warning: %s\n", report->warnings[i]);
}

static int print(const struct options *options, const struct view_report *report,
		 struct diagnostic *diagnostic)
{
	struct view_style style;
	FILE *out;
	int error = output_open(options->output.path, &out, diagnostic);

	if (error)
		return error;
	style = output_style(&options->output, out);
	style.sites = (size_t)options->top;
	if (options->output.format != FORMAT_TEXT)
		print_warnings(report);
	error = view_report_print(out, report, options->output.format, &style);
	if (error)
		diagnostic_set(diagnostic, -error, "out of memory");
	return output_close(options->output.path, out, diagnostic) ? -EIO : error;
}

static int report_trace(const struct options *options, const char *path, struct diagnostic *diagnostic)
{
	struct progress progress = progress_start();
	struct report_options report_options = {
		.selection = {options->functions.items, options->files.items},
		.top = (size_t)options->top,
		.sort = options->sort,
		.sources = symbol_options_sources(&options->symbols),
		.symbols = symbol_options_symbolizer(&options->symbols),
		.replay = options->replay,
		.progress = progress_events,
		.progress_context = &progress,
	};
	struct report *report;
	int error;

	report_options.symbols.progress = progress_step;
	report_options.symbols.progress_context = &progress;
	trace_bring_up_to_date(path);
	error = report_create(path, &report_options, &report, diagnostic);
	progress_finish(&progress);
	if (!error)
		error = print(options, report_view(report), diagnostic);
	report_destroy(report);
	return error;
}

static int pick_and_report(const struct options *options, struct diagnostic *diagnostic)
{
	struct trace_list traces;
	const char *path;
	int error = trace_list_init(&traces, ".", diagnostic);

	if (!error)
		error = trace_list_pick(&traces, options->trace, &path, diagnostic);
	if (!error)
		error = report_trace(options, path, diagnostic);
	trace_list_finish(&traces);
	return error;
}

int cmd_report(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct options options = {0};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = pick_and_report(&options, diagnostic);
	option_list_finish(&options.functions);
	option_list_finish(&options.files);
	symbol_options_finish(&options.symbols);
	return status < 0 ? status : STATUS_DONE;
}
