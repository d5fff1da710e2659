/*
 * exit_status.h - how a process that is not our child ended, as far as the kernel tells.
 */
#ifndef MPROF_REPORTER_DRAIN_EXIT_STATUS_H
#define MPROF_REPORTER_DRAIN_EXIT_STATUS_H

#include "drain/watch.h"

/*
 * Of a process that has ended: whether its status is known, which *status then is, as wait() has it.  A
 * zombie has it in /proc; of one that was waited for, the pidfd has it, since Linux 6.15.
 */
bool exit_status_find(const struct watch *watch, int *status);

#endif
