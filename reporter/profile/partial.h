/*
 * partial.h - what is not known where figures are of a part only: of the run, or of its blocks.
 */
#ifndef MPROF_REPORTER_PROFILE_PARTIAL_H
#define MPROF_REPORTER_PROFILE_PARTIAL_H

#include "profile/figure.h"
#include "profile/results.h"

/* Whether figures are of a part only. */
bool partial_is(const struct overview *run);

/* Whether the figure is known of any part of the run; and of what this is of. */
bool partial_tells(enum figure figure);
bool partial_knows(const struct overview *run, enum figure figure);

/* What files for other tools and pages tell of: of these what is known, in this order; how many. */
#define PARTIAL_FIGURES 5u
size_t partial_figures(const struct overview *run, enum figure figures[PARTIAL_FIGURES]);

/* The names of columns of what is not known of it, ending with NULL. */
#define PARTIAL_COLUMNS 16u
void partial_lacks(const struct overview *run, const char *names[PARTIAL_COLUMNS + 1]);

#endif
