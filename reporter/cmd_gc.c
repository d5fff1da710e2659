/*
 * cmd_gc.c - mprof gc: what collectors did, what tracked blocks were, how caches fared.
 */
#include "command.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "report/report.h"
#include "traces.h"

#include <errno.h>

struct options {
	struct output_options output;
	struct symbol_options symbols;
	const char *table;
	long top;
	bool replay;
	const char *trace;
};

enum { KEY_TABLE = 0x600, KEY_REPLAY };

static const struct argp_option option_table[] = {
	{"top", 'n', "N", 0, "Show N rows of each table (in text; 10 unless told otherwise)", 1},
	{"table", KEY_TABLE, "NAME", 0,
	 "Print this one of generations (the default), lines, collections, sites, types and caches (in csv)",
	 1},
	{"replay", KEY_REPLAY, NULL, OPTION_HIDDEN, "Read every event, whatever is known already", 1},
	{0},
};

static error_t parse_table(struct argp_state *state, const char *name, const char **out)
{
	static const struct view_gc none;
	struct table table;

	*out = name;
	return view_gc_table(&none, name, &table)
		       ? 0
		       : options_error(state,
				       "--table takes generations, lines, collections, sites, types or "
				       "caches, not '%s'",
				       name);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->output;
		state->child_inputs[1] = &options->symbols;
		return 0;
	case 'n':
		return option_number(state, "--top", argument, 1, 1000000, &options->top);
	case KEY_TABLE:
		return parse_table(state, argument, &options->table);
	case KEY_REPLAY:
		options->replay = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			return options_error(state, "gc takes one trace, not also '%s'", argument);
		options->trace = argument;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (options->table && options->output.format != FORMAT_CSV)
			return options_error(state, "--table is for --format csv; text and json have all");
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
	.doc = "Shows what a garbage collector did, by generation and by the line that had it run, what "
	       "tracked blocks were of which type, and how caches fared: as far as the program tells by "
	       "mprof/mprof.h.\vTRACE is a file or an index of 'mprof list'; without it, the program of the "
	       "newest run here.",
	.children = children,
};

static int print_format(FILE *out, const struct view_report *report, const struct options *options,
			const struct view_style *style)
{
	struct table table = {0};

	switch (options->output.format) {
	case FORMAT_JSON:
		return view_gc_json(out, report);
	case FORMAT_CSV:
		view_gc_table(report->gc, options->table ? options->table : "generations", &table);
		return view_table_print(out, &table, FORMAT_CSV, style->precision);
	default:
		return view_gc_text(out, report, style);
	}
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
	for (size_t i = 0; i < report->warning_count; i++)
		fprintf(stderr, "mprof: warning: %s\n", report->warnings[i]);
	error = print_format(out, report, options, &style);
	if (error)
		diagnostic_set(diagnostic, -error, "out of memory");
	return output_close(options->output.path, out, diagnostic) ? -EIO : error;
}

static int show_trace(const struct options *options, const char *path, struct diagnostic *diagnostic)
{
	struct progress progress = progress_start();
	struct report_options report_options = {
		.detail = REPORT_COLLECTIONS,
		.sources = symbol_options_sources(&options->symbols),
		.symbols = symbol_options_symbolizer(&options->symbols),
		.replay = options->replay,
		.progress = progress_events,
		.progress_context = &progress,
	};
	struct report *report;
	int error;

	trace_bring_up_to_date(path);
	error = report_create(path, &report_options, &report, diagnostic);
	progress_finish(&progress);
	if (!error)
		error = print(options, report_view(report), diagnostic);
	report_destroy(report);
	return error;
}

static int pick_and_show(const struct options *options, struct diagnostic *diagnostic)
{
	struct trace_list traces;
	const char *path;
	int error = trace_list_init(&traces, ".", diagnostic);

	if (!error)
		error = trace_list_pick(&traces, options->trace, &path, diagnostic);
	if (!error)
		error = show_trace(options, path, diagnostic);
	trace_list_finish(&traces);
	return error;
}

int cmd_gc(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct options options = {0};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = pick_and_show(&options, diagnostic);
	symbol_options_finish(&options.symbols);
	return status < 0 ? status : STATUS_DONE;
}
