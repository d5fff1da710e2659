/*
 * gate_options.c - the options of a gate.
 */
#include "gate_options.h"
#include "gate/bounds.h"
#include "gate/gate_text.h"
#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUP_LIMITS 5
#define GROUP_RESULT 6

enum {
	KEY_LIMIT = 0x600,
	KEY_GATE,
	KEY_BASELINE,
	KEY_TOLERANCE,
	KEY_FLOOR,
	KEY_UPDATE,
	KEY_ALLOW_IDLE,
	KEY_FORMAT,
	KEY_NAME,
	KEY_REPEAT_FIGURE,
	KEY_PRECISION,
	KEY_SUPPRESSIONS,
	KEY_COLOR,
	KEY_MAX, /* and the figures' after it */
};

static const struct argp_option fixed_options[] = {
	{"limit", KEY_LIMIT, "LIMIT", 0,
	 "Of a function or line: 'parse_*:peak<=3MiB', 'json.c:42:leaked<=0'; repeatable", GROUP_LIMITS},
	{"gate", KEY_GATE, "FILE", 0, "Read limits and baseline from FILE (default " GATE_FILE_DEFAULT ")",
	 GROUP_LIMITS},
	{"baseline", KEY_BASELINE, "FILE", 0, "Compare with the figures in FILE", GROUP_LIMITS},
	{"tolerance", KEY_TOLERANCE, "P%", 0, "Let figures rise by P% above the baseline (5%)", GROUP_LIMITS},
	{"floor", KEY_FLOOR, "FIGURE=N", 0, "Let a figure rise by N above the baseline; repeatable",
	 GROUP_LIMITS},
	{"update-baseline", KEY_UPDATE, NULL, 0, "Put this run's figures into the baseline", GROUP_LIMITS},
	{"allow-idle", KEY_ALLOW_IDLE, NULL, 0, "Let limits pass that mean nothing of what was recorded",
	 GROUP_LIMITS},
	{"repeat-figure", KEY_REPEAT_FIGURE, "WHICH", 0,
	 "Of several runs judge the min, median or max (default min; limits of leaks max)", GROUP_LIMITS},
	{"suppressions", KEY_SUPPRESSIONS, "FILE", 0,
	 "Do not count the leaks that FILE names, in LeakSanitizer's syntax; repeatable", GROUP_LIMITS},
	{"name", KEY_NAME, "NAME", 0, "Call the program NAME, not by its command", GROUP_LIMITS},
	OPTION_PRECISION(KEY_PRECISION, GROUP_RESULT),
	OPTION_COLOR(KEY_COLOR, GROUP_RESULT),
};

#define FIXED_COUNT (sizeof(fixed_options) / sizeof(*fixed_options))

static error_t add_output(struct argp_state *state, struct gate_options *options, const char *text)
{
	struct output *outputs = reallocarray(options->outputs, options->output_count + 1, sizeof(*outputs));
	struct diagnostic complaint;

	if (!outputs)
		return ENOMEM;
	options->outputs = outputs;
	if (output_parse(text, &outputs[options->output_count], &complaint) != 0)
		return options_error(state, "--format: %s", complaint.message);
	options->output_count++;
	if (outputs_parted(outputs, options->output_count, &complaint) != 0)
		return options_error(state, "--format: %s", complaint.message);
	return 0;
}

static error_t parse_repeat_figure(struct argp_state *state, struct gate_options *options, const char *name)
{
	static const char *const names[] = {
		[REPEAT_MIN] = "min", [REPEAT_MEDIAN] = "median", [REPEAT_MAX] = "max"};

	for (enum repeat_figure which = REPEAT_MIN; which <= REPEAT_MAX; which++)
		if (strcmp(name, names[which]) == 0) {
			options->repeat_figure = which;
			return 0;
		}
	return options_error(state, "--repeat-figure takes min, median or max, not '%s'", name);
}

static error_t parse_value(int key, char *argument, struct argp_state *state)
{
	struct gate_options *options = state->input;

	switch (key) {
	case KEY_LIMIT:
		return option_list_add(&options->limits, argument);
	case KEY_FLOOR:
		return option_list_add(&options->floors, argument);
	case KEY_SUPPRESSIONS:
		return option_list_add(&options->suppressions, argument);
	case KEY_GATE:
		options->file = argument;
		return 0;
	case KEY_BASELINE:
		options->baseline = argument;
		return *argument ? 0 : options_error(state, "--baseline takes a file name");
	case KEY_TOLERANCE:
		options->tolerance = argument;
		return 0;
	case KEY_NAME:
		options->name = argument;
		return *argument ? 0 : options_error(state, "--name takes a name");
	case KEY_FORMAT:
		return add_output(state, options, argument);
	case KEY_PRECISION:
		return option_precision(state, argument, &options->precision);
	case KEY_COLOR:
		return option_color(state, argument);
	case KEY_REPEAT_FIGURE:
		return parse_repeat_figure(state, options, argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct gate_options *options = state->input;

	if (key == ARGP_KEY_INIT)
		options->precision = NUMBER_PRECISION_DEFAULT;
	if (key < KEY_LIMIT || key >= KEY_MAX + FIGURES_JUDGED)
		return ARGP_ERR_UNKNOWN;
	options->used = true;
	if (key == KEY_UPDATE)
		options->update = true;
	else if (key == KEY_ALLOW_IDLE)
		options->allow_idle = true;
	else if (key >= KEY_MAX)
		options->most[key - KEY_MAX] = argument;
	else
		return parse_value(key, argument, state);
	return 0;
}

/* ---- options of a table: --max-peak and its like, --format --------------------------------- */

#define NAME_BYTES 32
#define DOC_BYTES 64
#define FORMAT_DOC_BYTES 320

static const char *max_name(enum figure figure)
{
	static char names[FIGURES_JUDGED][NAME_BYTES];

	snprintf(names[figure], NAME_BYTES, "max-%s", figure_infos[figure].name);
	for (char *c = names[figure]; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return names[figure];
}

static struct argp_option max_option(enum figure figure)
{
	static char docs[FIGURES_JUDGED][DOC_BYTES];

	snprintf(docs[figure], DOC_BYTES, "Most %s%s", figure_infos[figure].title,
		 figure_infos[figure].advisory ? "; only warns" : "");
	return (struct argp_option){
		max_name(figure), KEY_MAX + (int)figure, figure_infos[figure].bytes ? "SIZE" : "N", 0,
		docs[figure],     GROUP_LIMITS};
}

static struct argp_option format_option(void)
{
	static char doc[FORMAT_DOC_BYTES];

	snprintf(doc, sizeof(doc), "One of %s (default %s); repeatable", check_format_names(),
		 check_formats->name);
	return (struct argp_option){"format", KEY_FORMAT, "FORMAT[=FILE]", 0, doc, GROUP_RESULT};
}

const struct argp *gate_argp(void)
{
	static struct argp_option table[1 + FIGURES_JUDGED + FIXED_COUNT + 2];
	static const struct argp argp = {.options = table, .parser = parse};
	size_t used = 0;

	table[used++] = (struct argp_option){.doc = "The gate:", .group = GROUP_LIMITS};
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
		table[used++] = max_option(figure);
	for (size_t i = 0; i < FIXED_COUNT; i++)
		table[used++] = fixed_options[i];
	table[used++] = format_option();
	return &argp;
}

void gate_options_finish(struct gate_options *options)
{
	option_list_finish(&options->limits);
	option_list_finish(&options->floors);
	option_list_finish(&options->suppressions);
	free(options->outputs);
	options->outputs = NULL;
}

/* ---- the gate ------------------------------------------------------------------------------ */

/* Says which option it was, of a complaint that says what. */
static int locate(struct diagnostic *diagnostic, const char *option, int error)
{
	struct diagnostic complaint = *diagnostic;

	text_flatten(complaint.message);
	return error ? diagnostic_set(diagnostic, -error, "%s: %s", option, complaint.message) : 0;
}

static int add_limits(const struct gate_options *options, struct gate *gate, struct diagnostic *diagnostic)
{
	int error = 0;

	for (enum figure figure = 0; !error && figure < FIGURES_JUDGED; figure++) {
		struct limit limit = {.figure = figure};

		if (!options->most[figure])
			continue;
		limit.source = gate_text(gate, "--%s", max_name(figure));
		error = locate(diagnostic, limit.source,
			       limit_parse_amount(figure, options->most[figure], &limit.most, diagnostic));
		gate_add_limit(gate, limit);
	}
	for (size_t i = 0; !error && i < options->limits.count; i++) {
		struct limit limit;

		error = locate(diagnostic, "--limit",
			       limit_parse(gate, options->limits.items[i], &limit, diagnostic));
		gate_add_limit(gate, limit);
	}
	return error;
}

static int set_floor(struct gate *gate, const char *text, struct diagnostic *diagnostic)
{
	const char *equals = strchr(text, '=');
	enum figure figure;
	int error;

	if (!equals)
		return diagnostic_set(diagnostic, EINVAL, "'%.200s' is no FIGURE=N such as peak=64KiB", text);
	error = limit_parse_figure(gate_text(gate, "%.*s", (int)(equals - text), text), &figure, diagnostic);
	return error ? error : limit_parse_number(figure, equals + 1, &gate->floor[figure], diagnostic);
}

static int set_baseline(const struct gate_options *options, struct gate *gate, struct diagnostic *diagnostic)
{
	int error = 0;

	if (options->baseline)
		gate->baseline_path = gate_text(gate, "%s", options->baseline);
	if (options->tolerance)
		error = locate(diagnostic, "--tolerance",
			       limit_parse_share(options->tolerance, &gate->tolerance, diagnostic));
	for (size_t i = 0; !error && i < options->floors.count; i++)
		error = locate(diagnostic, "--floor", set_floor(gate, options->floors.items[i], diagnostic));
	if (!error && options->update && !gate->baseline_path)
		error = diagnostic_set(diagnostic, EINVAL,
				       "--update-baseline needs a baseline: --baseline FILE, or one in the "
				       "gate file");
	return error;
}

int gate_options_gate(const struct gate_options *options, struct gate *gate, struct diagnostic *diagnostic)
{
	const char *file = options->file;
	int error = 0;

	gate_init(gate);
	if (!file && access(GATE_FILE_DEFAULT, F_OK) == 0)
		file = GATE_FILE_DEFAULT;
	if (file)
		error = gate_file_read(gate, file, diagnostic);
	if (!error)
		error = add_limits(options, gate, diagnostic);
	if (!error)
		error = set_baseline(options, gate, diagnostic);
	for (size_t i = 0; !error && i < options->suppressions.count; i++)
		error = suppressions_read(&gate->suppressions, options->suppressions.items[i], diagnostic);
	if (!error && gate_empty(gate))
		error = diagnostic_set(diagnostic, EINVAL,
				       "nothing to check against: give a limit such as --max-leaked 0, "
				       "--baseline FILE, or a gate file, " GATE_FILE_DEFAULT);
	return error;
}
