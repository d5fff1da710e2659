/*
 * baseline.h - the figures that programs are compared with: a file of sorted JSON, under version control.
 *
 * {"version": 1, "programs": {KEY: {"totals": {FIGURE: N or [LOW, HIGH]}, "functions": {NAME: {FIGURE: N}},
 *                                   "wrappers": [NAME], "sample_bytes": N}}}
 *
 * Functions by name, of what their own lines asked for: they stay where they are when lines move and files
 * are renamed.  Zeros, and what is below its floor, are left out.  Wrappers are functions whose callers have
 * their figures instead: one more caller must not move figures from one function to others.  Figures of a
 * sampled recording are estimates, for one byte in "sample_bytes".
 */
#ifndef MPROF_REPORTER_GATE_BASELINE_H
#define MPROF_REPORTER_GATE_BASELINE_H

#include "gate/gate.h"

#include <jansson.h>

/* *out becomes the checked content, the caller's to json_decref().  -ENOENT if there is no file; -EINVAL with
 * a diagnostic that names file, line and reason. */
int baseline_read(const char *path, json_t **out, struct diagnostic *diagnostic);

/* NULL is fine in all of these: it has no programs. */
bool baseline_has(const json_t *baseline, const char *key);

/* Of the recording that the figures are of; 0: nothing was left out. */
uint64_t baseline_sample_bytes(const json_t *baseline, const char *key);
/* Calls for each program's key, in the file's order. */
void baseline_programs(json_t *baseline, void (*see)(void *context, const char *key), void *context);

/* False if the program has no such total. */
bool baseline_total(const json_t *baseline, const char *key, enum figure figure, uint64_t *low,
		    uint64_t *high);

/* Of one function, and of all that a selection has; 0 if there are none. */
uint64_t baseline_function(const json_t *baseline, const char *key, const char *function, enum figure figure);
uint64_t baseline_functions(const json_t *baseline, const char *key, const struct selection *selection,
			    enum figure figure);

/* Whether a function was taken for a wrapper: 1 it was, 0 it was not; -1 nothing is said of it. */
int baseline_wrapper(const json_t *baseline, const char *key, const char *function);

/* To make a program's entry.  NULL and false: out of memory. */
json_t *baseline_entry_create(uint64_t sample_bytes);
bool baseline_entry_total(json_t *entry, enum figure figure, uint64_t low, uint64_t high);
bool baseline_entry_function(json_t *entry, const char *function, enum figure figure, uint64_t value);
bool baseline_entry_wrapper(json_t *entry, const char *function);

/*
 * Puts entries (an object by program key) into the file, in the place of those of the same key; others stay.
 * The file is read again, and replaced as a whole, while its folder is locked: of updates at the same time
 * none is lost, and one that is interrupted changes nothing.  A malformed file is left as it is, with
 * -EINVAL.
 */
int baseline_update(const char *path, json_t *entries, struct diagnostic *diagnostic);

#endif
