/*
 * leftovers.h - sessions that nobody will finish: the process is dead, and so is its drainer.
 *
 * Shared memory would keep them until the machine stops.  So a drainer that is done with its own session
 * looks for others beside it.
 */
#ifndef MPROF_REPORTER_DRAIN_LEFTOVERS_H
#define MPROF_REPORTER_DRAIN_LEFTOVERS_H

/* Finishes the traces of what is left in this session's folder by recordings of the same user, or removes it
 * if the trace is gone.  Of several who do that the session's lock lets one.  Says nothing. */
void leftovers_finish(const char *session_path);

#endif
