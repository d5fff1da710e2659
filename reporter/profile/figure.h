/*
 * figure.h - the figures of memory by name, each with its unit, its error and where it is kept: figure.def is
 * the list.
 */
#ifndef MPROF_REPORTER_PROFILE_FIGURE_H
#define MPROF_REPORTER_PROFILE_FIGURE_H

#include "profile/amounts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIGURE(id, ...) FIGURE_##id,
enum figure {
#include "profile/figure.def"
	FIGURE_COUNT,
	FIGURES_JUDGED = FIGURE_RSS + 1,   /* by gates: those below */
	FIGURES_LIMITED = FIGURE_HITS + 1, /* by limits; HITS of lines and functions only */
};
#undef FIGURE

struct figure_info {
	const char *name;             /* in options, gate files, baselines and JSON: "peak" */
	const char *title, *table;    /* for people: "peak heap", and the title of a table ordered by it */
	size_t amount, blocks, vague; /* offsets in struct amounts; NO_AMOUNT: not among them */
	bool bytes;                   /* in bytes; else a number of blocks or collections */
	bool of_end, advisory, exact, sorts; /* see figure.def */
	uint64_t floor;
};

#define NO_AMOUNT SIZE_MAX

extern const struct figure_info figure_infos[FIGURE_COUNT];

/* By name, '-' and '_' alike; FIGURE_COUNT if there is none. */
enum figure figure_find(const char *name);

/* Of some call paths; 0 of what whole processes only have. */
uint64_t figure_of(const struct amounts *amounts, enum figure figure);

/* The number of blocks behind it. */
uint64_t figure_blocks(const struct amounts *amounts, enum figure figure);

/* How many of its bytes are vague (figures/weight.h). */
uint64_t figure_vague(const struct amounts *amounts, enum figure figure);

/* Half the width, in bytes, of an interval that holds the true sum in 95 of 100 cases; 0 unless blocks were
 * sampled, or if the figure is no sum of bytes. */
uint64_t figure_error(const struct amounts *amounts, enum figure figure, uint64_t sample_bytes);

/* The names of those that order call sites, for people: "peak, leaked or kept". */
void figure_names(char *text, size_t text_bytes);

#endif
