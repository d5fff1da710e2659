/* moment.c - see moment.h. */
#include "base/moment.h"

#include "base/confined.h"
#include "base/kernel.h"

#include <stdatomic.h>

#define SPIN_NS 20000u /* about: half of what thread_wait.c spins between two looks */

__thread bool timeless __attribute__((tls_model("initial-exec")));

static _Atomic bool new_threads_too;

void moment_make_new_threads_timeless(bool so)
{
	/* Relaxed: making a thread orders more than this. */
	atomic_store_explicit(&new_threads_too, so, memory_order_relaxed);
}

bool moment_new_threads_are_timeless(void)
{
	return atomic_load_explicit(&new_threads_too, memory_order_relaxed);
}

static uint64_t ns_of(const struct timespec *now)
{
	return (uint64_t)now->tv_sec * UINT64_C(1000000000) + (uint64_t)now->tv_nsec;
}

uint64_t timeless_ns(clockid_t clock)
{
	static __thread uint64_t counted __attribute__((tls_model("initial-exec")));
	struct timespec now;

	if (confined() || kernel_call(SYS_clock_gettime, clock, &now) != 0)
		return counted += SPIN_NS;
	return ns_of(&now);
}

uint64_t moment_realtime_ns(void)
{
	struct timespec now;

	if (timeless)
		return timeless_ns(CLOCK_REALTIME);
	clock_gettime(CLOCK_REALTIME, &now);
	return ns_of(&now);
}

uint64_t timeless_ticks(const struct session_header *session)
{
	/* Relaxed: any value of the stamp is a true one. */
	uint64_t stamp = atomic_load_explicit(&session->clock.stamp, memory_order_relaxed);

	return stamp ? stamp << session->stamp_shift : session->started_ticks;
}
