/*
 * drain.h - from a session to its trace file.  Knows trace/ and nothing above it.
 *
 * What a producer (the shim) must guarantee, besides what session.h says:
 *  - Prefixes and the record that they qualify lie in one chunk.
 *  - A thread's first record in each incarnation of its slot has an EXT_EPOCH prefix, unless
 *    its full stamp is below 2^34; so has every record more than 2^34 units after the last.
 *  - A node's `parent` and `module` are written before its `pc`, which is stored with release
 *    and is never 0: a node whose pc is 0 counts as not yet written.  The session file is
 *    zero where nothing was written.  A node's id is above its parent's.
 *  - A slot's fields, and its first chunk's header, are written before `state` is stored as
 *    THREAD_OWNED with release.  side_head and side_tail run on from owner to owner.
 *  - A chunk's header is reset before `next` of the one before, or `first_chunk`, names it.
 *  - The session file is flock()ed by nobody but drainers and reports.
 */
#ifndef MPROF_REPORTER_DRAIN_DRAIN_H
#define MPROF_REPORTER_DRAIN_DRAIN_H

#include "base/diagnostic.h"

#include <stdint.h>

enum drain_mode {
	DRAIN_FOLLOW, /* the daemon: until the process ends, then finalise */
	DRAIN_FINISH, /* take what is there, once; finalise if the process is dead */
};

/*
 * Drains a session into its trace.  A session that is gone has been finished: success.
 * Errors: -EBUSY (another drainer holds it), -EINVAL (not a session, or damaged), -ENOTSUP
 * (another version), or what the files' system calls say.  On error the session stays, for
 * whoever comes next.
 */
int drain_run(const char *session_path, enum drain_mode mode, struct diagnostic *diagnostic);

/* Whom to tell, now and then, how many of the records that waited at first are taken; NULL: nobody. */
struct drain_progress {
	void (*tell)(void *context, uint64_t done, uint64_t total);
	void *context;
};

/* drain_run with DRAIN_FINISH, and word of it. */
int drain_finish(const char *session_path, const struct drain_progress *progress,
		 struct diagnostic *diagnostic);

/*
 * Makes a trace as complete as can be, for a report.  With a live drainer: asks it to flush
 * if the process lives, waits for its end if not, up to timeout_ms.  Without: drain_finish.
 * -ETIMEDOUT if the drainer does not get there in time, else as drain_run.
 */
int drain_wait(const char *session_path, int timeout_ms, const struct drain_progress *progress,
	       struct diagnostic *diagnostic);

#endif
