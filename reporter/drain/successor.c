/*
 * successor.c - see successor.h.
 */
#include "drain/successor.h"

#include "trace/clock.h"

#include <time.h>

#define MS UINT64_C(1000000) /* in ns */
#define AWAIT_NS (1000 * MS) /* the loader has long come to the shim by then, on a busy machine, too */
#define STEP_LEAST_NS (1 * MS)
#define STEP_MOST_NS (16 * MS)

/* All that there will ever be is in the file. */
static void answer(struct session_header *session)
{
	/* Acquire pairs with the asker's release, the release with its acquire. */
	uint32_t requests = atomic_load_explicit(&session->flush_requests, memory_order_acquire);

	atomic_store_explicit(&session->flushes_done, requests, memory_order_release);
}

static bool is_awaited(struct mapping *mapping, struct watch *watch)
{
	/* Relaxed: nothing is read that came before it. */
	return atomic_load_explicit(&mapping->header->end_state, memory_order_relaxed) != SESSION_REPLACED &&
	       watch_alive(watch);
}

void successor_await(struct mapping *mapping, struct watch *watch)
{
	uint64_t deadline_ns = clock_monotonic_ns() + AWAIT_NS;
	struct timespec step = {.tv_nsec = STEP_LEAST_NS};

	while (is_awaited(mapping, watch) && clock_monotonic_ns() < deadline_ns) {
		answer(mapping->header);
		nanosleep(&step, NULL);
		step.tv_nsec = 2 * step.tv_nsec < (long)STEP_MOST_NS ? 2 * step.tv_nsec : (long)STEP_MOST_NS;
	}
}
