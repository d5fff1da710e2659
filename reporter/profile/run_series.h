/*
 * run_series.h - the heap of all processes of a run over time, summed, and each program's part in it.
 */
#ifndef MPROF_REPORTER_PROFILE_RUN_SERIES_H
#define MPROF_REPORTER_PROFILE_RUN_SERIES_H

#include "base/diagnostic.h"
#include "base/pool.h"

#include <stddef.h>
#include <stdint.h>

struct profile;

/* All processes of one program. */
struct run_series_part {
	const char *program;
	const uint64_t *bytes; /* at each point */
	uint64_t greatest_bytes;
	size_t process_count;
};

/* Each process counts as what it held at the last of its own points (series.h), and from its end on nothing.
 * Of each small part of the time in which anything changes there are three points: before, where the sum was
 * highest, and after; at most RUN_SERIES_POINTS in all. */
struct run_series {
	size_t count;
	const uint64_t *time_ns; /* since the first process began */
	const uint64_t *heap_bytes;
	const struct run_series_part *parts; /* greatest first */
	size_t part_count;
	const uint64_t *rest_bytes; /* of all other programs */
	size_t rest_programs;       /* how many these are that ever had a block */
	size_t process_count;       /* recordings: what a process was before exec is one of its own */
	uint64_t end_ns;            /* of the last process */
};

#define RUN_SERIES_POINTS 3000

struct run_steps;

struct run_steps *run_steps_create(void);
void run_steps_destroy(struct run_steps *steps);

/* Adds a process, whose profile may be closed then: what passes its filter.  The first that is added is the
 * one that all times are since.  0, or -errno as profile_series. */
int run_steps_add(struct run_steps *steps, struct profile *profile, struct diagnostic *diagnostic);

/* At most `most` parts; all of it is the pool's, names too.  O(steps x programs) at worst, where each step is
 * the highest so far. */
void run_steps_sum(struct run_steps *steps, size_t most, struct pool *pool, struct run_series *out);

#endif
