/*
 * gate_file.c - from mprof.gate to a gate; mprof-check(1) describes the format.
 *
 * Whatever is not understood is an error with its line: a misspelt limit must not pass for one that holds.
 */
#include "check/gate_text.h"
#include "check/bounds.h"

#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct gate *gate;
	const char *path;
	struct diagnostic *diagnostic;
};

static int fail(struct reader *reader, const config_setting_t *setting, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct reader *reader, const config_setting_t *setting, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int error = text_complain(reader->diagnostic, reader->path, config_setting_source_line(setting),
				  format, arguments);
	va_end(arguments);
	return error;
}

/* Says where, of a complaint that says what. */
static int locate(struct reader *reader, const config_setting_t *setting, int error)
{
	struct diagnostic complaint = *reader->diagnostic;

	return error ? fail(reader, setting, "%s", complaint.message) : 0;
}

static const char *source_of(struct reader *reader, const config_setting_t *setting)
{
	return gate_text(reader->gate, "%s:%u", reader->path, config_setting_source_line(setting));
}

/* ---- values ------------------------------------------------------------------------------ */

static const char *name_of(const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);

	return name ? name : "";
}

/* A text, or a bare number as one. */
static int value_of(struct reader *reader, const config_setting_t *setting, const char **out)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		*out = gate_text(reader->gate, "%s", config_setting_get_string(setting));
		return 0;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		*out = gate_text(reader->gate, "%lld", config_setting_get_int64(setting));
		return 0;
	default:
		return fail(reader, setting, "%s takes a number or a text in quotes", name_of(setting));
	}
}

static int text_of(struct reader *reader, const config_setting_t *setting, const char **out)
{
	const char *text = config_setting_get_string(setting);

	if (!text || !*text)
		return fail(reader, setting, "%s takes a text in quotes", name_of(setting));
	*out = gate_text(reader->gate, "%s", text);
	return 0;
}

static int share_of(struct reader *reader, const config_setting_t *setting, double *out)
{
	const char *text = "";
	int error = value_of(reader, setting, &text);

	return error ? error : locate(reader, setting, limit_parse_share(text, out, reader->diagnostic));
}

static int number_of(struct reader *reader, const config_setting_t *setting, enum figure figure,
		     uint64_t *out)
{
	const char *text = "";
	int error = value_of(reader, setting, &text);

	return error ? error
		     : locate(reader, setting, limit_parse_number(figure, text, out, reader->diagnostic));
}

/* ---- groups and lists ---------------------------------------------------------------------- */

typedef int setting_fn(struct reader *reader, const config_setting_t *setting, void *context);

/* What a group may hold. */
struct key {
	const char *name;
	setting_fn *read;
};

static int check_kind(struct reader *reader, const config_setting_t *setting, int type, const char *form)
{
	if (config_setting_type(setting) == type)
		return 0;
	return fail(reader, setting, "%s%sis no %s", name_of(setting), *name_of(setting) ? " " : "this ",
		    form);
}

static int refuse(struct reader *reader, const config_setting_t *setting, const struct key *keys)
{
	char names[256];
	size_t used = 0;

	for (; keys->name; keys++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
					 keys->name);
	return fail(reader, setting, "unknown setting '%.200s'; one of: %s", name_of(setting), names);
}

/* Reads a group's settings, in their order; those that are in no table go to `other`, or are refused. */
static int read_group(struct reader *reader, const config_setting_t *group, const struct key *keys,
		      setting_fn *other, void *context)
{
	int error = check_kind(reader, group, CONFIG_TYPE_GROUP, "group: { NAME = VALUE; ... }");

	for (unsigned i = 0; !error && i < (unsigned)config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, i);
		const struct key *key = keys;

		while (key->name && strcmp(key->name, name_of(setting)) != 0)
			key++;
		if (key->name)
			error = key->read(reader, setting, context);
		else
			error = other ? other(reader, setting, context) : refuse(reader, setting, keys);
	}
	return error;
}

static int read_list(struct reader *reader, const config_setting_t *list, setting_fn *read, void *context)
{
	int error = check_kind(reader, list, CONFIG_TYPE_LIST, "list: ( { ... }, { ... } )");

	for (unsigned i = 0; !error && i < (unsigned)config_setting_length(list); i++)
		error = read(reader, config_setting_get_elem(list, i), context);
	return error;
}

/* ---- limits -------------------------------------------------------------------------------- */

/* Of one program or all, and of one function or the whole. */
struct scope {
	const char *program;
	size_t subject;
};

static int read_limit(struct reader *reader, const config_setting_t *setting, void *context)
{
	const struct scope *scope = context;
	struct limit limit = {scope->program, scope->subject, 0, {0}, source_of(reader, setting)};
	const char *text = "";
	int error = locate(reader, setting,
			   limit_parse_figure(name_of(setting), &limit.figure, reader->diagnostic));

	if (!error && scope->subject > 0 && figure_infos[limit.figure].advisory)
		error = fail(reader, setting, "%s is a figure of the whole program", name_of(setting));
	if (!error)
		error = value_of(reader, setting, &text);
	if (!error)
		error = locate(reader, setting,
			       limit_parse_amount(limit.figure, text, &limit.most, reader->diagnostic));
	if (!error)
		gate_add_limit(reader->gate, limit);
	return error;
}

static int read_limits(struct reader *reader, const config_setting_t *group, void *context)
{
	const struct scope *scope = context;
	struct scope whole = {.program = scope->program};

	return read_group(reader, group, (struct key[]){{0}}, read_limit, &whole);
}

static int read_nothing(struct reader *reader, const config_setting_t *setting, void *context)
{
	(void)reader, (void)setting, (void)context;
	return 0;
}

/* "function" or "line" of a group, whatever its place in it. */
static int find_subject(struct reader *reader, const config_setting_t *group, struct scope *scope)
{
	const config_setting_t *function = config_setting_get_member(group, "function");
	const config_setting_t *line = config_setting_get_member(group, "line");
	const config_setting_t *setting = function ? function : line;
	const char *text = "";
	int error;

	if (!setting || (function && line))
		return fail(reader, group, "a group of functions needs either function or line");
	error = text_of(reader, setting, &text);
	if (error)
		return error;
	scope->subject = gate_subject(reader->gate, text, false);
	if ((reader->gate->subjects[scope->subject].place.line > 0) != (line != NULL))
		return fail(reader, setting, "'%s' is no %s", text,
			    line ? "line such as json.c:42" : "function; for a line write line = \"...\"");
	return 0;
}

static int read_function(struct reader *reader, const config_setting_t *group, void *context)
{
	static const struct key keys[] = {{"function", read_nothing}, {"line", read_nothing}, {0}};
	struct scope scope = *(const struct scope *)context;
	int error = check_kind(reader, group, CONFIG_TYPE_GROUP, "group: { function = \"...\"; ... }");

	if (!error)
		error = find_subject(reader, group, &scope);
	return error ? error : read_group(reader, group, keys, read_limit, &scope);
}

static int read_functions(struct reader *reader, const config_setting_t *list, void *context)
{
	return read_list(reader, list, read_function, context);
}

static int read_program(struct reader *reader, const config_setting_t *group, void *context)
{
	static const struct key keys[] = {
		{"program", read_nothing}, {"limits", read_limits}, {"functions", read_functions}, {0}};
	const config_setting_t *program;
	struct scope scope = {0};
	int error = check_kind(reader, group, CONFIG_TYPE_GROUP, "group: { program = \"...\"; ... }");

	(void)context;
	if (error)
		return error;
	program = config_setting_get_member(group, "program");
	if (!program)
		return fail(reader, group, "a group of programs needs program");
	error = text_of(reader, program, &scope.program);
	if (error)
		return error;
	return read_group(reader, group, keys, NULL, &scope);
}

static int read_programs(struct reader *reader, const config_setting_t *list, void *context)
{
	return read_list(reader, list, read_program, context);
}

/* ---- baseline ------------------------------------------------------------------------------ */

static int read_entry_program(struct reader *reader, const config_setting_t *setting, void *context)
{
	return text_of(reader, setting, &((struct rule *)context)->program);
}

static int read_entry_function(struct reader *reader, const config_setting_t *setting, void *context)
{
	struct rule *rule = context;
	const char *text = "";
	int error = text_of(reader, setting, &text);

	if (error)
		return error;
	rule->subject = gate_subject(reader->gate, text, true);
	if (reader->gate->subjects[rule->subject].place.line > 0)
		return fail(reader, setting, "'%s' is no function: baselines know no lines", text);
	return 0;
}

static int read_entry_figure(struct reader *reader, const config_setting_t *setting, void *context)
{
	const char *text = "";
	int error = text_of(reader, setting, &text);

	if (error)
		return error;
	return locate(reader, setting,
		      limit_parse_figure(text, &((struct rule *)context)->figure, reader->diagnostic));
}

static int read_entry_tolerance(struct reader *reader, const config_setting_t *setting, void *context)
{
	return share_of(reader, setting, &((struct rule *)context)->tolerance);
}

/* Its unit is that of the figure, so it needs one. */
static int read_entry_floor(struct reader *reader, const config_setting_t *setting, void *context)
{
	struct rule *rule = context;
	const char *name = "";
	const config_setting_t *figure = config_setting_get_member(config_setting_parent(setting), "figure");
	enum figure unit = FIGURE_PEAK;
	int error = figure ? text_of(reader, figure, &name)
			   : fail(reader, setting, "an entry's floor needs its figure");

	if (!error)
		error = locate(reader, figure, limit_parse_figure(name, &unit, reader->diagnostic));
	rule->has_floor = true;
	return error ? error : number_of(reader, setting, unit, &rule->floor);
}

static int read_entry(struct reader *reader, const config_setting_t *group, void *context)
{
	static const struct key keys[] = {
		{"program", read_entry_program}, {"function", read_entry_function},
		{"figure", read_entry_figure},   {"tolerance", read_entry_tolerance},
		{"floor", read_entry_floor},     {0}};
	struct rule rule = {.figure = FIGURE_COUNT, .tolerance = -1, .source = source_of(reader, group)};
	int error = read_group(reader, group, keys, NULL, &rule);

	(void)context;
	if (!error)
		gate_add_rule(reader->gate, rule);
	return error;
}

static int read_entries(struct reader *reader, const config_setting_t *list, void *context)
{
	return read_list(reader, list, read_entry, context);
}

/* Relative to the folder of the gate file. */
static int read_baseline_file(struct reader *reader, const config_setting_t *setting, void *context)
{
	const char *slash = strrchr(reader->path, '/'), *text = "";
	int error = text_of(reader, setting, &text);

	(void)context;
	if (error)
		return error;
	if (*text != '/' && slash)
		text = gate_text(reader->gate, "%.*s/%s", (int)(slash - reader->path), reader->path, text);
	reader->gate->baseline_path = text;
	return 0;
}

static int read_tolerance(struct reader *reader, const config_setting_t *setting, void *context)
{
	(void)context;
	return share_of(reader, setting, &reader->gate->tolerance);
}

static int read_floor(struct reader *reader, const config_setting_t *setting, void *context)
{
	enum figure figure;
	int error =
		locate(reader, setting, limit_parse_figure(name_of(setting), &figure, reader->diagnostic));

	(void)context;
	return error ? error : number_of(reader, setting, figure, &reader->gate->floor[figure]);
}

static int read_floors(struct reader *reader, const config_setting_t *group, void *context)
{
	return read_group(reader, group, (struct key[]){{0}}, read_floor, context);
}

static int read_baseline(struct reader *reader, const config_setting_t *group, void *context)
{
	static const struct key keys[] = {{"file", read_baseline_file},
					  {"tolerance", read_tolerance},
					  {"floor", read_floors},
					  {"entries", read_entries},
					  {0}};
	int error = read_group(reader, group, keys, NULL, context);

	if (!error && !config_setting_get_member(group, "file"))
		error = fail(reader, group, "baseline needs file");
	return error;
}

/* ---- wrappers -------------------------------------------------------------------------------- */

static int read_wrapper(struct reader *reader, const config_setting_t *setting, void *context)
{
	const char *text = "";
	int error = config_setting_type(setting) == CONFIG_TYPE_STRING
			    ? text_of(reader, setting, &text)
			    : fail(reader, setting, "wrappers are names in quotes: ( \"xalloc\", ... )");

	(void)context;
	if (!error)
		gate_add_wrapper(reader->gate, text);
	return error;
}

static int read_wrappers(struct reader *reader, const config_setting_t *list, void *context)
{
	return read_list(reader, list, read_wrapper, context);
}

/* ---- the file -------------------------------------------------------------------------------- */

static int read_root(struct reader *reader, const config_setting_t *root)
{
	static const struct key keys[] = {{"limits", read_limits},     {"functions", read_functions},
					  {"programs", read_programs}, {"baseline", read_baseline},
					  {"wrappers", read_wrappers}, {0}};
	struct scope everything = {0};

	return read_group(reader, root, keys, NULL, &everything);
}

int gate_file_read(struct gate *gate, const char *path, struct diagnostic *diagnostic)
{
	struct reader reader = {gate, gate_text(gate, "%s", path), diagnostic};
	config_t config;
	int error;
	char *text = text_file_read(path, &error, diagnostic);

	if (!error)
		error = gate_text_check(path, text, diagnostic);
	config_init(&config);
	if (!error && !config_read_string(&config, text))
		error = diagnostic_set(diagnostic, EINVAL, "%s:%d: %s", path, config_error_line(&config),
				       config_error_text(&config));
	if (!error)
		error = read_root(&reader, config_root_setting(&config));
	config_destroy(&config);
	free(text);
	gate->path = reader.path;
	return error;
}
