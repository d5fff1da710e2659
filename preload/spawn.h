/*
 * spawn.h - starting the drainer so that the host never meets it.
 */
#ifndef MPROF_PRELOAD_SPAWN_H
#define MPROF_PRELOAD_SPAWN_H

/*
 * Runs `program session_path` as a process that is not the caller's child to wait for: no
 * SIGCHLD, not seen by wait, in a session of its own, with none of the caller's descriptors,
 * in directory "/", without LD_PRELOAD.  Both paths are absolute.  All signals are blocked by
 * the caller.  Returns 0, or the errno of the step that failed; a program that cannot be
 * executed is noticed by its heart not beating.  No allocation, no locks.
 */
int spawn_drainer(const char *program, const char *session_path);

#endif
