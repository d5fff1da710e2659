/*
 * figure.h - the figures that a gate can judge; the one list of them.
 */
#ifndef MPROF_REPORTER_GATE_FIGURE_H
#define MPROF_REPORTER_GATE_FIGURE_H

#include <stdbool.h>
#include <stdint.h>

enum figure {
	FIGURE_PEAK,
	FIGURE_LEAKED,
	FIGURE_LEAKED_BLOCKS,
	FIGURE_ALLOCATIONS,
	FIGURE_ALLOCATED,
	FIGURE_TEMPORARY,
	FIGURE_COLLECTIONS,
	FIGURE_RSS,
	FIGURE_COUNT,
};

struct figure_info {
	const char *name;  /* in options, gate files, baselines and JSON: "peak" */
	const char *title; /* for people: "peak heap" */
	bool bytes;        /* in bytes; else a number of blocks or collections */
	bool of_end;       /* of what is left at the end; the others can but grow until then */
	bool advisory;     /* differs from run to run: warns, and never fails a gate */
	uint64_t
		floor; /* a rise of no more than this never fails against a baseline, unless told otherwise */
};

extern const struct figure_info figure_infos[FIGURE_COUNT];

/* By name, '-' and '_' alike; FIGURE_COUNT if there is none. */
enum figure figure_find(const char *name);

#endif
