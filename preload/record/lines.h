/*
 * lines.h - that a visit of a traced line has ended, as a record: the drainer knows what lives then.
 *
 * Only where something may have changed since the line last ended, so that hot loops write nothing.
 */
#ifndef MPROF_PRELOAD_RECORD_LINES_H
#define MPROF_PRELOAD_RECORD_LINES_H

#include "base/confined.h"
#include "record/ordinary.h"

#include <stdatomic.h>
#include <stdint.h>

#define LINES_BEFORE_ALL (UINT64_C(1) << 47) /* the moment of a thread that is not attached */

/*
 * Grows with events of this thread, and with those of any that the drainer has taken: as long as it stays, so
 * does the live heap, as far as this thread can know.  From 1 on, and below 2^48.  No call; safe anywhere.
 */
static inline uint64_t lines_moment(void)
{
	const struct thread *thread = thread_self;

	if (!thread || !thread->session)
		return LINES_BEFORE_ALL;
	/* Relaxed: it is only looked whether it changes. */
	return 1 + thread->chunk->first_record + thread->used - thread->line_records +
	       atomic_load_explicit(&thread->session->events_taken, memory_order_relaxed);
}

/* Before a system call in a hit: whether the drainer has seen that the program filters them. */
static inline bool lines_confined(void)
{
	if (thread_self && thread_self->session)
		confine_look(thread_self->session);
	return confined();
}

/* The record, where nothing is in the way of it.  False: nothing has happened yet.  No call. */
static INLINED bool lines_ended_ordinarily(uint32_t row)
{
	struct thread *thread = ordinary_enter();
	uint64_t stamp;

	if (!thread)
		return false;
	bool done = LIKELY(thread->used < SESSION_CHUNK_RECORDS) && ordinary_stamp(thread, &stamp);
	if (done) {
		commit(thread, record_ext_w0(EXT_LINE, row), record_w1(0, stamp));
		thread->last_stamp = stamp;
		thread->line_records++;
	}
	ordinary_leave();
	return done;
}

/* Else.  The guard is BUSY, by the caller.  As events may, it may attach the thread and wait for the drainer.
 */
void lines_ended(uint32_t row);

#endif
