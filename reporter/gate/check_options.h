/*
 * check_options.h - how traces are to be judged.
 */
#ifndef MPROF_REPORTER_GATE_CHECK_OPTIONS_H
#define MPROF_REPORTER_GATE_CHECK_OPTIONS_H

#include "gate/gate.h"

#include <stdbool.h>

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

#endif
