/*
 * hand_made.h - results of checks that no judge made: every outcome, with plain names and with hostile ones.
 */
#ifndef MPROF_TESTS_FORMATS_HAND_MADE_H
#define MPROF_TESTS_FORMATS_HAND_MADE_H

#include "gate/verdict.h"

/* A program of each of these names has it as key, function, file, pattern, source and error, too. */
extern const char *const hostile_names[];
extern const size_t hostile_count;

/*
 * "plain": one program with every outcome, with call paths; one that could not be judged; a limit that judged
 * nothing, and one that was let pass.
 * "hostile": the same of each hostile name.
 * "many": 25 programs with every outcome each.
 * "empty": nothing.
 * NULL for other names.  The result lasts until the next call.
 */
const struct check_result *hand_made(const char *name);

#endif
