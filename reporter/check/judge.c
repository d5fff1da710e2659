/*
 * judge.c - figures against bounds.
 */
#include "check/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- one figure over all runs ------------------------------------------------------------ */

/* Of one run: the trace with the greatest figure. */
static const struct input *greatest_of_run(const struct program *program, size_t begin, size_t end,
					   size_t subject, enum figure figure)
{
	const struct input *best = &program->inputs[begin];

	for (size_t i = begin + 1; i < end; i++)
		if (program->inputs[i].tallies[subject].of[figure] > best->tallies[subject].of[figure])
			best = &program->inputs[i];
	return best;
}

static size_t end_of_run(const struct program *program, size_t begin)
{
	size_t end = begin + 1;

	while (end < program->count && program->inputs[end].run == program->inputs[begin].run)
		end++;
	return end;
}

/* How many runs have a lower value, and how many the same, earlier. */
static size_t rank_of(const struct program *program, uint64_t value, size_t run_begin, size_t subject,
		      enum figure figure)
{
	size_t rank = 0, end;

	for (size_t begin = 0; begin < program->count; begin = end) {
		end = end_of_run(program, begin);
		uint64_t other =
			greatest_of_run(program, begin, end, subject, figure)->tallies[subject].of[figure];
		rank += other < value || (other == value && begin < run_begin);
	}
	return rank;
}

static size_t count_runs(const struct program *program)
{
	size_t count = 0;

	for (size_t begin = 0; begin < program->count; begin = end_of_run(program, begin))
		count++;
	return count;
}

struct judged judged_figure(const struct program *program, size_t subject, enum figure figure, bool median)
{
	struct judged judged = {.input = program->inputs, .low = UINT64_MAX};
	size_t wanted = median ? (count_runs(program) - 1) / 2 : 0, end;

	for (size_t begin = 0; begin < program->count; begin = end) {
		end = end_of_run(program, begin);
		const struct input *input = greatest_of_run(program, begin, end, subject, figure);
		uint64_t value = input->tallies[subject].of[figure];

		judged.low = value < judged.low ? value : judged.low;
		judged.high = value > judged.high ? value : judged.high;
		if (rank_of(program, value, begin, subject, figure) == wanted) {
			judged.input = input;
			judged.value = value;
		}
	}
	return judged;
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
		.bound = bound,
		.bound_share = limit->most.share,
	};
}

/* ---- baseline ------------------------------------------------------------------------------ */

/* Not above the type's end. */
static uint64_t plus(uint64_t value, double more)
{
	return more >= (double)(UINT64_MAX - value) ? UINT64_MAX : value + (uint64_t)more;
}

static uint64_t minus(uint64_t value, double less)
{
	return less >= (double)value ? 0 : value - (uint64_t)less;
}

/* Both margins must be exceeded, so the wider one counts. */
static enum outcome outcome_against(const struct gate *gate, const char *key, size_t subject,
				    struct verdict *verdict)
{
	double tolerance, below;
	uint64_t floor;

	gate_margin(gate, key, subject, verdict->figure, &tolerance, &floor);
	double above = tolerance * (double)verdict->base_high;
	verdict->bound = plus(verdict->base_high, above > (double)floor ? above : (double)floor);
	below = tolerance * (double)verdict->base_low;
	if (verdict->value > verdict->bound)
		return outcome_above(verdict->figure);
	if (verdict->value < minus(verdict->base_low, below > (double)floor ? below : (double)floor))
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
		.bound_share = -1,
	};
	if (!base_of(check, key, subject, figure, verdict))
		return false;
	verdict->outcome = outcome_against(gate, key, subject, verdict);
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
		*judged =
			judged_figure(program, limit->subject, limit->figure, bench->check->options->median);
	if ((program->count > 0 && judged->value > limit->most.number) || !grows(limit) || partial.count == 0)
		return program->count > 0;
	worst = greatest_of_run(&partial, 0, partial.count, limit->subject, limit->figure);
	value = worst->tallies[limit->subject].of[limit->figure];
	if (value <= limit->most.number)
		return program->count > 0;
	*judged = (struct judged){worst, value, value, value};
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
		    !find_judged(bench, limit, &judged))
			continue;
		error = add(bench, judge_limit(bench->check, limit, &judged), limit->subject, judged.input);
	}
	return error;
}

static int judge_subject(struct bench *bench, size_t subject)
{
	const struct gate *gate = bench->check->options->gate;
	const char *key = bench->program->inputs->key;
	struct verdict verdict;
	int error = 0;

	for (enum figure figure = 0; !error && figure < FIGURE_COUNT; figure++) {
		if (figure_infos[figure].advisory ||
		    (subject > 0 && !gate_compares(gate, key, subject, figure)))
			continue;
		struct judged judged =
			judged_figure(bench->program, subject, figure, bench->check->options->median);
		if (judge_against(bench->check, key, subject, figure, &judged, &verdict))
			error = add(bench, verdict, subject, judged.input);
	}
	return error;
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

static void fill_values(const struct program *program, bool median, struct checked_program *out)
{
	for (enum figure figure = 0; figure < FIGURE_COUNT; figure++) {
		struct judged judged = judged_figure(program, 0, figure, median);

		out->value[figure] = judged.value;
		out->low[figure] = judged.low;
		out->high[figure] = judged.high;
		if (figure == FIGURE_PEAK) {
			out->trace = judged.input->path;
			out->duration_ns = judged.input->duration_ns;
			out->note = judged.input->note;
		}
	}
}

int judge_program(struct check *check, const struct program *program, struct checked_program *out,
		  struct diagnostic *diagnostic)
{
	const struct gate *gate = check->options->gate;
	size_t most = gate->limit_count + gate->subject_count * FIGURE_COUNT;
	struct bench bench = {check, program, check_alloc(check, most, sizeof(struct verdict)), 0,
			      diagnostic};
	const struct program told = {program->inputs,
				     program->count ? program->count : program->partial_count, 0};
	int error;

	*out = (struct checked_program){
		.key = program->inputs->key,
		.error = problem_of(program),
		.run_count = count_runs(&told),
	};
	fill_values(&told, check->options->median, out);
	if (out->error)
		return 0;
	error = judge_limits(&bench);
	if (!error)
		error = judge_baseline(&bench);
	out->verdicts = bench.verdicts;
	out->verdict_count = bench.count;
	return error;
}
