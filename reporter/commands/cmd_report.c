/*
 * cmd_report.c - mprof report: where memory went, line by line.
 */
#include "command.h"
#include "profile/keepers.h"
#include "cli/show.h"

#include <string.h>

struct options {
	struct show_options show;
	struct option_list functions, files, suppressions;
	bool print_suppressions;
	long top;
	enum view_sort sort;
	bool warnings;
};

enum { KEY_FILE = 0x200, KEY_TOP, KEY_SORT, KEY_SUPPRESSIONS, KEY_PRINT_SUPPRESSIONS, KEY_WARNINGS };

static const struct argp_option option_table[] = {
	{"function", 'f', "GLOB", 0, "Show functions whose name matches; repeatable", 1},
	{"file", KEY_FILE, "GLOB", 0, "Show functions of source files whose path matches; repeatable", 1},
	{"top", KEY_TOP, "N", 0, "At most N functions and N call sites", 1},
	{"sort", KEY_SORT, "KEY", 0,
	 "Choose and order by peak (default), leaked, kept, allocated, allocations or temporary", 1},
	{"suppressions", KEY_SUPPRESSIONS, "FILE", 0,
	 "Do not count the leaks that FILE names, in LeakSanitizer's syntax; repeatable", 1},
	{"print-suppressions", KEY_PRINT_SUPPRESSIONS, NULL, 0,
	 "Print what is known of memory that libraries keep, in the same syntax", 1},
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
	return options_error(state,
			     "--sort takes peak, leaked, kept, allocated, allocations or temporary, not '%s'",
			     text);
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
	case KEY_SUPPRESSIONS:
		return option_list_add(&options->suppressions, argument);
	case KEY_PRINT_SUPPRESSIONS:
		options->print_suppressions = true;
		return 0;
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

static int report(const struct options *options, const struct suppressions *suppressions,
		  struct diagnostic *diagnostic)
{
	struct profile_options profile_options = {
		.selection = {options->functions.items, options->files.items},
		.top = (size_t)options->top,
		.sort = options->sort,
		.suppressions = suppressions,
	};
	struct show show = {
		.options = &options->show,
		.sites = (size_t)options->top,
		.all_warnings = options->warnings,
		.print = print,
	};
	return show_report(&show, &profile_options, diagnostic);
}

static int report_or_print(const struct options *options, struct diagnostic *diagnostic)
{
	struct suppressions suppressions = {0};
	int status = 0;

	if (options->print_suppressions) {
		keepers_print(stdout);
		return 0;
	}
	for (size_t i = 0; status == 0 && i < options->suppressions.count; i++)
		status = suppressions_read(&suppressions, options->suppressions.items[i], diagnostic);
	if (status == 0)
		status = report(options, &suppressions, diagnostic);
	suppressions_finish(&suppressions);
	return status;
}

int cmd_report(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct options options = {0};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = report_or_print(&options, diagnostic);
	option_list_finish(&options.functions);
	option_list_finish(&options.files);
	option_list_finish(&options.suppressions);
	symbol_options_finish(&options.show.symbols);
	return status < 0 ? status : STATUS_DONE;
}
