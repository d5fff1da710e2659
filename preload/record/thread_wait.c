/*
 * thread_wait.c - waiting for the drainer, and waking it.
 *
 * System calls are allowed here, as far as the program does not filter them; locks and the interposed
 * functions are not.
 */
#include "thread_wait.h"

#include "base/confined.h"
#include "base/kernel.h"
#include "base/moment.h"
#include "memory/process.h"

#include <linux/futex.h>
#include <time.h>
#include <unistd.h>

#define STANDSTILL_NS 500000000u /* a drainer whose heart did not beat for so long is dead or stopped */
#define STARTUP_NS 5000000000u   /* one that has not beaten yet may still be loading */
#define LAST_NS 2000000000u      /* before the recording is given up */
#define WAIT_NS 10000000u
#define BEATS_MOST 16u /* by then all that was full has been given back */
#define SPINS 1000u    /* some 40 us */

/* How often this thread counts in `starving`: a jump out of a handler may leave it there. */
static __thread volatile uint32_t waiting __attribute__((tls_model("initial-exec")));

void thread_ring_doorbell(struct session_header *session)
{
	/* Acq_rel exchange pairs with the drainer's store before it sleeps: either it sees
	 * the records committed before this, or we see that it sleeps. */
	if (atomic_load_explicit(&session->doorbell, memory_order_relaxed) != DOORBELL_AWAKE && !confined() &&
	    atomic_exchange_explicit(&session->doorbell, DOORBELL_AWAKE, memory_order_acq_rel))
		kernel_call(SYS_futex, &session->doorbell, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Until the heart beats or a moment has passed.  Who may not sleep works for nothing: the drainer of a
 * confined program never naps for long. */
static void wait_a_moment(struct session_header *session, uint32_t heartbeat)
{
	static const struct timespec moment = {.tv_nsec = WAIT_NS};

	if (confined()) {
		for (uint32_t i = 0; i < SPINS; i++)
			clock_spin();
		return;
	}
	thread_ring_doorbell(session);
	kernel_call(SYS_futex, &session->heartbeat, FUTEX_WAIT, heartbeat, &moment, NULL, 0);
}

/* What a waiting producer has seen of the drainer. */
struct pulse {
	uint32_t heartbeat, beats;
	uint64_t since_ns; /* the last beat */
	uint64_t began_ns; /* the wait */
};

static void feel(struct pulse *pulse, struct session_header *session)
{
	uint32_t now = atomic_load_explicit(&session->heartbeat, memory_order_relaxed);

	if (now == pulse->heartbeat)
		return;
	pulse->heartbeat = now;
	pulse->beats++;
	pulse->since_ns = moment_ns();
}

/* One that has not beaten yet may still be starting. */
static bool stands_still(const struct pulse *pulse, bool last)
{
	uint64_t patience_ns = !pulse->heartbeat ? STARTUP_NS : last ? LAST_NS : STANDSTILL_NS;

	return moment_ns() - pulse->since_ns >= patience_ns;
}

/* Before the recording is given up, one that lives gets as long as one that may be dead. */
static bool gives_nothing(const struct pulse *pulse, bool last)
{
	return pulse->beats >= BEATS_MOST && (!last || moment_ns() - pulse->began_ns >= LAST_NS);
}

/* Whether it is worth waiting at all.  Reading the clock is no system call where the counter serves for it.
 */
static bool may_wait(struct process *process, struct session_header *session, uint32_t heartbeat, bool last)
{
	if (confined() && !(session->flags & SESSION_TSC))
		return false;
	if (last)
		return heartbeat != 0;
	return atomic_load_explicit(&process->stalled_heartbeat, memory_order_relaxed) !=
	       (uint64_t)heartbeat + 1;
}

static uint32_t wait_for_pulse(struct process *process, struct session_header *session,
			       uint32_t (*take)(void *from), void *from, bool last, struct pulse *pulse)
{
	uint32_t taken = 0;

	/* The child of a handler's fork has no session, and nobody to wait for. */
	while (!taken && process->session && !stands_still(pulse, last) && !gives_nothing(pulse, last)) {
		wait_a_moment(session, pulse->heartbeat);
		feel(pulse, session);
		taken = take(from);
	}
	return taken;
}

/*
 * Once its heart has stood still the drainer is not awaited again until it beats, so that a program never
 * crawls for a dead one.  Nor for one that beats on and gives nothing back, since a drainer before it died
 * with what is wanted.
 */
uint32_t thread_await(struct process *process, struct session_header *session, uint32_t (*take)(void *from),
		      void *from, bool last)
{
	uint64_t now_ns = moment_ns();
	struct pulse pulse = {atomic_load_explicit(&session->heartbeat, memory_order_relaxed), 0, now_ns,
			      now_ns};
	uint32_t taken = 0;

	if (!may_wait(process, session, pulse.heartbeat, last))
		return 0;
	atomic_fetch_add_explicit(&session->starving, 1, memory_order_relaxed);
	waiting++;
	taken = wait_for_pulse(process, session, take, from, last, &pulse);
	waiting--;
	atomic_fetch_sub_explicit(&session->starving, 1, memory_order_relaxed);
	if (!taken && pulse.beats < BEATS_MOST)
		atomic_store_explicit(&process->stalled_heartbeat, (uint64_t)pulse.heartbeat + 1,
				      memory_order_relaxed);
	return taken;
}

void thread_wait_no_more(struct session_header *session)
{
	atomic_fetch_sub_explicit(&session->starving, waiting, memory_order_relaxed);
	waiting = 0;
}
