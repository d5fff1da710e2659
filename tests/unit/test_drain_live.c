/* test_drain_live.c - the drainer as a process of its own, beside a producer that goes on: killed,
 * asked, starved of disk. */
#include "drain/drain.h"

#include "drained.h"
#include "fake_producer.h"
#include "trace/clock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 3
#define ADDRESSES 5000u
#define ROUNDS 40

static struct fake fake;
static struct fake_thread threads[THREADS];
static struct drained drained;
static struct diagnostic diagnostic;

/* What the trace has to say, in order. */
static struct events_item *ledger;
static size_t ledger_count, ledger_capacity;
static uint64_t ledger_allocations;
static struct {
	uint64_t block, size_bytes;
	uint32_t node;
	bool live, hidden, tracked;
} blocks[ADDRESSES];
static uint64_t newest[THREADS]; /* ordinal + 1 of each thread's last allocation */
static bool collecting[THREADS]; /* whether the thread is in a collection */
static uint32_t newest_at;       /* where the last allocation of all lies */

static void set_up(void)
{
	fake_create(&fake, getpid());
	for (uint32_t i = 0; i < THREADS; i++)
		threads[i] = fake_thread(&fake, (uint32_t)getpid());
	srand(13);
}

static void tear_down(void)
{
	drained_finish(&drained);
	fake_destroy(&fake);
	free(ledger);
}

TestSuite(drain_live, .init = set_up, .fini = tear_down, .timeout = 110);

static void sleep_ns(long ns)
{
	nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static pid_t start_drainer(void)
{
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0) {
		signal(SIGXFSZ, SIG_IGN);
		_exit(drain_run(fake.session_path, DRAIN_FOLLOW, &diagnostic) < 0);
	}
	return child;
}

/* ---- a producer with a ledger -------------------------------------------- */

static void expect(struct events_item item)
{
	if (ledger_count == ledger_capacity) {
		ledger_capacity = 2 * ledger_capacity + 4096;
		ledger = realloc(ledger, ledger_capacity * sizeof(*ledger));
	}
	ledger[ledger_count++] = item;
}

static void expect_alloc(const struct fake_thread *thread, uint32_t at, uint16_t flags, uint64_t size_bytes,
			 uint32_t node)
{
	blocks[at].block = ledger_allocations++;
	blocks[at].size_bytes = size_bytes;
	blocks[at].node = node;
	newest[thread - threads] = blocks[at].block + 1;
	newest_at = at;
	expect((struct events_item){
		.type = OPERATION_ALLOC, .flags = flags, .size_bytes = size_bytes, .node = node});
}

static void expect_free(const struct fake_thread *thread, uint32_t at, uint16_t flags, uint32_t node)
{
	bool temporary = newest[thread - threads] == blocks[at].block + 1;
	expect((struct events_item){.type = OPERATION_FREE,
				    .flags = flags | (temporary ? OPERATION_TEMPORARY : 0),
				    .size_bytes = blocks[at].size_bytes,
				    .origin = blocks[at].node,
				    .node = node});
}

static void produce_alloc(struct fake_thread *thread, uint32_t at, uint32_t node)
{
	uint64_t size_bytes = (uint64_t)rand() % 300 * (rand() % 50 == 0 ? 100000 : 1);
	uint64_t address = 16 + 16 * (uint64_t)at;
	blocks[at].live = true;
	blocks[at].hidden = rand() % 20 == 0;
	blocks[at].tracked = !blocks[at].hidden && rand() % 20 == 0;
	fake_record(thread,
		    blocks[at].hidden    ? RECORD_HIDDEN_ALLOC
		    : blocks[at].tracked ? RECORD_TRACK_ALLOC
					 : RECORD_ALLOC,
		    address, size_bytes, node);
	if (!blocks[at].hidden)
		expect_alloc(thread, at, blocks[at].tracked ? OPERATION_TRACKED : 0, size_bytes, node);
}

static void produce_realloc(struct fake_thread *thread, uint32_t at, uint32_t node)
{
	uint64_t address = 16 + 16 * (uint64_t)at, size_bytes = (unsigned)rand() % 1000;
	fake_record(thread, RECORD_REALLOC_FREE, address, 0, node);
	/* The drainer may commit, or be killed, while the outcome is open. */
	if (rand() % 4 == 0)
		sleep_ns(30000);
	if (rand() % 2 == 0) {
		fake_ext(thread, EXT_REALLOC_FAILED, 0, 0);
		return;
	}
	fake_record(thread, RECORD_ALLOC, address, size_bytes, node);
	if (!blocks[at].hidden)
		expect_free(thread, at, OPERATION_REALLOC, node);
	blocks[at].hidden = false;
	expect_alloc(thread, at, OPERATION_REALLOC, size_bytes, node);
}

static void produce_free(struct fake_thread *thread, uint32_t at, uint32_t node)
{
	uint64_t address = 16 + 16 * (uint64_t)at;
	enum record_type type = blocks[at].tracked ? RECORD_TRACK_FREE : RECORD_FREE;
	if (rand() % 30 == 0) {
		node = 0;
		fake_side(thread, record_w0(type, 0, 0), address, 0);
	} else {
		fake_record(thread, type, address, 0, node);
	}
	blocks[at].live = false;
	uint16_t flags = blocks[at].tracked ? OPERATION_TRACKED : 0;
	if (collecting[thread - threads])
		flags |= OPERATION_COLLECTED;
	if (!blocks[at].hidden)
		expect_free(thread, at, flags, node);
}

/* The drainer may be killed within a collection. */
static void produce_collection(struct fake_thread *thread)
{
	bool *in_it = &collecting[thread - threads];
	fake_ext(thread, *in_it ? EXT_GC_END : EXT_GC_BEGIN, 1, 1);
	*in_it = !*in_it;
}

static bool side_has_room(const struct fake_thread *thread)
{
	return atomic_load(&thread->slot->side_head) - atomic_load(&thread->slot->side_tail) <
	       SESSION_SIDE_RECORDS;
}

static void produce(size_t steps)
{
	for (size_t i = 0; i < steps; i++) {
		struct fake_thread *thread = &threads[rand() % THREADS];
		uint32_t at = (uint32_t)rand() % ADDRESSES, node = 1 + (uint32_t)rand() % (FAKE_NODES - 1);
		if (rand() % 4 == 0)
			at = newest_at; /* or hardly a block would be temporary */
		/* Stamps are the real time, or the cut-off would never be met. */
		uint64_t now = clock_monotonic_ns();
		if (fake.last_stamp < now)
			fake.last_stamp = now;
		if (rand() % 500 == 0)
			produce_collection(thread);
		if (!blocks[at].live)
			produce_alloc(thread, at, node);
		else if (rand() % 8 == 0 && !blocks[at].tracked)
			produce_realloc(thread, at, node);
		else if (side_has_room(thread))
			produce_free(thread, at, node);
	}
}

static void check_item(size_t index)
{
	const struct events_item *got = &drained.items[index], *expected = &ledger[index];
	cr_assert(got->type == expected->type && got->flags == expected->flags &&
			  got->size_bytes == expected->size_bytes && got->node == expected->node &&
			  got->origin == expected->origin,
		  "event %zu of %zu: type %u flags %u size %lu node %u origin %u, "
		  "not type %u flags %u size %lu node %u origin %u",
		  index, ledger_count, got->type, got->flags, got->size_bytes, got->node, got->origin,
		  expected->type, expected->flags, expected->size_bytes, expected->node, expected->origin);
}

static void check_ledger(void)
{
	drained = drained_read(fake.trace_path);
	cr_assert_eq(drained.count, ledger_count);
	for (size_t i = 0; i < ledger_count; i++)
		check_item(i);
}

static size_t count_of(uint16_t flag)
{
	size_t count = 0;
	for (size_t i = 0; i < drained.count; i++)
		count += (drained.items[i].flags & flag) != 0;
	return count;
}

static void end_session(void)
{
	atomic_store(&fake.header->end_state, SESSION_REPLACED);
}

static int wait_for(pid_t child)
{
	int status;
	cr_assert_eq(waitpid(child, &status, 0), child);
	return status;
}

/* ---- tests --------------------------------------------------------------- */

Test(drain_live, follows_a_process_to_its_end)
{
	pid_t drainer = start_drainer();
	for (int i = 0; i < 50; i++) {
		produce(4000);
		sleep_ns(1000000);
	}
	end_session();
	cr_assert_eq(wait_for(drainer), 0);
	cr_assert_neq(access(fake.session_path, F_OK), 0);
	check_ledger();
	cr_assert_eq(drained.end[0], END_REPLACED);
	cr_assert_lt(atomic_load(&fake.header->chunks_used), 40, "chunks are used again");
	cr_assert_gt(drained.rss_samples, 0);
	cr_assert_gt(count_of(OPERATION_TEMPORARY), 1000);
	cr_assert_gt(count_of(OPERATION_COLLECTED), 1000);
}

Test(drain_live, loses_and_doubles_nothing_when_killed_at_any_time)
{
	for (int round = 0; round < ROUNDS; round++) {
		pid_t drainer = start_drainer();
		size_t bursts = (size_t)rand() % 12;
		for (size_t i = 0; i < bursts; i++) {
			produce((size_t)rand() % 1500);
			/* More commits, so that they are met more often. */
			atomic_fetch_add(&fake.header->flush_requests, 1);
			sleep_ns(rand() % 700000);
		}
		/* How many commits fit between two kills is a matter of time, so some of the kills wait for
		 * one. */
		while (round % 4 == 0 &&
		       atomic_load(&fake.header->flushes_done) != atomic_load(&fake.header->flush_requests))
			sleep_ns(100000);
		sleep_ns(rand() % 3000000);
		kill(drainer, SIGKILL);
		cr_assert(WIFSIGNALED(wait_for(drainer)));
	}
	end_session();
	cr_assert_eq(drain_run(fake.session_path, DRAIN_FINISH, &diagnostic), 0, "%s", diagnostic.message);
	check_ledger();
	cr_assert_gt(drained.batches, ROUNDS / 8);
	cr_assert_gt(count_of(OPERATION_TEMPORARY), 1000);
	cr_assert_gt(count_of(OPERATION_COLLECTED), 1000);
}

Test(drain_live, a_report_takes_what_is_there_from_a_process_that_goes_on)
{
	for (uint32_t i = 1; i <= 3; i++) {
		produce(10000);
		cr_assert_eq(drain_run(fake.session_path, DRAIN_FINISH, &diagnostic), 0, "%s",
			     diagnostic.message);
		check_ledger();
		cr_assert_eq(drained.end[0], 0);
		cr_assert_geq(drained.batches, i);
		drained_finish(&drained);
	}
	cr_assert_eq(access(fake.session_path, F_OK), 0, "the session goes on");
	end_session();
	cr_assert_eq(drain_wait(fake.session_path, 1000, NULL, &diagnostic), 0);
	check_ledger();
	cr_assert_eq(drained.end[0], END_REPLACED);
}

Test(drain_live, a_report_is_answered_by_the_drainer)
{
	pid_t drainer = start_drainer();
	while (atomic_load(&fake.header->heartbeat) == 0)
		sleep_ns(1000000);
	for (int i = 0; i < 5; i++) {
		produce(3000);
		cr_assert_eq(drain_run(fake.session_path, DRAIN_FINISH, &diagnostic), -EBUSY);
		cr_assert_eq(drain_wait(fake.session_path, 2000, NULL, &diagnostic), 0);
		check_ledger();
		drained_finish(&drained);
	}
	end_session();
	cr_assert_eq(drain_wait(fake.session_path, 2000, NULL, &diagnostic), 0);
	check_ledger();
	cr_assert_eq(wait_for(drainer), 0);
}

Test(drain_live, a_drainer_that_stands_still_is_not_awaited_for_ever)
{
	pid_t drainer = start_drainer();
	while (atomic_load(&fake.header->heartbeat) == 0)
		sleep_ns(1000000);
	kill(drainer, SIGSTOP);
	cr_assert_eq(drain_wait(fake.session_path, 50, NULL, &diagnostic), -ETIMEDOUT);
	kill(drainer, SIGCONT);
	end_session();
	cr_assert_eq(wait_for(drainer), 0);
}

Test(drain_live, slots_of_threads_that_are_gone_are_used_again)
{
	pid_t drainer = start_drainer();
	for (uint64_t i = 0; i < 5; i++) {
		/* No thread of this process has number 1. */
		struct fake_thread passing = fake_thread(&fake, 1);
		cr_assert_eq(passing.index, THREADS);
		fake.last_stamp = clock_monotonic_ns();
		fake_record(&passing, RECORD_ALLOC, 0x100000 + i * 16, i + 1, 1);
		expect((struct events_item){.type = OPERATION_ALLOC, .size_bytes = i + 1, .node = 1});
		for (int tries = 0; atomic_load(&fake.header->free_threads) << 32 == 0; tries++) {
			cr_assert_lt(tries, 3000);
			sleep_ns(1000000);
		}
		cr_assert_eq(thread_owner_state(atomic_load(&passing.slot->owner)), THREAD_FREE);
	}
	end_session();
	cr_assert_eq(wait_for(drainer), 0);
	check_ledger();
	cr_assert_eq(drained.thread_count, 5, "each was a thread of its own");
}

Test(drain_live, a_full_disk_delays_and_loses_nothing)
{
	struct rlimit limit;
	pid_t drainer = start_drainer();
	cr_assert_eq(prlimit(drainer, RLIMIT_FSIZE, NULL, &limit), 0);
	limit.rlim_cur = 20000;
	produce(1000);
	cr_assert_eq(drain_wait(fake.session_path, 2000, NULL, &diagnostic), 0);
	cr_assert_eq(prlimit(drainer, RLIMIT_FSIZE, &limit, NULL), 0);
	produce(100000);
	cr_assert_eq(drain_wait(fake.session_path, 700, NULL, &diagnostic), -ETIMEDOUT);
	/* Producers must notice that nothing moves. */
	uint32_t heartbeat = atomic_load(&fake.header->heartbeat);
	sleep_ns(300000000);
	cr_assert_eq(atomic_load(&fake.header->heartbeat), heartbeat);
	produce(1000);
	limit.rlim_cur = limit.rlim_max;
	cr_assert_eq(prlimit(drainer, RLIMIT_FSIZE, &limit, NULL), 0);
	cr_assert_eq(drain_wait(fake.session_path, 5000, NULL, &diagnostic), 0);
	end_session();
	cr_assert_eq(wait_for(drainer), 0);
	check_ledger();
}

Test(drain_live, a_sync_is_answered_soon)
{
	pid_t drainer = start_drainer();
	for (uint64_t i = 1; i <= 20; i++) {
		sleep_ns(25000000);
		fake.last_stamp = clock_monotonic_ns();
		fake_record(&threads[0], RECORD_ALLOC, 0x100000 + i * 16, 10, 1);
		fake_ext(&threads[0], EXT_SYNC, i, 0);
		uint64_t asked_ns = clock_monotonic_ns();
		if (atomic_exchange(&fake.header->doorbell, 0))
			syscall(SYS_futex, &fake.header->doorbell, FUTEX_WAKE, 1, NULL, NULL, 0);
		while (atomic_load(&fake.header->synced) != i)
			cr_assert_lt(clock_monotonic_ns() - asked_ns, 2000000000u);
		cr_assert_eq(atomic_load(&fake.header->live_bytes), (int64_t)(10 * i));
	}
	end_session();
	cr_assert_eq(wait_for(drainer), 0);
}
