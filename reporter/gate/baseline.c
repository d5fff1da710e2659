/*
 * baseline.c - baselines from and to JSON; whatever they hold is checked before it is believed.
 */
#include "gate/baseline.h"
#include "gate/gate_text.h"
#include "gate/json_line.h"
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define VERSION 1
#define DEPTH_MAX 5

/* ---- checks -------------------------------------------------------------------------------- */

/* What is being looked at, and the keys that lead to it. */
struct look {
	const char *path, *text;
	struct diagnostic *diagnostic;
	const char *keys[DEPTH_MAX];
	size_t depth;
};

static int fail(struct look *look, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail(struct look *look, const char *format, ...)
{
	unsigned line = json_line(look->text, look->keys, look->depth);
	va_list arguments;

	va_start(arguments, format);
	int error = text_complain(look->diagnostic, look->path, line, format, arguments);
	va_end(arguments);
	return error;
}

static bool is_count(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_range(const json_t *value)
{
	const json_t *low = json_array_get(value, 0), *high = json_array_get(value, 1);

	return json_array_size(value) == 2 && is_count(low) && is_count(high) &&
	       json_integer_value(low) <= json_integer_value(high);
}

typedef int check_fn(struct look *look, const char *key, json_t *value);

/* Checks every member of an object, with its key among those that lead to it. */
static int check_members(struct look *look, json_t *object, const char *what, check_fn *check)
{
	const char *key;
	json_t *value;
	int error = 0;

	if (!json_is_object(object))
		return fail(look, "%s is no object", what);
	json_object_foreach(object, key, value)
	{
		look->keys[look->depth++] = key;
		error = check(look, key, value);
		look->depth--;
		if (error)
			break;
	}
	return error;
}

static int check_total(struct look *look, const char *key, json_t *value)
{
	if (figure_find(key) >= FIGURES_JUDGED)
		return fail(look, "unknown figure '%.100s'", key);
	if (!is_count(value) && !is_range(value))
		return fail(look, "%s is neither a whole number, 0 or more, nor [LOW, HIGH]", key);
	return 0;
}

static int check_figure(struct look *look, const char *key, json_t *value)
{
	if (figure_find(key) >= FIGURES_JUDGED)
		return fail(look, "unknown figure '%.100s'", key);
	return is_count(value) ? 0 : fail(look, "%s is no whole number, 0 or more", key);
}

static int check_function(struct look *look, const char *key, json_t *value)
{
	(void)key;
	return check_members(look, value, "a function's entry", check_figure);
}

static int check_names(struct look *look, json_t *list, const char *what)
{
	const json_t *name;
	size_t i;

	if (!json_is_array(list))
		return fail(look, "%s is no list", what);
	json_array_foreach(list, i, name) if (!json_is_string(name)) return fail(look, "%s are names", what);
	return 0;
}

static int check_part(struct look *look, const char *key, json_t *value)
{
	if (strcmp(key, "totals") == 0)
		return check_members(look, value, "totals", check_total);
	if (strcmp(key, "functions") == 0)
		return check_members(look, value, "functions", check_function);
	if (strcmp(key, "wrappers") == 0)
		return check_names(look, value, key);
	if (strcmp(key, "sample_bytes") == 0)
		return is_count(value) ? 0 : fail(look, "%s is no whole number, 0 or more", key);
	return fail(look, "unknown member '%.100s'; one of: totals, functions, wrappers, sample_bytes", key);
}

static int check_program(struct look *look, const char *key, json_t *value)
{
	int error = check_members(look, value, "a program's entry", check_part);

	if (!error && json_object_size(json_object_get(value, "totals")) == 0)
		error = fail(look, "'%.200s' has no totals", key);
	return error;
}

static int check_root_member(struct look *look, const char *key, json_t *value)
{
	if (strcmp(key, "programs") == 0)
		return check_members(look, value, "programs", check_program);
	if (strcmp(key, "version") != 0)
		return fail(look, "unknown member '%.100s'; one of: programs, version", key);
	if (!json_is_integer(value) || json_integer_value(value) != VERSION)
		return fail(look, "this mprof reads version %d of baselines only", VERSION);
	return 0;
}

static int check_root(struct look *look, json_t *root)
{
	int error = check_members(look, root, "the baseline", check_root_member);

	if (!error && (!json_object_get(root, "version") || !json_object_get(root, "programs")))
		error = fail(look, "version or programs is missing: this is no baseline");
	return error;
}

int baseline_read(const char *path, json_t **out, struct diagnostic *diagnostic)
{
	json_error_t complaint;
	int error;
	char *text = text_file_read(path, &error, diagnostic);
	struct look look = {.path = path, .text = text, .diagnostic = diagnostic};

	*out = NULL;
	if (error)
		return error;
	*out = json_loads(text, JSON_REJECT_DUPLICATES, &complaint);
	if (!*out) {
		text_flatten(complaint.text);
		error = diagnostic_set(diagnostic, EINVAL, "%s:%d: %s", path,
				       complaint.line > 0 ? complaint.line : 1, complaint.text);
	} else {
		error = check_root(&look, *out);
	}
	if (error) {
		json_decref(*out);
		*out = NULL;
	}
	free(text);
	return error;
}

/* ---- what it says --------------------------------------------------------------------------- */

static json_t *part_of(const json_t *baseline, const char *key, const char *part)
{
	return json_object_get(json_object_get(json_object_get(baseline, "programs"), key), part);
}

bool baseline_has(const json_t *baseline, const char *key)
{
	return json_object_get(json_object_get(baseline, "programs"), key);
}

uint64_t baseline_sample_bytes(const json_t *baseline, const char *key)
{
	return (uint64_t)json_integer_value(part_of(baseline, key, "sample_bytes"));
}

void baseline_programs(json_t *baseline, void (*see)(void *context, const char *key), void *context)
{
	const char *key;
	json_t *entry;

	json_object_foreach(json_object_get(baseline, "programs"), key, entry) see(context, key);
}

bool baseline_total(const json_t *baseline, const char *key, enum figure figure, uint64_t *low,
		    uint64_t *high)
{
	const json_t *value = json_object_get(part_of(baseline, key, "totals"), figure_infos[figure].name);
	bool range = json_is_array(value);

	*low = (uint64_t)json_integer_value(range ? json_array_get(value, 0) : value);
	*high = (uint64_t)json_integer_value(range ? json_array_get(value, 1) : value);
	return value;
}

uint64_t baseline_function(const json_t *baseline, const char *key, const char *function, enum figure figure)
{
	const json_t *figures = json_object_get(part_of(baseline, key, "functions"), function);

	return (uint64_t)json_integer_value(json_object_get(figures, figure_infos[figure].name));
}

uint64_t baseline_functions(const json_t *baseline, const char *key, const struct selection *selection,
			    enum figure figure)
{
	json_t *functions = part_of(baseline, key, "functions"), *figures;
	const char *name;
	uint64_t sum = 0;

	json_object_foreach(functions, name, figures)
	{
		struct source_function function = {.name = name, .file = ""};

		if (selection_matches(selection, &function))
			sum += (uint64_t)json_integer_value(
				json_object_get(figures, figure_infos[figure].name));
	}
	return sum;
}

/* Lists are sorted when they are made, but may have been merged by hand. */
static bool has_name(const json_t *list, const char *text)
{
	const json_t *name;
	size_t i;

	json_array_foreach(list, i, name) if (strcmp(json_string_value(name), text) == 0) return true;
	return false;
}

int baseline_wrapper(const json_t *baseline, const char *key, const char *function)
{
	if (has_name(part_of(baseline, key, "wrappers"), function))
		return 1;
	return json_object_get(part_of(baseline, key, "functions"), function) ? 0 : -1;
}

/* ---- a new entry ------------------------------------------------------------------------------ */

json_t *baseline_entry_create(uint64_t sample_bytes)
{
	if (sample_bytes == 0)
		return json_pack("{s{}s{}}", "totals", "functions");
	return json_pack("{s{}s{}sI}", "totals", "functions", "sample_bytes", (json_int_t)sample_bytes);
}

bool baseline_entry_total(json_t *entry, enum figure figure, uint64_t low, uint64_t high)
{
	json_t *value = low == high ? json_integer((json_int_t)low)
				    : json_pack("[II]", (json_int_t)low, (json_int_t)high);

	return json_object_set_new(json_object_get(entry, "totals"), figure_infos[figure].name, value) == 0;
}

bool baseline_entry_function(json_t *entry, const char *function, enum figure figure, uint64_t value)
{
	json_t *functions = json_object_get(entry, "functions");
	json_t *figures = json_object_get(functions, function);

	if (!figures) {
		figures = json_object();
		if (json_object_set_new(functions, function, figures) != 0)
			return false;
	}
	return json_object_set_new(figures, figure_infos[figure].name, json_integer((json_int_t)value)) == 0;
}

bool baseline_entry_wrapper(json_t *entry, const char *function)
{
	json_t *list = json_object_get(entry, "wrappers");
	size_t place = 0;

	if (!list) {
		list = json_array();
		if (json_object_set_new(entry, "wrappers", list) != 0)
			return false;
	}
	if (has_name(list, function))
		return true;
	while (place < json_array_size(list) &&
	       strcmp(json_string_value(json_array_get(list, place)), function) < 0)
		place++;
	return json_array_insert_new(list, place, json_string(function)) == 0;
}

/* ---- the file ----------------------------------------------------------------------------------- */

static int merge(json_t *baseline, json_t *entries)
{
	json_t *programs = json_object_get(baseline, "programs");

	return json_object_update(programs, entries) == 0 ? 0 : -ENOMEM;
}

static int print(FILE *out, void *baseline)
{
	json_dumpf(baseline, out, JSON_INDENT(2) | JSON_SORT_KEYS);
	fputc('\n', out);
	return 0;
}

static int update_locked(const char *path, json_t *entries, struct diagnostic *diagnostic)
{
	json_t *baseline = NULL;
	int error = baseline_read(path, &baseline, diagnostic);

	if (error == -ENOENT) {
		baseline = json_pack("{sis{}}", "version", VERSION, "programs");
		error = 0;
	}
	if (!error && (!baseline || merge(baseline, entries) != 0))
		error = diagnostic_set(diagnostic, ENOMEM, "out of memory");
	if (!error)
		error = whole_file_write_locked(path, print, baseline, diagnostic);
	json_decref(baseline);
	return error;
}

/* The folder, locked until it is closed; or -errno.  A lock file would lie about in the project. */
static int lock_folder(const char *path, struct diagnostic *diagnostic)
{
	char copy[PATH_MAX];
	int folder;

	snprintf(copy, sizeof(copy), "%s", path);
	folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	while (flock(folder, LOCK_EX) != 0)
		if (errno != EINTR) {
			int reason = errno;

			close(folder);
			return diagnostic_set(diagnostic, reason, "%s: cannot lock its folder: %s", path,
					      strerror(reason));
		}
	return folder;
}

int baseline_update(const char *path, json_t *entries, struct diagnostic *diagnostic)
{
	char *target = whole_file_target(path);
	int folder = target ? lock_folder(target, diagnostic)
			    : diagnostic_set(diagnostic, ENOMEM, "out of memory");
	int error = folder < 0 ? folder : update_locked(target, entries, diagnostic);

	if (folder >= 0)
		close(folder);
	free(target);
	return error;
}
