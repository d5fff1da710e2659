/*
 * judge.c - figures against bounds.
 */
#include "gate/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Not above the type's end. */
static uint64_t plus(uint64_t value, double more)
{
	return more >= (double)(UINT64_MAX - value) ? UINT64_MAX : value + (uint64_t)more;
}

static uint64_t minus(uint64_t value, double less)
{
	return less >= (double)value ? 0 : value - (uint64_t)less;
}

/* ---- limits ------------------------------------------------------------------------------ */

/* A share is of the same subject's allocations in the same trace. */
static uint64_t bound_of(const struct limit *limit, const struct input *input)
{
	double allocations = (double)input->tallies[limit->subject].of[FIGURE_ALLOCATIONS];

	return limit->most.share < 0 ? limit->most.number : (uint64_t)(limit->most.share * allocations);
}

static enum outcome outcome_above(enum figure figure)
{
	return figure_infos[figure].advisory ? OUTCOME_ADVICE : OUTCOME_FAILED;
}

/* Of an estimate, and of the bound if that is a share of one. */
static uint64_t margin_of(const struct limit *limit, const struct judged *judged)
{
	double value = (double)figure_margin(judged->input, limit->subject, limit->figure, judged->value),
	       whole = 0;

	if (limit->most.share > 0)
		whole = limit->most.share *
			(double)figure_margin(judged->input, limit->subject, FIGURE_ALLOCATIONS, 0);
	return plus(0, value + whole);
}

static struct verdict judge_limit(const struct check *check, const struct limit *limit,
				  const struct judged *judged)
{
	uint64_t bound = bound_of(limit, judged->input);

	return (struct verdict){
		.outcome = judged->value > bound ? outcome_above(limit->figure) : OUTCOME_PASSED,
		.figure = limit->figure,
		.pattern = check->options->gate->subjects[limit->subject].text,
		.source = limit->source,
		.value = judged->value,
		.margin = margin_of(limit, judged),
		.bound = bound,
		.bound_share = limit->most.share,
	};
}

/* Whether the figure may as well be on the other side of the bound. */
static bool is_vague(const struct verdict *verdict)
{
	return verdict->value > verdict->bound
		       ? minus(verdict->value, (double)verdict->margin) <= verdict->bound
		       : plus(verdict->value, (double)verdict->margin) > verdict->bound;
}

static enum repeat_figure repeat_figure_of(const struct check *check, const struct limit *limit)
{
	bool leaks = limit->figure == FIGURE_LEAKED || limit->figure == FIGURE_LEAKED_BLOCKS;

	if (check->options->repeat_figure == REPEAT_DEFAULT && leaks)
		return REPEAT_MAX;
	return check->options->repeat_figure;
}

/* ---- baseline ------------------------------------------------------------------------------ */

/* By how much a figure may differ from the baseline's: by its tolerance and its floor, and where both are
 * estimates by the margins of both.  All must be exceeded, so the widest counts. */
static double allowance(const struct gate *gate, const char *key, size_t subject, enum figure figure,
			const struct input *input, uint64_t base)
{
	double tolerance, estimates = 2 * (double)figure_margin(input, subject, figure, base), most;
	uint64_t floor;

	gate_margin(gate, key, subject, figure, &tolerance, &floor);
	most = tolerance * (double)base > (double)floor ? tolerance * (double)base : (double)floor;
	return most > estimates ? most : estimates;
}

/* What one of the runs is still as it was has not improved. */
static enum outcome outcome_against(const struct gate *gate, const char *key, size_t subject,
				    const struct judged *judged, struct verdict *verdict)
{
	uint64_t low = verdict->base_low, high = verdict->base_high;

	verdict->bound = plus(high, allowance(gate, key, subject, verdict->figure, judged->input, high));
	if (verdict->value > verdict->bound)
		return outcome_above(verdict->figure);
	if (judged->high < minus(low, allowance(gate, key, subject, verdict->figure, judged->input, low)))
		return OUTCOME_IMPROVED;
	return OUTCOME_PASSED;
}

static bool base_of(const struct check *check, const char *key, size_t subject, enum figure figure,
		    struct verdict *verdict)
{
	const struct subject *whose = &check->options->gate->subjects[subject];

	if (subject == 0)
		return baseline_total(check->baseline, key, figure, &verdict->base_low, &verdict->base_high);
	verdict->base_low = baseline_functions(check->baseline, key, &whose->place.selection, figure);
	verdict->base_high = verdict->base_low;
	return true;
}

static bool judge_against(const struct check *check, const char *key, size_t subject, enum figure figure,
			  const struct judged *judged, struct verdict *verdict)
{
	const struct gate *gate = check->options->gate;

	*verdict = (struct verdict){
		.figure = figure,
		.pattern = gate->subjects[subject].text,
		.against_baseline = true,
		.source = gate->baseline_path,
		.value = judged->value,
		.margin = figure_margin(judged->input, subject, figure, judged->value),
		.bound_share = -1,
	};
	if (!base_of(check, key, subject, figure, verdict))
		return false;
	verdict->outcome = outcome_against(gate, key, subject, judged, verdict);
	return true;
}

/* ---- a program -------------------------------------------------------------------------------- */

/* The verdicts of one program as they come in. */
struct bench {
	struct check *check;
	const struct program *program;
	struct verdict *verdicts;
	size_t count;
	struct diagnostic *diagnostic;
};

static int add(struct bench *bench, struct verdict verdict, size_t subject, const struct input *input)
{
	struct verdict *added = &bench->verdicts[bench->count++];

	*added = verdict;
	if (verdict.outcome != OUTCOME_FAILED && verdict.outcome != OUTCOME_ADVICE)
		return 0;
	return attribute(bench->check, bench->program->inputs->key, input, subject, added, bench->diagnostic);
}

/* What can but grow is known to be over a limit before its end; a share of it is not. */
static bool grows(const struct limit *limit)
{
	return !figure_infos[limit->figure].of_end && limit->most.share < 0;
}

/* What a limit judges: the program's figure; or that of a child that was cut off, if only that is over it.
 * False: there is neither. */
static bool find_judged(const struct bench *bench, const struct limit *limit, struct judged *judged)
{
	const struct program *program = bench->program;
	const struct program partial = {program->inputs + program->count, program->partial_count, 0};
	const struct input *worst;
	uint64_t value;

	if (program->count > 0)
		*judged = judged_figure(program, limit->subject, limit->figure,
					repeat_figure_of(bench->check, limit));
	if ((program->count > 0 && judged->value > limit->most.number) || !grows(limit) || partial.count == 0)
		return program->count > 0;
	worst = greatest_of_run(&partial, 0, partial.count, limit->subject, limit->figure);
	value = worst->tallies[limit->subject].of[limit->figure];
	if (value <= limit->most.number)
		return program->count > 0;
	*judged = (struct judged){worst, value, value, value};
	return true;
}

/* Nothing that was not counted is within a limit. */
static bool is_uncounted(struct bench *bench, const struct limit *limit, const struct input *input)
{
	if (limit->figure != FIGURE_HITS || !input->uncounted[limit->subject])
		return false;
	complain(bench->check, !limit->optional, limit->source,
		 "judged nothing of %s: its executions were not counted: %s", input->key,
		 input->uncounted[limit->subject]);
	return true;
}

static int judge_limits(struct bench *bench)
{
	const struct gate *gate = bench->check->options->gate;
	const struct input *first = bench->program->inputs;
	int error = 0;

	for (size_t i = 0; !error && i < gate->limit_count; i++) {
		const struct limit *limit = &gate->limits[i];
		struct judged judged = {0};

		if (!gate_limit_holds(gate, i, first->key) ||
		    (first->by_name && gate_is_general(limit->program)) ||
		    !find_judged(bench, limit, &judged) || is_uncounted(bench, limit, judged.input))
			continue;
		struct verdict verdict = judge_limit(bench->check, limit, &judged);
		if (is_vague(&verdict))
			complain_of_vague(bench->check, limit, first->key, &verdict,
					  judged.input->sample_bytes);
		else
			error = add(bench, verdict, limit->subject, judged.input);
	}
	return error;
}

static int judge_subject(struct bench *bench, size_t subject)
{
	const struct gate *gate = bench->check->options->gate;
	const char *key = bench->program->inputs->key;
	struct verdict verdict;
	int error = 0;

	for (enum figure figure = 0; !error && figure < FIGURES_JUDGED; figure++) {
		if (figure_infos[figure].advisory ||
		    (subject > 0 && !gate_compares(gate, key, subject, figure)))
			continue;
		struct judged judged =
			judged_figure(bench->program, subject, figure, bench->check->options->repeat_figure);
		if (judge_against(bench->check, key, subject, figure, &judged, &verdict))
			error = add(bench, verdict, subject, judged.input);
	}
	return error;
}

/* An older mprof may have written it, or a hand: what it lacks is not compared, and is named. */
static void note_missing_totals(struct bench *bench)
{
	struct check *check = bench->check;
	const char *key = bench->program->inputs->key, *names = "";
	uint64_t low, high;

	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
		if (!figure_infos[figure].advisory &&
		    !baseline_total(check->baseline, key, figure, &low, &high))
			names = check_string(check, "%s%s%s", names, *names ? ", " : "",
					     figure_infos[figure].name);
	if (*names)
		complain(check, false, check->options->gate->baseline_path,
			 "has no %s of %s, which is not compared; --update-baseline puts it in", names, key);
}

static int judge_baseline(struct bench *bench)
{
	const struct gate *gate = bench->check->options->gate;
	int error = 0;

	if (!gate->baseline_path || bench->check->options->update || bench->program->count == 0 ||
	    (bench->program->inputs->by_name && !gate_compares_by_name(gate, bench->program->inputs->key)))
		return 0;
	if (!baseline_has(bench->check->baseline, bench->program->inputs->key)) {
		struct verdict none = {.outcome = OUTCOME_NO_BASELINE,
				       .figure = FIGURE_PEAK,
				       .against_baseline = true,
				       .source = gate->baseline_path,
				       .value = bench->program->inputs->tallies[0].of[FIGURE_PEAK],
				       .bound_share = -1};
		return add(bench, none, 0, bench->program->inputs);
	}
	if (!sampled_like_baseline(bench->check, bench->program))
		return 0;
	note_missing_totals(bench);
	for (size_t subject = 0; !error && subject < gate->subject_count; subject++)
		if (subject == 0 || gate->subjects[subject].own)
			error = judge_subject(bench, subject);
	return error;
}

static const char *problem_of(const struct program *program)
{
	for (size_t i = 0; i < program->count; i++)
		if (program->inputs[i].problem)
			return program->inputs[i].problem;
	return NULL;
}

static void fill_values(const struct program *program, enum repeat_figure which, struct checked_program *out)
{
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++) {
		struct judged judged = judged_figure(program, 0, figure, which);

		out->value[figure] = judged.value;
		out->low[figure] = judged.low;
		out->high[figure] = judged.high;
		if (figure == FIGURE_PEAK) {
			out->trace = judged.input->path;
			out->duration_ns = judged.input->duration_ns;
			out->note = judged.input->note;
			out->sample_bytes = judged.input->sample_bytes;
		}
	}
}

/* A baseline of one run knows no range; nor does one of several that were all the same. */
static bool knows_no_range(const struct check *check, const char *key)
{
	uint64_t low, high;

	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
		if (baseline_total(check->baseline, key, figure, &low, &high) && low != high)
			return false;
	return true;
}

/* Threads take turns as they please. */
static void note_threads(struct check *check, const struct program *program, struct checked_program *out)
{
	size_t threads = program->inputs->thread_count;
	const char *note;
	bool failed = false;

	for (size_t i = 0; i < out->verdict_count; i++)
		failed |= out->verdicts[i].against_baseline && out->verdicts[i].outcome == OUTCOME_FAILED;
	if (!failed || threads < 2 || !knows_no_range(check, out->key))
		return;
	note = check_string(check,
			    "it has %zu threads, and its baseline no range: if its figures vary, give "
			    "--repeat 5 to the run of the baseline as to this one",
			    threads);
	out->note = out->note ? check_string(check, "%s; %s", out->note, note) : note;
}

int judge_program(struct check *check, const struct program *program, struct checked_program *out,
		  struct diagnostic *diagnostic)
{
	const struct gate *gate = check->options->gate;
	size_t most = gate->limit_count + gate->subject_count * FIGURES_JUDGED;
	struct bench bench = {check, program, check_alloc(check, most, sizeof(struct verdict)), 0,
			      diagnostic};
	const struct program told = {program->inputs,
				     program->count ? program->count : program->partial_count, 0};
	int error;

	*out = (struct checked_program){
		.key = program->inputs->key,
		.error = problem_of(program),
		.run_count = count_runs(&told),
		.process_count = count_processes(&told),
	};
	fill_values(&told, check->options->repeat_figure, out);
	note_suppressed(check, &told, out);
	if (out->error)
		return 0;
	error = judge_limits(&bench);
	if (!error)
		error = judge_baseline(&bench);
	out->verdicts = bench.verdicts;
	out->verdict_count = bench.count;
	note_threads(check, program, out);
	return error;
}
