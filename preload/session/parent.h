/*
 * parent.h - finding the recordings that a process comes from, by pid.
 *
 * A session file's name carries the pid, so a program finds its recorded parent, or the
 * recorded program that it replaced, without anything in its environment.
 */
#ifndef MPROF_PRELOAD_SESSION_PARENT_H
#define MPROF_PRELOAD_SESSION_PARENT_H

#include "facts.h"

#include <stdbool.h>
#include <stdint.h>

#define SESSIONS_DIRECTORY "/dev/shm" /* where they lie, and are looked for */

/* DIRECTORY/mprof.UID.PID.NUMBER, with a dot before it if it is to be hidden. */
void parent_session_path(char path[SESSION_PATH_BYTES], const char *directory, bool hidden, unsigned long pid,
			 unsigned long number);

/* Maps the header of the running session of a process, to be unmapped by the caller; NULL if there is none.
 */
struct session_header *parent_map_session(const char *directory, unsigned long pid);

/* Fills facts->parent_trace_path, "" if there is none; marks a session of this very process
 * as replaced. */
void parent_find(struct files_facts *facts, const char *directory);

/* Whether this process comes from one that the shim was in, be it that it could not record, or has become
 * another user's since.  After parent_find; `has_own`: this process has a session already. */
bool parent_is_recorded(const struct files_facts *facts, const char *directory, bool has_own);

#endif
