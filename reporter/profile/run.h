/*
 * run.h - figures of all recordings of a run, which are read one after the other: what is kept of each is
 * what it adds to the sums.
 */
#ifndef MPROF_REPORTER_PROFILE_RUN_H
#define MPROF_REPORTER_PROFILE_RUN_H

#include "profile/filter.h"

/* Opens another recording in the same way, of which the same call paths are asked for.  As profile_open. */
int profile_open_like(const struct profile *like, const struct filter *filter, const char *path,
		      struct profile **out, struct diagnostic *diagnostic);

/* The figures of all call paths that pass the filter, as they are shown. */
struct amounts profile_passing(struct profile *profile);

/* The name of the program that was recorded: its file's, or if it has none what it was called. */
const char *profile_program(const struct profile *profile);

/* A call site of one program, in all of its processes. */
struct run_site {
	const char *program;
	struct site site;        /* amounts: sums of all processes */
	struct amounts greatest; /* each figure's greatest of any process */
	size_t process_count;
};

struct run_sums;

struct run_sums *run_sums_create(void);
void run_sums_destroy(struct run_sums *sums);

/* Adds a recording, which may be closed then. */
void run_sums_add(struct run_sums *sums, struct profile *profile);

/* Of a run the sum of a figure, but of the peak the greatest of any process: peaks of several processes were
 * not at one time. */
uint64_t run_figure(const struct run_site *site, enum figure figure);

/* The call sites that have a figure, those with most of another, or the same, first; they live as long as the
 * sums. */
const struct run_site *run_sums_sites(struct run_sums *sums, enum figure figure, enum figure order,
				      size_t *count);

#endif
