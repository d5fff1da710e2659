/*
 * check.h - judges the traces of programs by a gate.
 *
 * Traces are read one after the other and not kept: a passing gate without function limits looks up no name.
 * Not thread-safe.
 */
#ifndef MPROF_REPORTER_GATE_CHECK_H
#define MPROF_REPORTER_GATE_CHECK_H

#include "gate/check_options.h"
#include "gate/verdict.h"

struct check;

/* options are borrowed until check_destroy.  0, or -errno with a diagnostic and *out NULL. */
int check_create(const struct check_options *options, struct check **out, struct diagnostic *diagnostic);
void check_destroy(struct check *check); /* NULL is fine */

/*
 * Takes a trace's figures.  Of traces of one program in one run (its worker processes) the greatest figures
 * count; of several runs those that repeat_figure says.  One that cannot be read becomes a complaint of the
 * result. 0, or -errno with a diagnostic.
 */
int check_add(struct check *check, const char *path, size_t run, struct diagnostic *diagnostic);

/* Judges, and updates the baseline where asked to.  *out is valid until check_destroy.  0, or -errno with a
 * diagnostic: there is no verdict. */
int check_judge(struct check *check, const struct check_result **out, struct diagnostic *diagnostic);

#endif
