/*
 * wait.c - a report meets a session: with its drainer alive or without.
 */
#include "drain/doorbell.h"
#include "drain/drain.h"
#include "drain/mapping.h"
#include "drain/watch.h"

#include "trace/clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define POLL_NS 1000000
#define MS_NS UINT64_C(1000000)
#define PATIENCE_MOMENTS 1000 /* of a drainer without room: ten of its tries, if it gets the processor */
#define STARTUP_NS (5000 * MS_NS)

enum outcome { WAIT_ON, WAIT_DONE, WAIT_NO_DRAINER, WAIT_NO_ROOM };

static bool session_lives(const struct mapping *mapping)
{
	struct watch watch;
	watch_init(&watch, mapping->header, mapping->path);
	bool lives = watch_alive(&watch) && atomic_load_explicit(&mapping->header->end_state,
								 memory_order_relaxed) != SESSION_REPLACED;
	watch_finish(&watch);
	return lives;
}

/* One that was started a moment ago holds no lock yet, and is not to be forestalled. */
static bool drainer_is_coming(const struct mapping *mapping)
{
	const struct session_header *h = mapping->header;
	/* Relaxed: whoever takes the lock before a drainer finds the session whole, only earlier. */
	int pid = atomic_load_explicit(&h->drainer_pid, memory_order_relaxed);
	return pid > 0 && atomic_load_explicit(&h->heartbeat, memory_order_relaxed) == 0 &&
	       clock_monotonic_ns() - h->started_monotonic_ns < STARTUP_NS &&
	       (kill(pid, 0) == 0 || errno == EPERM);
}

/* Taking the lock shows that nobody drains; it falls when the mapping is closed. */
static enum outcome look(struct mapping *mapping, uint32_t request, bool lives)
{
	if (drainer_is_coming(mapping))
		return WAIT_ON;
	int error = mapping_lock(mapping);
	if (error == -ENOENT)
		return WAIT_DONE;
	if (error == 0)
		return WAIT_NO_DRAINER;
	/* Acquire pairs with the drainer's release: its batch is in the file. */
	uint32_t done = atomic_load_explicit(&mapping->header->flushes_done, memory_order_acquire);
	return lives && (int32_t)(done - request) >= 0 ? WAIT_DONE : WAIT_ON;
}

/* What the drainer waits for itself: an error number, or 0. */
static int lacks(const struct mapping *mapping)
{
	return atomic_load_explicit(&mapping->header->drainer_lacks, memory_order_relaxed);
}

static enum outcome wait_for_drainer(struct mapping *mapping, uint64_t deadline_ns)
{
	const struct timespec moment = {.tv_nsec = POLL_NS};
	enum outcome outcome = look(mapping, UINT32_MAX / 2, false);
	if (outcome != WAIT_ON)
		return outcome;
	/* Release pairs with the drainer's acquire: it takes all that we know of. */
	uint32_t request =
		atomic_fetch_add_explicit(&mapping->header->flush_requests, 1, memory_order_release) + 1;
	doorbell_ring(mapping->header);
	unsigned moments_without_room = 0;
	do {
		nanosleep(&moment, NULL);
		outcome = look(mapping, request, session_lives(mapping));
		moments_without_room += lacks(mapping) != 0;
		if (outcome == WAIT_ON && moments_without_room > PATIENCE_MOMENTS)
			outcome = WAIT_NO_ROOM;
	} while (outcome == WAIT_ON && clock_monotonic_ns() < deadline_ns);
	return outcome;
}

static int wait_once(const char *session_path, uint64_t deadline_ns, const struct drain_progress *progress,
		     struct diagnostic *diagnostic)
{
	struct mapping mapping;
	int error = mapping_open(&mapping, session_path, diagnostic);
	if (error < 0)
		return error == -ENOENT ? 0 : error;
	enum outcome outcome = wait_for_drainer(&mapping, deadline_ns);
	int seen = lacks(&mapping), lack = seen ? seen : ENOSPC;
	mapping_close(&mapping);
	if (outcome == WAIT_DONE)
		return 0;
	if (outcome == WAIT_NO_DRAINER)
		return drain_finish(session_path, progress, diagnostic);
	if (outcome == WAIT_NO_ROOM)
		return diagnostic_set(diagnostic, lack, "they wait in memory (%s) for room to be written: %s",
				      session_path, strerror(lack));
	return diagnostic_set(diagnostic, ETIMEDOUT, "%s: its drainer is not done yet", session_path);
}

int drain_wait(const char *session_path, int timeout_ms, const struct drain_progress *progress,
	       struct diagnostic *diagnostic)
{
	uint64_t deadline_ns = clock_monotonic_ns() + (uint64_t)(timeout_ms > 0 ? timeout_ms : 0) * MS_NS;
	int error;
	do
		error = wait_once(session_path, deadline_ns, progress, diagnostic);
	/* Somebody else who finishes what is left came in between. */
	while (error == -EBUSY && clock_monotonic_ns() < deadline_ns);
	return error;
}
