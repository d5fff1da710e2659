/*
 * benchmark.c - figures of the programs for services that draw them over time: github-action-benchmark
 * ("customSmallerIsBetter") and Bencher (Bencher Metric Format).  They keep bounds of their own: no verdicts.
 */
#include "gate/formats/formats.h"

#include "base/clean.h"
#include "gate/formats/json_out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define BENCHER_NAME_BYTES 1024 /* its limit, in characters */

/* RSS is sampled: a run too short for a sample has none. */
static bool is_known(const struct checked_program *program, enum figure figure)
{
	return figure != FIGURE_RSS || program->value[figure] > 0;
}

/* Of a string from asprintf(), which it frees; NULL for a negative length. */
static json_t *taken(char *text, int length)
{
	json_t *string = length < 0 ? NULL : json_out_text(text);

	if (length >= 0)
		free(text);
	return string;
}

static json_t *entry_name(const struct checked_program *program, enum figure figure)
{
	char *text;
	int length = asprintf(&text, "%s: %s", program->key, figure_infos[figure].title);

	return taken(text, length);
}

static json_t *entry_extra(const struct checked_program *program)
{
	char *text;
	int length = asprintf(&text, "%s%s%zu %s", program->trace ? program->trace : "",
			      program->trace ? ", " : "", program->run_count,
			      program->run_count == 1 ? "run" : "runs");

	return taken(text, length);
}

static json_t *range_text(const struct checked_program *program, enum figure figure)
{
	char text[64];

	snprintf(text, sizeof(text), "%" PRIu64 " to %" PRIu64, program->low[figure], program->high[figure]);
	return json_string(text);
}

static json_t *action_entry(const struct checked_program *program, enum figure figure)
{
	const struct figure_info *info = &figure_infos[figure];
	json_t *entry = json_pack("{s:o, s:s, s:o, s:o}", "name", entry_name(program, figure), "unit",
				  info->bytes ? "bytes" : "count", "value",
				  json_out_number(program->value[figure]), "extra", entry_extra(program));
	bool varied = program->low[figure] != program->high[figure];

	if (entry && varied && json_object_set_new(entry, "range", range_text(program, figure)) != 0) {
		json_decref(entry);
		entry = NULL;
	}
	return entry;
}

static int add_action_entries(json_t *entries, const struct checked_program *program)
{
	int error = 0;

	for (enum figure figure = 0; !error && !program->error && figure < FIGURES_JUDGED; figure++)
		if (is_known(program, figure))
			error = json_array_append_new(entries, action_entry(program, figure)) == 0 ? 0
												   : -ENOMEM;
	return error;
}

int check_action_benchmark(FILE *out, const struct check_result *result, const struct check_style *style)
{
	json_t *entries = json_array();
	int error = entries ? 0 : -ENOMEM;

	(void)style;
	for (size_t i = 0; !error && i < result->program_count; i++)
		error = add_action_entries(entries, &result->programs[i]);
	if (!error)
		return json_out_print(out, entries);
	json_decref(entries);
	return error;
}

/* Slugs have no underscores. */
static void print_slug(char *slug, size_t slug_bytes, enum figure figure)
{
	snprintf(slug, slug_bytes, "%s", figure_infos[figure].name);
	for (char *at = slug; *at; at++)
		if (*at == '_')
			*at = '-';
}

static json_t *bencher_measures(const struct checked_program *program)
{
	json_t *measures = json_object();

	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++) {
		char slug[32];

		if (!is_known(program, figure))
			continue;
		print_slug(slug, sizeof(slug), figure);
		if (json_object_set_new(measures, slug,
					json_pack("{s:o, s:o, s:o}", "value",
						  json_out_number(program->value[figure]), "lower_value",
						  json_out_number(program->low[figure]), "upper_value",
						  json_out_number(program->high[figure]))) != 0) {
			json_decref(measures);
			return NULL;
		}
	}
	return measures;
}

static int add_bencher_program(json_t *programs, const struct checked_program *program)
{
	char *name = clean_copy(program->key, BENCHER_NAME_BYTES);
	int error = -ENOMEM;

	if (name && json_object_set_new(programs, name, bencher_measures(program)) == 0)
		error = 0;
	free(name);
	return error;
}

int check_bencher(FILE *out, const struct check_result *result, const struct check_style *style)
{
	json_t *programs = json_object();
	int error = programs ? 0 : -ENOMEM;

	(void)style;
	for (size_t i = 0; !error && i < result->program_count; i++)
		if (!result->programs[i].error)
			error = add_bencher_program(programs, &result->programs[i]);
	if (!error)
		return json_out_print(out, programs);
	json_decref(programs);
	return error;
}
