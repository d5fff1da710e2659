/*
 * follow.c - the drainer's life: take, commit, sleep; finalise when the process has ended.
 *
 * It never holds up the program for long: while it cannot make progress (no room for trace or
 * live map) its heart does not beat, and producers go on without it.
 */
#include "drain/drain.h"
#include "drain/exit_status.h"
#include "drain/neighbour.h"
#include "drain/planning.h"
#include "drain/state.h"
#include "drain/successor.h"
#include "drain/vigil.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS UINT64_C(1000000)      /* in ns */
#define MARGIN_NS UINT64_C(10000) /* rdtsc is not ordered with the loads and stores around it */
#define COMMIT_INTERVAL_NS (500 * MS)
#define CHORES_INTERVAL_NS (100 * MS)
/* So many threads' queues: then what ended threads hold is given back at this pace. */
#define CROWD 64
#define CROWD_INTERVAL_NS (20 * MS)
#define SLEEP_LEAST_NS (1 * MS)
/* A wake-up costs some 100 us of CPU time.  So a process with little to tell is looked at more rarely the
 * longer it has run, but often enough that its memory over time has a hundred points or so a run. */
#define SLEEP_MOST_NS (100 * MS)
#define SLEEPS_IN_AGE 4
/* So few events are not worth a round: a chunk holds many times as many, and its end rings the bell. */
#define FEW_EVENTS 256u
#define RETRY_NS (100 * MS)
#define LAST_RETRIES 100u /* for a dead process; then it is left to the next report */
#define LOCK_RETRIES 1000u
#define LOCK_RETRY_NS (10 * MS)

struct pace {
	uint64_t last_commit_ns, last_chores_ns, sleep_ns;
	bool replaced; /* the process lives, but as another program */
	struct vigil vigil;
};

static void pause_ns(uint64_t ns)
{
	struct timespec time = {.tv_sec = (time_t)(ns / (1000 * MS)), .tv_nsec = (long)(ns % (1000 * MS))};
	nanosleep(&time, NULL);
}

/* ---- sleeping and being heard -------------------------------------------- */

static void beat(struct drain *drain)
{
	struct session_header *h = drain->mapping.header;
	/* Relaxed: only that it changes matters. */
	atomic_fetch_add_explicit(&h->heartbeat, 1, memory_order_relaxed);
	if (atomic_load_explicit(&h->starving, memory_order_relaxed) > 0)
		syscall(SYS_futex, &h->heartbeat, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static bool is_called(struct drain *drain)
{
	struct session_header *h = drain->mapping.header;
	return atomic_load_explicit(&h->starving, memory_order_relaxed) > 0 ||
	       atomic_load_explicit(&h->flush_requests, memory_order_relaxed) !=
		       atomic_load_explicit(&h->flushes_done, memory_order_relaxed) ||
	       atomic_load_explicit(&h->end_state, memory_order_relaxed) == SESSION_REPLACED;
}

/* Sleeps until the doorbell rings or the time is over; says whether somebody wants something.  After the bell
 * it waits until what was committed before is older than the cut-off's margin. */
static bool sleep_at_doorbell(struct drain *drain, uint64_t ns)
{
	struct session_header *h = drain->mapping.header;
	struct timespec time = {.tv_nsec = (long)ns};
	uint32_t sleeping = ns > SLEEP_LEAST_NS ? DOORBELL_ASLEEP : DOORBELL_NAPPING;
	/* Sequentially consistent: pairs with the producer's exchange of the bell.  Either it sees
	 * that we sleep, or what it did before is seen by is_called and by the next round. */
	atomic_store_explicit(&h->doorbell, sleeping, memory_order_seq_cst);
	bool called = is_called(drain);
	if (sleeping == DOORBELL_ASLEEP)
		merge_hide_clock(drain);
	if (!called)
		syscall(SYS_futex, &h->doorbell, FUTEX_WAIT, sleeping, &time, NULL, 0);
	/* Acq_rel: pairs with the exchange in thread_ring_doorbell; what was committed before it is seen. */
	bool rung = atomic_exchange_explicit(&h->doorbell, DOORBELL_AWAKE, memory_order_acq_rel) ==
		    DOORBELL_AWAKE;
	if (called || rung)
		pause_ns(2 * MARGIN_NS);
	return called || rung;
}

/* ---- one round ----------------------------------------------------------- */

static uint64_t cutoff_now(const struct drain *drain)
{
	return timebase_now_stamp(&drain->timebase) - timebase_stamps(&drain->timebase, MARGIN_NS);
}

static int commit_now(struct drain *drain, struct pace *pace)
{
	int error = commit(drain);
	if (error == 0)
		pace->last_commit_ns = clock_monotonic_ns();
	return error;
}

static void begin_progress(struct drain *drain)
{
	uint32_t used = drain->progress && drain->records_total == 0 ? merge_slots(drain) : 0;

	for (uint32_t i = 0; i < used; i++)
		if (drain->queues[i])
			drain->records_total += queue_waiting(drain->queues[i]);
}

static void tell_progress(struct drain *drain, uint64_t records)
{
	drain->records_done += records;
	if (drain->progress)
		drain->progress->tell(drain->progress->context, drain->records_done, drain->records_total);
}

/* Takes all that is there, in as many batches as it needs.  A negative result: no progress can be
 * made for now. */
static int take_all(struct drain *drain, struct pace *pace, bool alive)
{
	/* First, since queues are to be read after the clock. */
	uint64_t cutoff = alive ? cutoff_now(drain) : UINT64_MAX;
	merge_refresh(drain);
	begin_progress(drain);
	for (;;) {
		int error = drain->closed ? -EAGAIN : merge_take(drain, cutoff, alive);
		if (error < 0 && error != -EAGAIN)
			return error;
		if (error == 0 && !commit_is_due(drain))
			return 0;
		uint64_t records = drain->batch_records;
		error = commit_now(drain, pace);
		if (error < 0)
			return error;
		beat(drain);
		tell_progress(drain, records);
	}
}

static uint64_t pace_of(const struct drain *drain, uint64_t usual_ns)
{
	return drain->queues_open > CROWD ? CROWD_INTERVAL_NS : usual_ns;
}

static bool is_confined(const struct drain *drain)
{
	/* Relaxed, here and below: the word is all there is to see. */
	return atomic_load_explicit(&drain->mapping.header->confined, memory_order_relaxed) != 0;
}

/* A filter of system calls that the shim has not seen coming. */
static void look_for_filters(struct drain *drain)
{
	struct session_header *h = drain->mapping.header;
	uint32_t chunks = h->chunks_max < SESSION_CHUNKS_FIRST ? h->chunks_max : SESSION_CHUNKS_FIRST;
	if (is_confined(drain) || !watch_is_confined(&drain->watch))
		return;
	/* Release: pairs with the shim's acquire; the pages are there. */
	if (posix_fallocate(drain->mapping.fd, (off_t)h->chunks_offset,
			    (off_t)chunks * SESSION_CHUNK_BYTES) == 0)
		atomic_store_explicit(&h->chunks_backed, chunks, memory_order_release);
	atomic_store_explicit(&h->confined, 1, memory_order_relaxed);
}

static void do_chores(struct drain *drain, struct pace *pace, uint64_t now_ns)
{
	bool starving = atomic_load_explicit(&drain->mapping.header->starving, memory_order_relaxed) > 0;
	if (!starving && now_ns - pace->last_chores_ns < pace_of(drain, CHORES_INTERVAL_NS))
		return;
	pace->last_chores_ns = now_ns;
	timebase_calibrate(&drain->timebase);
	merge_sweep(drain);
	pace->replaced |= watch_replaced(&drain->watch);
	look_for_filters(drain);
}

static bool commit_wanted(const struct drain *drain, const struct pace *pace, uint64_t now_ns)
{
	if (atomic_load_explicit(&drain->mapping.header->starving, memory_order_relaxed) > 0)
		return drain->batch_records > 0;
	return (drain->batch_records > 0 || !batch_is_empty(&drain->batch)) &&
	       now_ns - pace->last_commit_ns >= pace_of(drain, COMMIT_INTERVAL_NS);
}

/* Takes, commits if it is time to, answers a request to flush. */
static int round_once(struct drain *drain, struct pace *pace)
{
	struct session_header *h = drain->mapping.header;
	/* Acquire pairs with the asker's release: what it knows of is taken below. */
	uint32_t requests = atomic_load_explicit(&h->flush_requests, memory_order_acquire);
	bool flush = requests != atomic_load_explicit(&h->flushes_done, memory_order_relaxed);
	rss_sample(drain);
	merge_show_clock(drain);
	int error = take_all(drain, pace, true);
	uint64_t now_ns = clock_monotonic_ns();
	if (error == 0 && (flush || commit_wanted(drain, pace, now_ns)))
		error = commit_now(drain, pace);
	/* Release pairs with the asker's acquire: the batch is in the file. */
	if (error == 0 && flush)
		atomic_store_explicit(&h->flushes_done, requests, memory_order_release);
	do_chores(drain, pace, now_ns);
	return error;
}

/* One round for a report, with no drainer to come back: all there is goes into the file. */
static int round_finishing(struct drain *drain, struct pace *pace)
{
	pause_ns(2 * MARGIN_NS);
	rss_sample(drain);
	int error = take_all(drain, pace, true);
	merge_hide_clock(drain);
	return error < 0 ? error : commit_now(drain, pace);
}

/* Long sleeps are for those who are woken at the process's end.  A short one's is noticed soon without. */
static uint64_t sleep_most_ns(const struct drain *drain, struct pace *pace)
{
	uint64_t of_age = (clock_monotonic_ns() - drain->timebase.started_ns) / SLEEPS_IN_AGE;
	uint64_t usual = of_age < SLEEP_MOST_NS ? of_age : SLEEP_MOST_NS;
	if (usual <= CROWD_INTERVAL_NS ||
	    !vigil_keep(&pace->vigil, drain->watch.pidfd, drain->mapping.header))
		return CROWD_INTERVAL_NS;
	return pace_of(drain, usual);
}

static void slow_down(const struct drain *drain, struct pace *pace)
{
	/* Who may make no system calls cannot ring. */
	if (is_confined(drain)) {
		pace->sleep_ns = SLEEP_LEAST_NS;
		return;
	}
	uint64_t most = sleep_most_ns(drain, pace);
	pace->sleep_ns = 2 * pace->sleep_ns < most ? 2 * pace->sleep_ns : most;
}

static bool no_room(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EFBIG;
}

/* Before it is tried again; who waits for the drainer sees meanwhile what that waits for. */
static void pause_lacking(const struct drain *drain, int error)
{
	_Atomic int32_t *lacks = &drain->mapping.header->drainer_lacks;

	/* Relaxed: nothing hangs on it but words. */
	atomic_store_explicit(lacks, no_room(error) ? -error : 0, memory_order_relaxed);
	pause_ns(RETRY_NS);
	atomic_store_explicit(lacks, 0, memory_order_relaxed);
}

static void follow(struct drain *drain, struct pace *pace)
{
	struct session_header *h = drain->mapping.header;
	bool woken = true;
	while (watch_alive(&drain->watch) && !pace->replaced &&
	       /* Acquire pairs with the shim's release: all it did before is there. */
	       atomic_load_explicit(&h->end_state, memory_order_acquire) != SESSION_REPLACED) {
		uint64_t events = drain->batch.events;
		int error = round_once(drain, pace);
		if (error < 0) {
			merge_hide_clock(drain);
			pause_lacking(drain, error);
			continue;
		}
		beat(drain);
		if (drain->batch.events - events < FEW_EVENTS && !woken)
			slow_down(drain, pace);
		else
			pace->sleep_ns = SLEEP_LEAST_NS;
		woken = sleep_at_doorbell(drain, pace->sleep_ns);
	}
	vigil_finish(&pace->vigil);
}

/* ---- the end ------------------------------------------------------------- */

/* *by_signal is what killed it, 0 if nothing did or nobody can tell. */
static int end_kind(const struct drain *drain, const struct pace *pace, int *by_signal)
{
	*by_signal = 0;
	/* Acquire: pairs with the release in session_ending; the figures of the end are there. */
	uint32_t state = atomic_load_explicit(&drain->mapping.header->end_state, memory_order_acquire);
	if (state == SESSION_EXITED)
		return END_EXITED;
	if (state == SESSION_REPLACED || state == SESSION_EXECUTING || pace->replaced)
		return END_REPLACED;
	/* Who ends by the system call itself, as Go's programs do, tells the shim nothing. */
	int status;
	if (!exit_status_find(&drain->watch, &status))
		return END_UNKNOWN;
	if (!WIFSIGNALED(status))
		return END_EXITED;
	*by_signal = WTERMSIG(status);
	return END_KILLED;
}

/* Takes the rest and writes it with END behind; may be called again after a failure. */
static int finalise_once(struct drain *drain, struct pace *pace)
{
	if (!drain->ending) {
		int error = take_all(drain, pace, false);
		if (error < 0)
			return error;
		ledger_expire(&drain->ledger, UINT64_MAX, drain->last_event_ns);
	}
	int by_signal, kind = end_kind(drain, pace, &by_signal);
	return commit_end(drain, kind, by_signal);
}

static int finalise(struct drain *drain, struct pace *pace)
{
	int error = finalise_once(drain, pace);
	for (unsigned tries = 0; no_room(error) && tries < LAST_RETRIES; tries++) {
		pause_lacking(drain, error);
		error = finalise_once(drain, pace);
	}
	return error;
}

static void remove_session(const struct drain *drain)
{
	livemap_file_remove(&drain->live.files);
	mapping_remove(&drain->mapping);
}

/* Whether the session can get no more records. */
static bool is_over(struct drain *drain, struct pace *pace)
{
	/* Acquire pairs with the shim's release: all it did before is there. */
	uint32_t state = atomic_load_explicit(&drain->mapping.header->end_state, memory_order_acquire);
	if (state == SESSION_REPLACED || !watch_alive(&drain->watch))
		return true;
	pace->replaced = watch_replaced(&drain->watch);
	return pace->replaced;
}

static int drain_session(struct drain *drain, enum drain_mode mode)
{
	struct pace pace = {.sleep_ns = SLEEP_LEAST_NS};
	atomic_store_explicit(&drain->mapping.header->drainer_pid, getpid(), memory_order_relaxed);
	if (mode == DRAIN_FOLLOW) {
		struct planning planning;

		planning_begin(&planning, &drain->mapping);
		follow(drain, &pace);
		planning_finish(&planning);
	} else if (!is_over(drain, &pace)) {
		return round_finishing(drain, &pace);
	}
	int error = finalise(drain, &pace);
	if (error < 0)
		return error;
	if (mode == DRAIN_FOLLOW && pace.replaced)
		successor_await(&drain->mapping, &drain->watch);
	remove_session(drain);
	return 0;
}

static int drain_locked(struct mapping *mapping, enum drain_mode mode, const struct drain_progress *progress,
			struct diagnostic *diagnostic)
{
	struct drain drain;
	int result = drain_open(&drain, mapping, mode, diagnostic);
	if (result == 1) {
		remove_session(&drain);
		result = 0;
	} else if (result == 0) {
		drain.progress = progress;
		result = drain_session(&drain, mode);
		if (result < 0)
			diagnostic_set(diagnostic, -result, "%s: cannot finish the trace: %s",
				       drain.mapping.header->trace_path, strerror(-result));
	}
	drain_close(&drain);
	return result;
}

/* A daemon outwaits a report that is just finishing; a report does not wait for a daemon. */
static int lock(struct mapping *mapping, enum drain_mode mode)
{
	int error = mapping_lock(mapping);
	for (unsigned tries = 0; error == -EBUSY && mode == DRAIN_FOLLOW && tries < LOCK_RETRIES; tries++) {
		pause_ns(LOCK_RETRY_NS);
		error = mapping_lock(mapping);
	}
	return error;
}

static int run(const char *session_path, enum drain_mode mode, const struct drain_progress *progress,
	       struct diagnostic *diagnostic)
{
	struct mapping mapping;
	int error = mapping_open(&mapping, session_path, diagnostic);
	if (error < 0)
		return error == -ENOENT ? 0 : error;
	if (mode == DRAIN_FOLLOW)
		neighbour_become(mapping.header->pid);
	error = lock(&mapping, mode);
	if (error == 0)
		return drain_locked(&mapping, mode, progress, diagnostic);
	mapping_close(&mapping);
	if (error == -ENOENT)
		return 0;
	return diagnostic_set(diagnostic, -error, "%s: %s", session_path,
			      error == -EBUSY ? "another drainer is at work" : strerror(-error));
}

int drain_run(const char *session_path, enum drain_mode mode, struct diagnostic *diagnostic)
{
	return run(session_path, mode, NULL, diagnostic);
}

int drain_finish(const char *session_path, const struct drain_progress *progress,
		 struct diagnostic *diagnostic)
{
	return run(session_path, DRAIN_FINISH, progress, diagnostic);
}
