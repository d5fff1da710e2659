/*
 * waiting.h - the records whose meaning depends on one that has not come yet, in order of time.
 *
 * REALLOCs wait for their outcome, which always comes.  The others are parked: they are given up when they
 * have waited too long.
 */
#ifndef MPROF_REPORTER_DRAIN_WAITING_H
#define MPROF_REPORTER_DRAIN_WAITING_H

#include "drain/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct waiting {
	struct cursor_waiting *items;
	size_t count, capacity;
	size_t parked;          /* of those, how many are not REALLOCs */
	uint64_t window_stamps; /* how long they are kept */
	uint64_t next_deadline; /* stamp at which the first of them is given up */
};

void waiting_init(struct waiting *waiting, uint64_t window_stamps);
void waiting_finish(struct waiting *waiting);

/* 0 or -ENOMEM. */
int waiting_add(struct waiting *waiting, const struct cursor_waiting *item);

/* Each takes the first that fits out of the list; false: there is none. */

bool waiting_take_parked(struct waiting *waiting, enum cursor_waiting_kind kind, uint64_t key,
			 uint32_t thread_index, bool by_it, struct cursor_waiting *taken);

/* What is parked at this key by the thread, or by any other than it. */
static inline bool waiting_take(struct waiting *waiting, enum cursor_waiting_kind kind, uint64_t key,
				uint32_t thread_index, bool by_it, struct cursor_waiting *taken)
{
	/* Nearly always nothing is, and every event asks. */
	return waiting->parked > 0 && waiting_take_parked(waiting, kind, key, thread_index, by_it, taken);
}

/* The realloc of one of a thread's streams. */
bool waiting_take_realloc(struct waiting *waiting, uint32_t thread_index, bool side,
			  struct cursor_waiting *taken);

/* What has been parked too long at `stamp`; UINT64_MAX: anything that is parked. */
bool waiting_take_late(struct waiting *waiting, uint64_t stamp, struct cursor_waiting *taken);

#endif
