/*
 * first_event.h - what the recorder needs of who wires it to all else.
 *
 * A process's first event starts its recording, and that takes rooms which know this one: so start.c has it,
 * and tests have doubles.
 */
#ifndef MPROF_PRELOAD_RECORD_FIRST_EVENT_H
#define MPROF_PRELOAD_RECORD_FIRST_EVENT_H

#include <stdbool.h>

struct process;

/* Makes sure that this process is being recorded: creates session and trace, starts the
 * drainer, once; threads that come meanwhile wait.  False where recording is off, for a
 * reason that was said on stderr.  Signals are blocked by the caller; errno is not kept. */
bool session_ensure(struct process *process);

#endif
