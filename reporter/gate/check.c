/*
 * check.c - from traces to a result: which traces are one program's, and what their verdicts add up to.
 */
#include "gate/check.h"

#include "gate/private.h"
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *check_alloc(struct check *check, size_t count, size_t item_bytes)
{
	return pool_alloc(&check->strings.pool, (count + 1) * item_bytes);
}

const char *check_string(struct check *check, const char *format, ...)
{
	va_list arguments;
	const char *kept = "";
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) >= 0) {
		kept = strings_intern(&check->strings, text);
		free(text);
	}
	va_end(arguments);
	return kept;
}

void complain(struct check *check, bool fatal, const char *about, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	check->complaints = pool_grow(check->complaints, &check->complaint_capacity,
				      check->complaint_count + 1, sizeof(*check->complaints));
	check->complaints[check->complaint_count++] =
		(struct complaint){about, strings_intern(&check->strings, text ? text : ""), fatal};
	free(text);
}

int check_create(const struct check_options *options, struct check **out, struct diagnostic *diagnostic)
{
	struct check *check = calloc(1, sizeof(*check));
	const struct gate *gate = options->gate;
	int error = 0;

	*out = NULL;
	if (!check)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	check->options = options;
	strings_init(&check->strings);
	if (gate->baseline_path)
		error = baseline_read(gate->baseline_path, &check->baseline, diagnostic);
	if (error == -ENOENT)
		error = 0;
	if (error)
		check_destroy(check);
	else
		*out = check;
	return error;
}

void check_destroy(struct check *check)
{
	if (!check)
		return;
	json_decref(check->baseline);
	free(check->inputs);
	free(check->complaints);
	strings_finish(&check->strings);
	free(check);
}

/* ---- the result ------------------------------------------------------------------------------ */

static struct program program_at(const struct check *check, size_t begin)
{
	struct program program = {.inputs = &check->inputs[begin]};

	for (size_t i = begin;
	     i < check->input_count && strcmp(check->inputs[i].key, program.inputs->key) == 0; i++)
		*(check->inputs[i].partial ? &program.partial_count : &program.count) += 1;
	return program;
}

static void count_outcomes(struct check_result *result)
{
	for (size_t i = 0; i < result->program_count; i++) {
		const struct checked_program *program = &result->programs[i];

		result->error_count += program->error != NULL;
		for (size_t v = 0; v < program->verdict_count; v++)
			result->outcome_count[program->verdicts[v].outcome]++;
	}
	for (size_t i = 0; i < result->complaint_count; i++)
		result->fatal_count += result->complaints[i].fatal;
}

static int status_of(const struct check_result *result)
{
	if (result->outcome_count[OUTCOME_FAILED] > 0)
		return STATUS_GATE_FAILED;
	if (result->error_count > 0 || result->fatal_count > 0)
		return STATUS_USAGE;
	return result->outcome_count[OUTCOME_NO_BASELINE] > 0 ? STATUS_NO_BASELINE : STATUS_DONE;
}

static int update(struct check *check, json_t *entries, struct diagnostic *diagnostic)
{
	if (!entries)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	if (json_object_size(entries) == 0)
		return 0;
	return baseline_update(check->options->gate->baseline_path, entries, diagnostic);
}

/* Whether the baseline is to learn of it: from all of it, and of a tool only where that is asked for. */
static bool is_to_be_recorded(const struct check *check, const struct program *program,
			      const struct checked_program *judged)
{
	return check->options->update && !judged->error && program->count > 0 &&
	       (!program->inputs->by_name ||
		gate_compares_by_name(check->options->gate, program->inputs->key));
}

static int judge_all(struct check *check, json_t *entries, struct diagnostic *diagnostic)
{
	struct checked_program *programs;
	struct check_result *result = &check->result;
	struct program program;
	int error = 0;

	programs = check_alloc(check, check->input_count, sizeof(*programs));
	result->programs = check->programs = programs;
	for (size_t i = 0; !error && i < check->input_count; i += program.count + program.partial_count) {
		struct checked_program *judged = &programs[result->program_count];

		program = program_at(check, i);
		error = judge_program(check, &program, judged, diagnostic);
		if (!error && is_to_be_recorded(check, &program, judged))
			error = record_program(check, &program, entries, diagnostic);
		/* Of what was cut off only breaches are told. */
		result->program_count += program.count > 0 || judged->verdict_count > 0;
	}
	return error;
}

static bool has_fatal_complaint(const struct check *check)
{
	for (size_t i = 0; i < check->complaint_count; i++)
		if (check->complaints[i].fatal)
			return true;
	return false;
}

static int judge_chosen(struct check *check, struct diagnostic *diagnostic)
{
	json_t *entries = json_object();
	int error = judge_all(check, entries, diagnostic);

	if (!error && check->options->update)
		error = update(check, entries, diagnostic);
	json_decref(entries);
	if (error)
		return error;
	if (check->result.program_count == 0 && !has_fatal_complaint(check))
		complain(check, true, "gate", "nothing was recorded that could be judged");
	find_idle_suppressions(check);
	tell_of_absent(check);
	return find_idle(check, diagnostic);
}

/* Traces that nobody asked for go, unless there is a failure to look into. */
static void forget_traces(struct check *check)
{
	if (!check->options->record_command || check->result.status == STATUS_GATE_FAILED)
		return;
	for (size_t i = 0; i < check->result.program_count; i++)
		check->programs[i].trace = NULL;
}

/* However it came that there is nothing to judge, that is no pass. */
static int complain_of_nothing(struct check *check, struct diagnostic *diagnostic)
{
	static const char nothing[] = "nothing was recorded that could be judged";

	if (check->complaint_count == 0)
		return diagnostic_set(diagnostic, ENODATA, nothing);
	if (!has_fatal_complaint(check))
		complain(check, true, check->complaints->about, nothing);
	return 0;
}

int check_judge(struct check *check, const struct check_result **out, struct diagnostic *diagnostic)
{
	const struct gate *gate = check->options->gate;
	int error = 0;

	choose_inputs(check);
	check->result = (struct check_result){
		.gate_path = gate->path,
		.baseline_path = gate->baseline_path,
		.update_command = gate->baseline_path ? check->options->update_command : NULL,
	};
	if (check->input_count == 0)
		error = complain_of_nothing(check, diagnostic);
	if (!error)
		error = tell_namesakes_apart(check, diagnostic);
	note_earlier_runs(check);
	if (!error)
		error = judge_chosen(check, diagnostic);
	if (error)
		return error;
	check->result.complaints = check->complaints;
	check->result.complaint_count = check->complaint_count;
	count_outcomes(&check->result);
	check->result.status = status_of(&check->result);
	forget_traces(check);
	*out = &check->result;
	return 0;
}
