/* request.c - see request.h. */
#include "views/request.h"

#include "base/number.h"
#include "formats/format.h"
#include "profile/instant.h"
#include "profile/partial.h"

#include <errno.h>
#include <string.h>

enum {
	KEY_FILE = 0x200,
	KEY_MODULE,
	KEY_IGNORE,
	KEY_TYPE,
	KEY_SUPPRESSIONS,
	KEY_SORT,
	KEY_TABLE,
	KEY_COLUMNS,
	KEY_UNIT,
	KEY_WARNINGS,
	KEY_REPLAY,
	KEY_AT,
	KEY_FROM,
	KEY_TO,
	KEY_EXACT,
	KEY_MIN_SIZE,
	KEY_MAX_SIZE,
	KEY_THREAD,
	KEY_FORMAT,
	KEY_LIST,
	KEY_MIN_SHARE
};

void request_finish(struct request *request)
{
	struct option_list *const lists[] = {
		&request->functions, &request->files,    &request->modules,
		&request->ignore,    &request->types,    &request->suppressions,
		&request->columns,   &request->lists[0], &request->lists[1],
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		option_list_finish(lists[i]);
	symbol_options_finish(&request->symbols);
}

size_t request_rows(const struct request *request, size_t few)
{
	if (request->top > 0)
		return (size_t)request->top;
	return request->for_people ? few : 0;
}

/* ---- which call paths ------------------------------------------------------------------ */

static const struct argp_option filter_options[] = {
	{NULL, 0, NULL, 0, "What is shown:", 5},
	{"function", 'f', "GLOB", 0, "What passes functions whose name matches; repeatable", 5},
	{"file", KEY_FILE, "GLOB", 0, "What passes functions of source files whose path matches; repeatable",
	 5},
	{"module", KEY_MODULE, "GLOB", 0,
	 "What passes code of the program or libraries that match; repeatable", 5},
	{"ignore", KEY_IGNORE, "GLOB", 0,
	 "But nothing that passes a function, source file or library that matches; repeatable", 5},
	{"type", KEY_TYPE, "GLOB", 0, "Blocks that the program has given a type (mprof.h); repeatable", 5},
	{"suppressions", KEY_SUPPRESSIONS, "FILE", 0,
	 "Do not count the leaks that FILE names, in LeakSanitizer's syntax; repeatable", 5},
	{0},
};

static error_t parse_filter(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case 'f':
		return option_list_add(&request->functions, argument);
	case KEY_FILE:
		return option_list_add(&request->files, argument);
	case KEY_MODULE:
		return option_list_add(&request->modules, argument);
	case KEY_IGNORE:
		return option_list_add(&request->ignore, argument);
	case KEY_TYPE:
		return option_list_add(&request->types, argument);
	case KEY_SUPPRESSIONS:
		return option_list_add(&request->suppressions, argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp request_filter_argp = {.options = filter_options, .parser = parse_filter};

/* ---- which blocks ---------------------------------------------------------------------- */

static const struct argp_option blocks_options[] = {
	{"min-size", KEY_MIN_SIZE, "SIZE", 0, "Blocks of at least SIZE", 5},
	{"max-size", KEY_MAX_SIZE, "SIZE", 0, "Blocks of at most SIZE", 5},
	{"thread", KEY_THREAD, "THREAD", 0,
	 "Blocks that one thread allocated: main, its number, or #N for the Nth that allocated any, which "
	 "may be "
	 "another one in the next run",
	 5},
	{0},
};

static error_t parse_blocks(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_MIN_SIZE:
		return request->blocks.least = argument, 0;
	case KEY_MAX_SIZE:
		return request->blocks.most = argument, 0;
	case KEY_THREAD:
		return request->blocks.thread = argument, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp request_blocks_argp = {.options = blocks_options, .parser = parse_blocks};

/* ---- when -------------------------------------------------------------------------------- */

static const struct argp_option time_options[] = {
	{"at", KEY_AT, "TIME", 0, "What lived at a moment: " INSTANT_TIMES, 5},
	{"from", KEY_FROM, "TIME", 0, "What happened after that; with --to, up to there", 5},
	{"to", KEY_TO, "TIME", 0, "What happened up to then", 5},
	{"exact", KEY_EXACT, NULL, 0,
	 "Read every event, for moments between those that the recording has figures of", 5},
	{0},
};

/* Of parts of the run not all is known. */
static error_t check_times(struct argp_state *state, const struct request *request)
{
	const struct window_choice *window = &request->window;
	const struct figure_info *figure = &figure_infos[request->figure];

	if (window->at && (window->from || window->to))
		return options_error(state, "--at goes with neither --from nor --to");
	if (window->exact && !request_has_window(request))
		return options_error(state, "--exact is for --at, --from and --to");
	if (request_has_window(request) && !partial_tells(request->figure))
		return options_error(state, "--sort %s: not known of a part of the run", figure->name);
	return 0;
}

static error_t parse_times(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_AT:
		return request->window.at = argument, 0;
	case KEY_FROM:
		return request->window.from = argument, 0;
	case KEY_TO:
		return request->window.to = argument, 0;
	case KEY_EXACT:
		return request->window.exact = true, 0;
	case ARGP_KEY_SUCCESS:
		return check_times(state, request);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp request_time_argp = {.options = time_options, .parser = parse_times};

/* ---- how much of it ---------------------------------------------------------------------- */

static const struct argp_option top_options[] = {
	{"top", 'n', "N", 0, "At most N rows of each kind", 6},
	{0},
};

static error_t parse_top(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	return key == 'n' ? option_number(state, "--top", argument, 1, 1000000, &request->top)
			  : ARGP_ERR_UNKNOWN;
}

const struct argp request_top_argp = {.options = top_options, .parser = parse_top};

#define FIGURE(id, ...)
#define SORT_FIGURE(id, name, ...) " " name
static const char sort_doc[] = "Choose and order by one of"
#include "profile/figure.def"
			       "; peak unless told otherwise";
#undef FIGURE

static const struct argp_option sort_options[] = {
	{"sort", KEY_SORT, "KEY", 0, sort_doc, 6},
	{"measure", KEY_SORT, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 6},
	{0},
};

static error_t parse_sort(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;
	char names[200];

	if (key != KEY_SORT)
		return ARGP_ERR_UNKNOWN;
	request->figure = figure_find(argument);
	request->figure_given = true;
	if (request->figure < FIGURE_COUNT && figure_infos[request->figure].sorts)
		return 0;
	figure_names(names, sizeof(names));
	return options_error(state, "--sort takes %s, not '%s'", names, argument);
}

const struct argp request_sort_argp = {.options = sort_options, .parser = parse_sort};

/* ---- how it looks ------------------------------------------------------------------------ */

static const struct argp_option common_options[] = {
	{"table", KEY_TABLE, "NAME", 0, "With --format csv, which has one table: the one of this name", 10},
	{"verbose", 'v', NULL, 0, "Show every warning", 10},
	{"warnings", KEY_WARNINGS, NULL, OPTION_HIDDEN, "The same", 10},
	{"replay", KEY_REPLAY, NULL, OPTION_HIDDEN, "Read every event, whatever is known already", 10},
	{0},
};

static const struct argp_option column_options[] = {
	{"columns", KEY_COLUMNS, "NAME,...", 0, "Show these columns of line tables instead of the usual ones",
	 6},
	{"unit", KEY_UNIT, "UNIT", 0, "Of line tables: B, KiB, MiB or GiB (default: what suits each)", 6},
	{0},
};

static error_t add_columns(struct request *request, char *names)
{
	char *name;

	while ((name = strsep(&names, ",")))
		if (*name && option_list_add(&request->columns, name) != 0)
			return ENOMEM;
	return 0;
}

static error_t parse_unit(struct argp_state *state, const char *text, enum unit *out)
{
	for (*out = UNIT_AUTO; *out < UNITS; (*out)++)
		if (strcasecmp(unit_name(*out), text) == 0)
			return 0;
	return options_error(state, "--unit takes B, KiB, MiB or GiB, not '%s'", text);
}

static error_t parse_columns(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_COLUMNS:
		return add_columns(request, argument);
	case KEY_UNIT:
		return parse_unit(state, argument, &request->output.unit);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp request_columns_argp = {.options = column_options, .parser = parse_columns};

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &request->output;
		state->child_inputs[1] = &request->symbols;
		return 0;
	case KEY_TABLE:
		request->table = argument;
		return 0;
	case 'v':
	case KEY_WARNINGS:
		request->all_warnings = true;
		return 0;
	case KEY_REPLAY:
		request->replay = true;
		return 0;
	case ARGP_KEY_SUCCESS:
		if (request->table && strcmp(request->output.format->name, "csv") != 0)
			return options_error(state, "--table is for --format csv; the others have all");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child common_children[] = {
	{&output_argp, 0, NULL, 0}, {&symbol_argp, 0, NULL, 0}, {0}};
const struct argp request_common_argp = {
	.options = common_options, .parser = parse_common, .children = common_children};

/* ---- files that are no document ---------------------------------------------------------------- */

static const struct argp_option file_options[] = {
	{"output", 'o', "FILE", 0, "Write to FILE; - is standard output", 1},
	{"verbose", 'v', NULL, 0, "Show every warning", 10},
	{0},
};

static error_t parse_file(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &request->symbols;
		request->output.precision = NUMBER_PRECISION_DEFAULT;
		request->output.format = formats;
		return 0;
	case 'o':
		return request->output.path = argument, 0;
	case 'v':
		return request->all_warnings = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child file_children[] = {{&symbol_argp, 0, NULL, 0}, {0}};
const struct argp request_file_argp = {
	.options = file_options, .parser = parse_file, .children = file_children};

static const struct argp_option export_options[] = {
	{"format", KEY_FORMAT, "NAME", 0, "Which format; without it the ending of -o's FILE tells", 1},
	{"list", KEY_LIST, NULL, 0, "List the formats, and who reads them", 1},
	{"min-share", KEY_MIN_SHARE, "P", 0,
	 "Sum up what has less than P percent of every figure of the format as \"(other)\" (default: what "
	 "suits the format, mostly 0)",
	 1},
	{0},
};

static error_t parse_export(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = request;
		return 0;
	case KEY_FORMAT:
		return request->export_format = argument, 0;
	case KEY_LIST:
		return request->export_list = true, 0;
	case KEY_MIN_SHARE:
		request->min_share_given = true;
		return option_share(state, "--min-share", argument, &request->min_share);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child export_children[] = {{&request_file_argp, 0, NULL, 0}, {0}};
const struct argp request_export_argp = {
	.options = export_options, .parser = parse_export, .children = export_children};
