/*
 * run_series.c - see run_series.h.
 *
 * Each process is a list of steps; those of all, by time, are gone through twice: first to find which
 * programs held most, then to write down the points.
 */
#include "profile/run_series.h"

#include "base/memory.h"
#include "base/strings.h"
#include "profile/private.h"
#include "profile/run.h"
#include "profile/series.h"

#include <stdlib.h>
#include <string.h>

/* What a program's heap, in one of its processes, becomes more or less by. */
struct step {
	uint64_t time_ns;
	int64_t bytes;
	uint32_t program;
};

struct program {
	const char *name;
	size_t process_count;
	uint64_t bytes, greatest_bytes;
	uint32_t part; /* its index + 1; 0: it is of the rest */
};

struct run_steps {
	struct strings names;
	struct program *programs;
	size_t program_count, program_capacity;
	struct step *list;
	size_t count, capacity;
	size_t process_count;
	uint64_t began_realtime_ns, end_ns;
};

struct run_steps *run_steps_create(void)
{
	return memory_zeroed(1, sizeof(struct run_steps));
}

void run_steps_destroy(struct run_steps *steps)
{
	if (!steps)
		return;
	strings_finish(&steps->names);
	free(steps->programs);
	free(steps->list);
	free(steps);
}

/* ---- processes ---------------------------------------------------------------------------------- */

static uint32_t find_program(struct run_steps *steps, const char *name)
{
	for (uint32_t i = 0; i < steps->program_count; i++)
		if (strcmp(steps->programs[i].name, name) == 0)
			return i;
	steps->programs = pool_grow(steps->programs, &steps->program_capacity, steps->program_count + 1,
				    sizeof(*steps->programs));
	steps->programs[steps->program_count] = (struct program){.name = strings_intern(&steps->names, name)};
	return (uint32_t)steps->program_count++;
}

static void add_step(struct run_steps *steps, uint32_t program, uint64_t time_ns, uint64_t before,
		     uint64_t after)
{
	if (before == after)
		return;
	steps->list = pool_grow(steps->list, &steps->capacity, steps->count + 1, sizeof(*steps->list));
	steps->list[steps->count++] = (struct step){time_ns, (int64_t)(after - before), program};
}

int run_steps_add(struct run_steps *steps, struct profile *profile, struct diagnostic *diagnostic)
{
	const struct overview *overview = profile_overview(profile, false);
	struct series series;
	uint64_t offset_ns, before = 0, end_ns;
	uint32_t program;
	int error = profile_series(profile, GROUP_PATH, 0, &series, diagnostic);

	if (error)
		return error;
	if (steps->process_count++ == 0)
		steps->began_realtime_ns = overview->started_realtime_ns;
	/* A clock that was set back meanwhile makes none begin before the first. */
	offset_ns = overview->started_realtime_ns > steps->began_realtime_ns
			    ? overview->started_realtime_ns - steps->began_realtime_ns
			    : 0;
	program = find_program(steps, profile_program(profile));
	steps->programs[program].process_count++;
	for (size_t i = 0; i < series.count; i++) {
		add_step(steps, program, offset_ns + series.time_ns[i], before, series.heap_bytes[i]);
		before = series.heap_bytes[i];
	}
	end_ns = series.time_ns[series.count - 1];
	end_ns = offset_ns + (overview->duration_ns > end_ns ? overview->duration_ns : end_ns);
	add_step(steps, program, end_ns, before, 0);
	steps->end_ns = end_ns > steps->end_ns ? end_ns : steps->end_ns;
	return 0;
}

/* ---- which programs ------------------------------------------------------------------------------- */

/* At one time those that grow come first, so that no sum on the way is below nought. */
static int by_time(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return (a->bytes < b->bytes) - (a->bytes > b->bytes);
}

static void find_greatest(struct run_steps *steps)
{
	for (size_t i = 0; i < steps->program_count; i++)
		steps->programs[i].bytes = steps->programs[i].greatest_bytes = steps->programs[i].part = 0;
	for (size_t i = 0; i < steps->count; i++) {
		struct program *program = &steps->programs[steps->list[i].program];

		program->bytes += (uint64_t)steps->list[i].bytes;
		if (program->bytes > program->greatest_bytes)
			program->greatest_bytes = program->bytes;
	}
}

static int by_greatest(const void *left, const void *right, void *programs)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	uint64_t x = ((const struct program *)programs)[a].greatest_bytes;
	uint64_t y = ((const struct program *)programs)[b].greatest_bytes;

	return x != y ? (x > y ? -1 : 1) : a < b ? -1 : a > b;
}

static size_t count_holding(const struct run_steps *steps)
{
	size_t count = 0;

	for (size_t i = 0; i < steps->program_count; i++)
		count += steps->programs[i].greatest_bytes > 0;
	return count;
}

static size_t choose(struct run_steps *steps, size_t most, struct pool *pool, struct run_series_part *parts)
{
	uint32_t *order = memory_zeroed(steps->program_count, sizeof(*order));
	size_t count = 0;

	for (uint32_t i = 0; i < steps->program_count; i++)
		order[i] = i;
	qsort_r(order, steps->program_count, sizeof(*order), by_greatest, steps->programs);
	for (; count < most && count < steps->program_count; count++) {
		struct program *program = &steps->programs[order[count]];

		if (program->greatest_bytes == 0)
			break;
		program->part = (uint32_t)count + 1;
		parts[count] = (struct run_series_part){pool_format(pool, "%s", program->name), NULL,
							program->greatest_bytes, program->process_count};
	}
	free(order);
	return count;
}

/* ---- points ----------------------------------------------------------------------------------------- */

struct writing {
	uint64_t *time_ns, *heap_bytes, *rest_bytes;
	uint64_t **parts;
	uint64_t *highest; /* of the parts, the rest and the sum: where the sum was highest, in this part of
			      the time */
	size_t part_count, count;
	uint64_t highest_ns;
};

/* What a point has: its parts, the rest, and the sum. */
static void take(const struct run_steps *steps, const struct writing *writing, uint64_t *values)
{
	size_t count = writing->part_count;

	memset(values, 0, (count + 2) * sizeof(*values));
	for (size_t i = 0; i < steps->program_count; i++) {
		const struct program *program = &steps->programs[i];

		values[program->part > 0 ? program->part - 1 : count] += program->bytes;
		values[count + 1] += program->bytes;
	}
}

static void put(struct writing *writing, uint64_t time_ns, const uint64_t *values)
{
	size_t at = writing->count++;

	for (size_t i = 0; i < writing->part_count; i++)
		writing->parts[i][at] = values[i];
	writing->rest_bytes[at] = values[writing->part_count];
	writing->heap_bytes[at] = values[writing->part_count + 1];
	writing->time_ns[at] = time_ns;
}

/* The three points of a small part of the time, from its first step on.  Returns the first step behind it. */
static size_t write_part_of_time(struct run_steps *steps, struct writing *writing, size_t first,
				 uint64_t last_ns)
{
	uint64_t *now = writing->highest + writing->part_count + 2;
	size_t i = first;

	take(steps, writing, writing->highest);
	put(writing, steps->list[first].time_ns, writing->highest);
	writing->highest_ns = steps->list[first].time_ns;
	for (; i < steps->count && steps->list[i].time_ns <= last_ns; i++) {
		const struct step *step = &steps->list[i];
		bool last_of_time = i + 1 == steps->count || steps->list[i + 1].time_ns > step->time_ns;

		steps->programs[step->program].bytes += (uint64_t)step->bytes;
		if (!last_of_time)
			continue;
		take(steps, writing, now);
		if (now[writing->part_count + 1] > writing->highest[writing->part_count + 1]) {
			memcpy(writing->highest, now, (writing->part_count + 2) * sizeof(*now));
			writing->highest_ns = step->time_ns;
		}
	}
	put(writing, writing->highest_ns, writing->highest);
	put(writing, steps->list[i - 1].time_ns, now);
	return i;
}

static void write_points(struct run_steps *steps, struct writing *writing)
{
	uint64_t width_ns = steps->end_ns / (RUN_SERIES_POINTS / 3 - 1) + 1;

	for (size_t i = 0; i < steps->program_count; i++)
		steps->programs[i].bytes = 0;
	for (size_t i = 0; i < steps->count;)
		i = write_part_of_time(steps, writing, i,
				       (steps->list[i].time_ns / width_ns + 1) * width_ns - 1);
}

static uint64_t *numbers(struct pool *pool)
{
	return pool_alloc(pool, RUN_SERIES_POINTS * sizeof(uint64_t));
}

void run_steps_sum(struct run_steps *steps, size_t most, struct pool *pool, struct run_series *out)
{
	struct run_series_part *parts = pool_alloc(pool, (most + 1) * sizeof(*parts));
	struct writing writing = {
		.time_ns = numbers(pool), .heap_bytes = numbers(pool), .rest_bytes = numbers(pool)};

	if (steps->count > 0)
		qsort(steps->list, steps->count, sizeof(*steps->list), by_time);
	find_greatest(steps);
	writing.part_count = choose(steps, most, pool, parts);
	writing.parts = memory_zeroed(writing.part_count, sizeof(*writing.parts));
	writing.highest = memory_zeroed(2 * (writing.part_count + 2), sizeof(*writing.highest));
	for (size_t i = 0; i < writing.part_count; i++)
		parts[i].bytes = writing.parts[i] = numbers(pool);
	write_points(steps, &writing);
	free(writing.parts);
	free(writing.highest);
	*out = (struct run_series){.count = writing.count,
				   .time_ns = writing.time_ns,
				   .heap_bytes = writing.heap_bytes,
				   .parts = parts,
				   .part_count = writing.part_count,
				   .rest_bytes = writing.rest_bytes,
				   .rest_programs = count_holding(steps) - writing.part_count,
				   .process_count = steps->process_count,
				   .end_ns = steps->end_ns};
}
