/*
 * recorder.h - from an interposed call to a committed record.  For blocks, ordinary.h is asked first: it is
 * faster.
 *
 * No locks, no allocation through the interposed functions, errno preserved.  May run in
 * any thread at any time, signal handlers and thread-local destructors included.
 */
#ifndef MPROF_PRELOAD_RECORD_RECORDER_H
#define MPROF_PRELOAD_RECORD_RECORDER_H

#include "unwind/start.h"

#include "trace/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A block came into being; call it after the real function, with its result. */
void recorder_allocated(const struct unwind_start *here, const void *block, size_t size_bytes);

/* A block is about to end; call it before the real function. */
void recorder_freeing(const struct unwind_start *here, const void *block);

/* The same pair for realloc: before the real call, then allocated or failed. */
void recorder_reallocating(const struct unwind_start *here, const void *block);
void recorder_realloc_failed(const void *block);

/* The realloc ended its block, and the new one is not recorded: blocks are sampled. */
void recorder_realloc_unsampled(const void *block);

/* A block is about to end by a RECORD_FREE, _REALLOC_FREE or _TRACK_FREE.  `temporary`: it is a sampled one,
 * and this thread has not allocated since. */
void recorder_ending(const struct unwind_start *here, const void *block, enum record_type type,
		     bool temporary);

/* For mprof_track_*, in an address space of their own.  `label`: text offset of the block's type, 0 for none.
 */
void recorder_tracked(const struct unwind_start *here, const void *block, size_t size_bytes, uint32_t label);

/* Notes, in the order of the thread's events.  `here` may be NULL: no call path. */
void recorder_note(const struct unwind_start *here, enum ext_type type, uint64_t payload);

#define RECORDER_VALUES_MAX 5

/* A note with at most so many values behind its payload. */
void recorder_note_values(const struct unwind_start *here, enum ext_type type, uint64_t payload,
			  const uint64_t *values, uint32_t count);

/* Process-wide: while paused (calls nest), new blocks are hidden from the trace. */
void recorder_pause(void);
void recorder_resume(void);

/* Before fork in the parent: commits EXT_FORK and remembers its id for the child. */
void recorder_fork_prepare(void);
void recorder_fork_parent(void);
void recorder_fork_child(void);
/* In a fork child: the id that its parent committed; 0 after a fork that ran no handlers. */
uint32_t recorder_fork_id(void);

/* The session of this process, started if need be; NULL where recording is off. */
struct session_header *recorder_session(void);

#endif
