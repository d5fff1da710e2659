/*
 * record.c - from a program's traces to its entry of the baseline.
 */
#include "gate/parts.h"
#include "base/text.h"
#include "gate/private.h"

#include <errno.h>
#include <stdlib.h>

static bool record_totals(const struct program *program, json_t *entry)
{
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++) {
		struct judged judged = judged_figure(program, 0, figure, REPEAT_MIN);

		if (!figure_infos[figure].advisory &&
		    !baseline_entry_total(entry, figure, judged.low, judged.high))
			return false;
	}
	return true;
}

/* Whether a rule compares this function by itself: then it is there however small it is. */
static bool is_compared(const struct gate *gate, const char *key, const char *function, enum figure figure)
{
	struct source_function named = {.name = function, .file = ""};

	for (size_t i = 1; i < gate->subject_count; i++)
		if (gate->subjects[i].own && gate_compares(gate, key, i, figure) &&
		    selection_matches(&gate->subjects[i].place.selection, &named))
			return true;
	return false;
}

/* JSON has no other names. */
static bool is_utf8(const char *text)
{
	json_t *string = json_string(text);

	json_decref(string);
	return string != NULL;
}

/* Adds a trace's functions: of several traces the greatest figures count. */
static bool record_figure(struct check *check, const char *key, struct measured_path *paths,
			  size_t path_count, enum figure figure, json_t *entry)
{
	json_t *functions = json_object_get(entry, "functions");
	double tolerance;
	uint64_t floor;
	size_t count;
	struct part *parts = parts_create(paths, path_count, figure, &count);
	bool done = parts != NULL;

	gate_margin(check->options->gate, key, 0, figure, &tolerance, &floor);
	for (size_t i = 0; done && i < count; i++) {
		json_t *known =
			json_object_get(json_object_get(functions, parts[i].name), figure_infos[figure].name);

		bool wanted = parts[i].value >= floor ||
			      is_compared(check->options->gate, key, parts[i].name, figure);
		if (wanted && is_utf8(parts[i].name) && parts[i].value > (uint64_t)json_integer_value(known))
			done = baseline_entry_function(entry, parts[i].name, figure, parts[i].value);
	}
	free(parts);
	return done;
}

/* ---- wrappers -------------------------------------------------------------------------------- */

struct memory {
	const json_t *baseline;
	const char *key;
};

static int recall(void *context, const char *function)
{
	const struct memory *memory = context;

	return baseline_wrapper(memory->baseline, memory->key, function);
}

int recall_wrappers(struct check *check, const char *key, struct profile *profile)
{
	struct memory memory = {check->baseline, key};

	return baseline_has(check->baseline, key) ? profile_recall_wrappers(profile, recall, &memory) : 0;
}

/* An address means nothing to another build. */
static bool record_wrappers(struct profile *profile, json_t *entry)
{
	const struct source_function *const *functions;
	size_t count = profile_all_functions(profile, &functions);
	bool done = true;

	for (size_t i = 0; done && i < count; i++)
		if (profile_owner(profile, functions[i]) == OWNER_WRAPPER &&
		    !text_starts(functions[i]->name, "0x") && is_utf8(functions[i]->name))
			done = baseline_entry_wrapper(entry, functions[i]->name);
	return done;
}

/* ---- an entry --------------------------------------------------------------------------------- */

static int record_functions(struct check *check, const struct input *input, json_t *entry,
			    struct diagnostic *diagnostic)
{
	struct measure_place everywhere = gate_place(check->options->gate, 0);
	struct profile_options options = *check->options->profile;
	struct measured_path *paths = NULL;
	struct profile *profile;
	size_t count;
	bool met, done;
	int error;

	error = profile_open(input->path, &options, &profile, diagnostic);
	if (error)
		return error;
	done = profile_measure(profile, &everywhere, &paths, &count, &met) == 0;
	for (enum figure figure = 0; done && figure < FIGURES_JUDGED; figure++)
		if (!figure_infos[figure].advisory && !(input->replaced && figure_infos[figure].of_end))
			done = record_figure(check, input->key, paths, count, figure, entry);
	done = done && record_wrappers(profile, entry);
	free(paths);
	profile_close(profile);
	return done ? 0 : diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", input->path);
}

int record_program(struct check *check, const struct program *program, json_t *entries,
		   struct diagnostic *diagnostic)
{
	json_t *entry = baseline_entry_create(program->inputs->sample_bytes);
	int error = 0;

	if (!sampled_alike(program))
		error = diagnostic_set(diagnostic, EINVAL,
				       "%s: of its traces some were sampled and others not, or not so: no "
				       "baseline takes figures of several kinds",
				       program->inputs->key);
	else if (!entry || !record_totals(program, entry))
		error = diagnostic_set(diagnostic, ENOMEM, "out of memory");
	for (size_t i = 0; !error && i < program->count; i++)
		error = record_functions(check, &program->inputs[i], entry, diagnostic);
	if (!error && json_object_set(entries, program->inputs->key, entry) != 0)
		error = diagnostic_set(diagnostic, EINVAL,
				       "'%s' is no name for a baseline: it is not UTF-8; give it one with "
				       "--name",
				       program->inputs->key);
	json_decref(entry);
	return error;
}
