/*
 * place.h - where a session file lies, and how large it may grow.
 *
 * Start-up only; raw system calls, nothing allocated.
 */
#ifndef MPROF_PRELOAD_SESSION_PLACE_H
#define MPROF_PRELOAD_SESSION_PLACE_H

#include "facts.h"
#include "memory/arena.h"

/* Creates and maps the session file, header laid out; its path goes to `path`.  NULL with *failed set. */
struct arena *place_create_session(const struct files_facts *facts, char path[SESSION_PATH_BYTES],
				   int *failed);

/* Takes trace and session file back. */
void place_discard(const struct files_facts *facts, struct arena *arena);

#endif
