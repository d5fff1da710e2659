/*
 * arena.h - the session file as the shim sees it: mapped once, grown without descriptors.
 *
 * A write to a page that the file system has no room for would be SIGBUS in the host, so
 * every region of the session is reserved before it is written.  Lock-free, safe in signal
 * handlers and in any thread; never allocates through the interposed functions.
 */
#ifndef MPROF_PRELOAD_ARENA_H
#define MPROF_PRELOAD_ARENA_H

#include "trace/session.h"

#include <stdbool.h>
#include <stddef.h>

/* The session of this process; NULL before it starts, in a fork child that has not had an
 * event yet, and where recording is off. */
extern struct session_header *arena_session(void);

/* Makes sure that a region's bytes up to end_offset exist.  False: no room, do not write there.  Remembers
 * what it reserved, so a repeated call is one comparison where the range ends below the region's mark.
 * `reserved` is that mark, a session offset; it starts at the region's own offset. */
bool arena_reserve(struct session_header *session, _Atomic uint64_t *reserved, uint64_t end_offset);

/* Copies text into the text region.  Returns its offset, 0 when there is no room. */
uint32_t arena_text(struct session_header *session, const char *text, size_t bytes);

#endif
