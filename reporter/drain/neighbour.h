/*
 * neighbour.h - what a process gets from the one that started it, and a drainer must not keep.
 */
#ifndef MPROF_REPORTER_DRAIN_NEIGHBOUR_H
#define MPROF_REPORTER_DRAIN_NEIGHBOUR_H

#include <sys/types.h>

/*
 * Makes the calling process an ordinary one beside the recorded `host`: no more urgent for disks and timers,
 * no better protected from the kernel's want of memory, and, where that is permitted, in the control group of
 * who launched the host.  What cannot be done is left.  The shim has seen to scheduling and processors
 * before.
 */
void neighbour_become(pid_t host);

#endif
