/*
 * cmd_gc.c - mprof gc: what collectors did, what tracked blocks were, how caches fared.
 */
#include "command.h"
#include "cli/show.h"

struct options {
	struct show_options show;
	const char *table;
	long top;
};

enum { KEY_TABLE = 0x600 };

static const struct argp_option option_table[] = {
	{"top", 'n', "N", 0, "Show N rows of each table (in text; 10 unless told otherwise)", 1},
	{"table", KEY_TABLE, "NAME", 0,
	 "Print this one of generations (the default), lines, collections, sites, types and caches (in csv)",
	 1},
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
		state->child_inputs[0] = &options->show;
		return 0;
	case 'n':
		return option_number(state, "--top", argument, 1, 1000000, &options->top);
	case KEY_TABLE:
		return parse_table(state, argument, &options->table);
	case ARGP_KEY_SUCCESS:
		if (options->table && options->show.output.format != FORMAT_CSV)
			return options_error(state, "--table is for --format csv; text and json have all");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[TRACE]",
	.doc = "Shows what a garbage collector did, by generation and by the line that had it run, what "
	       "tracked blocks were of which type, and how caches fared: as far as the program tells by "
	       "mprof/mprof.h.\v" SHOW_TRACE_DOC,
	.children = show_children,
};

static int print(FILE *out, const struct view_report *report, enum view_format format,
		 const struct view_style *style, const void *context)
{
	const char *name = context;
	struct table table = {0};

	switch (format) {
	case FORMAT_JSON:
		return view_gc_json(out, report);
	case FORMAT_CSV:
		view_gc_table(report->gc, name ? name : "generations", &table);
		return view_table_print(out, &table, FORMAT_CSV, style->precision);
	default:
		return view_gc_text(out, report, style);
	}
}

static int show_gc(const struct options *options, struct diagnostic *diagnostic)
{
	struct profile_options profile_options = {.detail = REPORT_COLLECTIONS};
	struct show show = {
		.options = &options->show,
		.sites = (size_t)options->top,
		.print = print,
		.context = options->table,
	};
	return show_report(&show, &profile_options, diagnostic);
}

int cmd_gc(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct options options = {0};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = show_gc(&options, diagnostic);
	symbol_options_finish(&options.show.symbols);
	return status < 0 ? status : STATUS_DONE;
}
