/*
 * spawn.h - starting the drainer so that neither the host nor who watches it ever meets it.
 */
#ifndef MPROF_PRELOAD_SESSION_SPAWN_H
#define MPROF_PRELOAD_SESSION_SPAWN_H

/*
 * Runs `program session_path` as a process that is not the caller's child to wait for: no
 * SIGCHLD, not seen by wait or a tracer, in a session of its own, with none of the caller's
 * descriptors, in directory "/", with an empty environment, no more urgent than an ordinary
 * program, and on other processors than a pinned caller's.  Both paths are absolute.  All signals
 * are blocked by the caller.  Returns its pid, or -errno of the step that failed; a program that
 * fails behind its exec is noticed by its heart not beating.  No allocation, no locks.
 *
 * The first process of a pid namespace is the exception: it has a child then, which a wait with __WALL or
 * __WCLONE sees, and no other.
 */
int spawn_drainer(const char *program, const char *session_path);

#endif
