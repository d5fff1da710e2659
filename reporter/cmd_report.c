/*
 * cmd_report.c - mprof report: where memory went, line by line.
 */
#include "command.h"
#include "show.h"

#include <string.h>

struct options {
	struct show_options show;
	struct option_list functions, files;
	long top;
	enum view_sort sort;
	bool warnings;
};

enum { KEY_FILE = 0x200, KEY_TOP, KEY_SORT, KEY_WARNINGS };

static const struct argp_option option_table[] = {
	{"function", 'f', "GLOB", 0, "Show functions whose name matches; repeatable", 1},
	{"file", KEY_FILE, "GLOB", 0, "Show functions of source files whose path matches; repeatable", 1},
	{"top", KEY_TOP, "N", 0, "At most N functions and N call sites", 1},
	{"sort", KEY_SORT, "KEY", 0,
	 "Choose and order by peak (default), leaked, allocated, allocations or temporary", 1},
	{"warnings", KEY_WARNINGS, NULL, 0, "Show every warning, also where many modules have one each", 1},
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
		state->child_inputs[0] = &options->show;
		return 0;
	case 'f':
		return option_list_add(&options->functions, argument);
	case KEY_FILE:
		return option_list_add(&options->files, argument);
	case KEY_TOP:
		return option_number(state, "--top", argument, 1, 1000000, &options->top);
	case KEY_SORT:
		return parse_sort(state, argument, &options->sort);
	case KEY_WARNINGS:
		options->warnings = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[TRACE]",
	.doc = "Shows what a recorded program allocated: a summary, the call sites that hold most, and "
	       "tables of source lines in the manner of memory_profiler.\v" SHOW_TRACE_DOC
	       " Without -f and --file the tables are of the functions marked MPROF_PROFILE, or else of "
	       "those that hold most.",
	.children = show_children,
};

static int print(FILE *out, const struct view_report *report, enum view_format format,
		 const struct view_style *style, const void *context)
{
	(void)context;
	return view_report_print(out, report, format, style);
}

static int report(const struct options *options, struct diagnostic *diagnostic)
{
	struct report_options report_options = {
		.selection = {options->functions.items, options->files.items},
		.top = (size_t)options->top,
		.sort = options->sort,
	};
	struct show show = {
		.options = &options->show,
		.sites = (size_t)options->top,
		.all_warnings = options->warnings,
		.print = print,
	};
	return show_report(&show, &report_options, diagnostic);
}

int cmd_report(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct options options = {0};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = report(&options, diagnostic);
	option_list_finish(&options.functions);
	option_list_finish(&options.files);
	symbol_options_finish(&options.show.symbols);
	return status < 0 ? status : STATUS_DONE;
}
