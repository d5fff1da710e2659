/*
 * runs.c - one figure of a program over all of its runs.
 */
#include "gate/private.h"

/* Of one run: the trace with the greatest figure. */
const struct input *greatest_of_run(const struct program *program, size_t begin, size_t end, size_t subject,
				    enum figure figure)
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

size_t count_processes(const struct program *program)
{
	size_t most = 0, end;

	for (size_t begin = 0; begin < program->count; begin = end) {
		end = end_of_run(program, begin);
		most = end - begin > most ? end - begin : most;
	}
	return most;
}

size_t count_runs(const struct program *program)
{
	size_t count = 0;

	for (size_t begin = 0; begin < program->count; begin = end_of_run(program, begin))
		count++;
	return count;
}

/* The rank of the run that is judged. */
static size_t wanted_rank(const struct program *program, enum repeat_figure which)
{
	size_t greatest = count_runs(program) - 1;

	return which == REPEAT_MAX ? greatest : which == REPEAT_MEDIAN ? greatest / 2 : 0;
}

struct judged judged_figure(const struct program *program, size_t subject, enum figure figure,
			    enum repeat_figure which)
{
	struct judged judged = {.input = program->inputs, .low = UINT64_MAX};
	size_t wanted = wanted_rank(program, which), end;

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
