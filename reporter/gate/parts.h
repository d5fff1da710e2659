/*
 * parts.h - who has part in a figure: functions, their greatest line, and its greatest call path.
 */
#ifndef MPROF_REPORTER_GATE_PARTS_H
#define MPROF_REPORTER_GATE_PARTS_H

#include "profile/figure.h"
#include "profile/measure.h"

/* All functions of one name, by what their own lines asked for. */
struct part {
	const char *name;
	uint64_t value;
	const struct measured_path *path;  /* the greatest one of the greatest line */
	const struct measured_path *paths; /* all of them */
	size_t path_count;
};

/* Sorts the paths and sums them up by function name: parts with a value above 0, by name.  The array is the
 * caller's to free(), and points into the paths.  NULL with errno ENOMEM. */
struct part *parts_create(struct measured_path *paths, size_t path_count, enum figure figure, size_t *count);

/* Of code without symbols, which is one part by the name of its module: each function by itself, in `out`,
 * which has room for as many as the part has paths.  How many they are; 0 if the part has a name of its own.
 */
size_t parts_split(const struct part *part, enum figure figure, struct part *out);

#endif
