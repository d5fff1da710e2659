/*
 * file.c - from mprof.gate to a gate; mprof-check(1) describes the format.
 *
 * Whatever is not understood is an error with its line: a misspelt limit must not pass for one that holds.
 */
#include "gate/bounds.h"
#include "gate/gate_setting.h"
#include "gate/gate_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- limits -------------------------------------------------------------------------------- */

/* Of one program or all, and of one function or the whole. */
struct scope {
	const char *program;
	size_t subject;
	bool optional;
};

static int read_limit(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	const struct scope *scope = context;
	struct limit limit = {.program = scope->program,
			      .subject = scope->subject,
			      .source = setting_source(reader, setting),
			      .optional = scope->optional};
	const char *text = "";
	int error = setting_locate(reader, setting,
				   limit_parse_limited(setting_name(setting), scope->subject == 0,
						       &limit.figure, reader->diagnostic));

	if (!error)
		error = setting_value(reader, setting, &text);
	if (!error)
		error = setting_locate(
			reader, setting,
			limit_parse_amount(limit.figure, text, &limit.most, reader->diagnostic));
	if (!error)
		gate_add_limit(reader->gate, limit);
	return error;
}

static int read_limits(struct gate_reader *reader, const config_setting_t *group, void *context)
{
	const struct scope *scope = context;
	struct scope whole = {.program = scope->program, .optional = scope->optional};

	return setting_group(reader, group, (struct setting_key[]){{0}}, read_limit, &whole);
}

static int read_nothing(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	(void)reader, (void)setting, (void)context;
	return 0;
}

/* "optional" of a group, whatever its place in it. */
static int find_optional(struct gate_reader *reader, const config_setting_t *group, struct scope *scope)
{
	const config_setting_t *setting = config_setting_get_member(group, "optional");

	return setting ? setting_flag(reader, setting, &scope->optional) : 0;
}

/* "function" or "line" of a group, whatever its place in it. */
static int find_subject(struct gate_reader *reader, const config_setting_t *group, struct scope *scope)
{
	const config_setting_t *function = config_setting_get_member(group, "function");
	const config_setting_t *line = config_setting_get_member(group, "line");
	const config_setting_t *setting = function ? function : line;
	const char *text = "";
	int error;

	if (!setting || (function && line))
		return setting_fail(reader, group, "a group of functions needs either function or line");
	error = setting_text(reader, setting, &text);
	if (error)
		return error;
	scope->subject = gate_subject(reader->gate, text, false);
	if ((reader->gate->subjects[scope->subject].place.line > 0) != (line != NULL))
		return setting_fail(reader, setting, "'%s' is no %s", text,
				    line ? "line such as json.c:42"
					 : "function; for a line write line = \"...\"");
	return 0;
}

static int read_function(struct gate_reader *reader, const config_setting_t *group, void *context)
{
	static const struct setting_key keys[] = {
		{"function", read_nothing}, {"line", read_nothing}, {"optional", read_nothing}, {0}};
	struct scope scope = *(const struct scope *)context;
	int error = setting_check(reader, group, CONFIG_TYPE_GROUP, "group: { function = \"...\"; ... }");

	if (!error)
		error = find_subject(reader, group, &scope);
	if (!error)
		error = find_optional(reader, group, &scope);
	return error ? error : setting_group(reader, group, keys, read_limit, &scope);
}

static int read_functions(struct gate_reader *reader, const config_setting_t *list, void *context)
{
	return setting_list(reader, list, read_function, context);
}

static int read_program(struct gate_reader *reader, const config_setting_t *group, void *context)
{
	static const struct setting_key keys[] = {{"program", read_nothing},
						  {"optional", read_nothing},
						  {"limits", read_limits},
						  {"functions", read_functions},
						  {0}};
	const config_setting_t *program;
	struct scope scope = {0};
	int error = setting_check(reader, group, CONFIG_TYPE_GROUP, "group: { program = \"...\"; ... }");

	(void)context;
	if (error)
		return error;
	program = config_setting_get_member(group, "program");
	if (!program)
		return setting_fail(reader, group, "a group of programs needs program");
	error = setting_text(reader, program, &scope.program);
	if (!error)
		error = find_optional(reader, group, &scope);
	if (error)
		return error;
	return setting_group(reader, group, keys, NULL, &scope);
}

static int read_programs(struct gate_reader *reader, const config_setting_t *list, void *context)
{
	return setting_list(reader, list, read_program, context);
}

/* ---- baseline ------------------------------------------------------------------------------ */

static int read_entry_program(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	return setting_text(reader, setting, &((struct rule *)context)->program);
}

static int read_entry_function(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	struct rule *rule = context;
	const char *text = "";
	int error = setting_text(reader, setting, &text);

	if (error)
		return error;
	rule->subject = gate_subject(reader->gate, text, true);
	if (reader->gate->subjects[rule->subject].place.line > 0)
		return setting_fail(reader, setting, "'%s' is no function: baselines know no lines", text);
	return 0;
}

static int read_entry_figure(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	const char *text = "";
	int error = setting_text(reader, setting, &text);

	if (error)
		return error;
	return setting_locate(
		reader, setting,
		limit_parse_figure(text, &((struct rule *)context)->figure, reader->diagnostic));
}

static int read_entry_tolerance(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	return setting_share(reader, setting, &((struct rule *)context)->tolerance);
}

static int read_entry_optional(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	return setting_flag(reader, setting, &((struct rule *)context)->optional);
}

/* Its unit is that of the figure, so it needs one. */
static int read_entry_floor(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	struct rule *rule = context;
	const char *name = "";
	const config_setting_t *figure = config_setting_get_member(config_setting_parent(setting), "figure");
	enum figure unit = FIGURE_PEAK;
	int error = figure ? setting_text(reader, figure, &name)
			   : setting_fail(reader, setting, "an entry's floor needs its figure");

	if (!error)
		error = setting_locate(reader, figure, limit_parse_figure(name, &unit, reader->diagnostic));
	rule->has_floor = true;
	return error ? error : setting_number(reader, setting, unit, &rule->floor);
}

static int read_entry(struct gate_reader *reader, const config_setting_t *group, void *context)
{
	static const struct setting_key keys[] = {{"program", read_entry_program},
						  {"function", read_entry_function},
						  {"figure", read_entry_figure},
						  {"tolerance", read_entry_tolerance},
						  {"floor", read_entry_floor},
						  {"optional", read_entry_optional},
						  {0}};
	struct rule rule = {
		.figure = FIGURES_JUDGED, .tolerance = -1, .source = setting_source(reader, group)};
	int error = setting_group(reader, group, keys, NULL, &rule);

	(void)context;
	if (!error)
		gate_add_rule(reader->gate, rule);
	return error;
}

static int read_entries(struct gate_reader *reader, const config_setting_t *list, void *context)
{
	return setting_list(reader, list, read_entry, context);
}

/* A path is relative to the folder of the gate file. */
static const char *beside_gate(struct gate_reader *reader, const char *path)
{
	const char *slash = strrchr(reader->path, '/');

	if (*path == '/' || !slash)
		return path;
	return gate_text(reader->gate, "%.*s/%s", (int)(slash - reader->path), reader->path, path);
}

static int read_baseline_file(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	const char *text = "";
	int error = setting_text(reader, setting, &text);

	(void)context;
	if (!error)
		reader->gate->baseline_path = beside_gate(reader, text);
	return error;
}

static int read_tolerance(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	(void)context;
	return setting_share(reader, setting, &reader->gate->tolerance);
}

static int read_floor(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	enum figure figure;
	int error = setting_locate(reader, setting,
				   limit_parse_figure(setting_name(setting), &figure, reader->diagnostic));

	(void)context;
	return error ? error : setting_number(reader, setting, figure, &reader->gate->floor[figure]);
}

static int read_floors(struct gate_reader *reader, const config_setting_t *group, void *context)
{
	return setting_group(reader, group, (struct setting_key[]){{0}}, read_floor, context);
}

static int read_baseline(struct gate_reader *reader, const config_setting_t *group, void *context)
{
	static const struct setting_key keys[] = {{"file", read_baseline_file},
						  {"tolerance", read_tolerance},
						  {"floor", read_floors},
						  {"entries", read_entries},
						  {0}};
	int error = setting_group(reader, group, keys, NULL, context);

	if (!error && !config_setting_get_member(group, "file"))
		error = setting_fail(reader, group, "baseline needs file");
	return error;
}

/* ---- wrappers -------------------------------------------------------------------------------- */

static int read_wrapper(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	const char *text = "";
	int error =
		config_setting_type(setting) == CONFIG_TYPE_STRING
			? setting_text(reader, setting, &text)
			: setting_fail(reader, setting, "wrappers are names in quotes: ( \"xalloc\", ... )");

	(void)context;
	if (!error)
		gate_add_wrapper(reader->gate, text, setting_source(reader, setting));
	return error;
}

static int read_wrappers(struct gate_reader *reader, const config_setting_t *list, void *context)
{
	return setting_list(reader, list, read_wrapper, context);
}

/* ---- suppressions ---------------------------------------------------------------------------- */

static int read_suppression_file(struct gate_reader *reader, const config_setting_t *setting, void *context)
{
	const char *text = "";
	int error = config_setting_type(setting) == CONFIG_TYPE_STRING
			    ? setting_text(reader, setting, &text)
			    : setting_fail(reader, setting,
					   "suppressions are files in quotes: ( \"leaks.supp\", ... )");

	(void)context;
	return error ? error
		     : suppressions_read(&reader->gate->suppressions, beside_gate(reader, text),
					 reader->diagnostic);
}

static int read_suppressions(struct gate_reader *reader, const config_setting_t *list, void *context)
{
	return setting_list(reader, list, read_suppression_file, context);
}

/* ---- the file -------------------------------------------------------------------------------- */

static int read_root(struct gate_reader *reader, const config_setting_t *root)
{
	static const struct setting_key keys[] = {{"limits", read_limits},
						  {"functions", read_functions},
						  {"programs", read_programs},
						  {"baseline", read_baseline},
						  {"wrappers", read_wrappers},
						  {"suppressions", read_suppressions},
						  {0}};
	struct scope everything = {0};

	return setting_group(reader, root, keys, NULL, &everything);
}

int gate_file_read(struct gate *gate, const char *path, struct diagnostic *diagnostic)
{
	struct gate_reader reader = {gate, gate_text(gate, "%s", path), diagnostic};
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
