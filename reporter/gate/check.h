/*
 * check.h - judges the traces of programs by a gate.
 *
 * Traces are read one after the other and not kept: a passing gate without function limits looks up no name.
 * Not thread-safe.
 */
#ifndef MPROF_REPORTER_GATE_CHECK_H
#define MPROF_REPORTER_GATE_CHECK_H

#include "gate/gate.h"
#include "gate/verdict.h"

/* Which of several runs a figure is judged by: unless told otherwise by the least, but a limit of what leaks
 * by the greatest, since a leak of some runs is one. */
enum repeat_figure { REPEAT_DEFAULT, REPEAT_MIN, REPEAT_MEDIAN, REPEAT_MAX };

struct check_options {
	const struct gate *gate;
	const struct profile_options *profile; /* symbols and progress */
	const char *name; /* of the program, for its key; NULL: derived from each trace */
	const int
		*pids; /* by run, the process that was started, whose name it is; NULL: all have that name */
	enum repeat_figure repeat_figure;
	bool allow_idle; /* limits that judge nothing are told, and pass */
	bool whole;      /* several traces are judged, or a folder's: none was left out on purpose */
	bool update;     /* put what is measured into the baseline, and do not compare with it */
	const char *update_command;
	const char *record_command; /* makes the traces again, here; NULL: they stay where they are */
	bool fleeting; /* with such a command: even those of a check that fails go in the end, with the job */
};

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
