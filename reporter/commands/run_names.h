/*
 * run_names.h - names for the recordings that a run has left.
 */
#ifndef MPROF_REPORTER_COMMANDS_RUN_NAMES_H
#define MPROF_REPORTER_COMMANDS_RUN_NAMES_H

#include "recordings/traces.h"

/* Adds names to a run's recordings, that of the program which would be reported first: as many as can be had
 * in about a second, so that a run of a thousand programs does not last much longer.  The others get theirs
 * from their first reports. */
void run_names_add(const struct trace_list *traces);

#endif
