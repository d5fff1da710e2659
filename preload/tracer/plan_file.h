/*
 * plan_file.h - a plan, mapped and found to be one.
 *
 * States and counters are shared with the file, the rest is read.
 */
#ifndef MPROF_PRELOAD_TRACER_PLAN_FILE_H
#define MPROF_PRELOAD_TRACER_PLAN_FILE_H

#include "trace/plan.h"

#include <stdbool.h>
#include <stddef.h>

struct plan_file {
	const struct plan_header *header;
	const struct plan_module *modules;
	const struct plan_function *functions;
	const struct plan_row *rows;
	const struct plan_site *sites;
	const struct plan_instruction *instructions;
	uint32_t *states; /* enum plan_state, by module */
	struct plan_count *counts;
	size_t bytes;
	uint32_t sites_before, rows_before, functions_before; /* of other plans: what numbers begin with */
	/* Those of states and counters, with what shares the first of them; mapped apart. */
	void *shared_pages;
	size_t shared_pages_bytes;
};

/* 0, or -errno; *refusal says why where it is no error of the system's. */
int plan_file_open(struct plan_file *plan, const char *path, const char **refusal);

/* Writes the plan to a new file, with the states and counters that it has by now, which are shared with that
 * file from then on, where they were.  0, or -errno: they are as before. */
int plan_file_move(const struct plan_file *plan, const char *path);

void plan_file_close(struct plan_file *plan);

/* What is wrong with a plan of so many bytes in memory; NULL if nothing is.  Fills in the tables. */
const char *plan_file_check(struct plan_file *plan, const void *bytes, size_t count);

#endif
