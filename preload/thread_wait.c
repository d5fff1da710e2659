/*
 * thread_wait.c - waiting for the drainer, and waking it.
 *
 * System calls are allowed here, locks and the interposed functions are not.
 */
#include "thread_private.h"

#include "process.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "trace/clock.h"

#define STANDSTILL_NS 500000000u /* a drainer whose heart did not beat for so long is dead or stopped */
#define STARTUP_NS 5000000000u   /* one that has not beaten yet may still be loading */
#define WAIT_NS 10000000u

/* How often this thread counts in `starving`: a jump out of a handler may leave it there. */
static __thread volatile uint32_t waiting __attribute__((tls_model("initial-exec")));

void thread_ring_doorbell(struct session_header *session)
{
	/* Acq_rel exchange pairs with the drainer's store before it sleeps: either it sees
	 * the records committed before this, or we see that it sleeps. */
	if (atomic_load_explicit(&session->doorbell, memory_order_relaxed) != DOORBELL_AWAKE &&
	    atomic_exchange_explicit(&session->doorbell, DOORBELL_AWAKE, memory_order_acq_rel))
		syscall(SYS_futex, &session->doorbell, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Waits until the heart beats or a moment has passed; false once it has stood still too long. */
static bool wait_for_drainer(struct session_header *session, uint32_t *heartbeat, uint64_t *since_ns)
{
	static const struct timespec moment = {.tv_nsec = WAIT_NS};

	thread_ring_doorbell(session);
	syscall(SYS_futex, &session->heartbeat, FUTEX_WAIT, *heartbeat, &moment, NULL, 0);
	uint32_t now = atomic_load_explicit(&session->heartbeat, memory_order_relaxed);
	if (now != *heartbeat) {
		*heartbeat = now;
		*since_ns = clock_monotonic_ns();
	}
	return clock_monotonic_ns() - *since_ns < (now ? STANDSTILL_NS : STARTUP_NS);
}

/* Once its heart has stood still the drainer is not awaited again until it beats, so that a program never
 * crawls for a dead one. */
uint32_t thread_await(struct process *process, struct session_header *session, uint32_t (*take)(void *from),
		      void *from)
{
	uint32_t heartbeat = atomic_load_explicit(&session->heartbeat, memory_order_relaxed);
	uint64_t since_ns = clock_monotonic_ns();
	bool alive = atomic_load_explicit(&process->stalled_heartbeat, memory_order_relaxed) !=
		     (uint64_t)heartbeat + 1;
	uint32_t taken = 0;

	atomic_fetch_add_explicit(&session->starving, 1, memory_order_relaxed);
	waiting++;
	/* The child of a handler's fork has no session, and nobody to wait for. */
	while (!taken && alive && process->session) {
		alive = wait_for_drainer(session, &heartbeat, &since_ns);
		taken = take(from);
	}
	waiting--;
	atomic_fetch_sub_explicit(&session->starving, 1, memory_order_relaxed);
	if (!taken)
		atomic_store_explicit(&process->stalled_heartbeat, (uint64_t)heartbeat + 1,
				      memory_order_relaxed);
	return taken;
}

void thread_wait_no_more(struct session_header *session)
{
	atomic_fetch_sub_explicit(&session->starving, waiting, memory_order_relaxed);
	waiting = 0;
}
