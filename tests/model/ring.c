/*
 * ring.c - the chunk queue between recorder and drainer, under every schedule of small configurations.
 *
 * Runs the very functions of preload/recorder.c, preload/thread.c and reporter/drain/queue.c, on a
 * ring of two events a chunk.  What drain/merge.c, commit.c and follow.c do with a queue (adopt,
 * take, commit, release, beat, retire, take over) is retold here, since they need a trace file.
 *
 * Holds: no event is lost, doubled, reordered within its thread or read torn; whoever must wait goes
 * on; after a kill of the drainer and a takeover there is what there would have been without.
 *
 * Usage: ring [CONFIGURATION [SEED]]; "" is all of them.  Without a seed the random part takes one
 * from the clock, and says which.  A failure prints the run's accesses; exit status 1.
 */
#include "explore.h"
#include "schedule.h"

#include "drain/queue.h"
#include "preload/process.h"
#include "preload/recorder.h"
#include "preload/thread.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PRODUCERS_MAX 3
#define DRAINER 3
#define SUCCESSOR 4
#define CHUNKS_MAX 16

struct setup {
	const char *name;
	unsigned producers, events;
	bool reuse;       /* the second begins when the first has ended, whose slot may be free then */
	unsigned signals; /* that may interrupt the first */
	unsigned burst;   /* events of each; 0: one */
	unsigned kills;
	bool late; /* nobody takes over before the first producer has ended */
	unsigned soft_cap;
	unsigned chunks;
	bool may_lose; /* more may be wanted than there are chunks at all */
	unsigned deviations;
};

unsigned model_soft_cap;
struct process model_process;

static _Alignas(64) char memory[65536];
static struct session_header *const session = (void *)memory;
static const struct setup *setup;

/* ---- what has to come out --------------------------------------------------------- */

enum stream { MAIN, SIDE, STREAMS };

struct figures {
	uint32_t last[PRODUCERS_MAX][STREAMS], count;
};

static uint32_t made[PRODUCERS_MAX][STREAMS];

static uint64_t address_of(unsigned producer, enum stream stream, uint32_t ordinal)
{
	return ((uint64_t)(producer + 1) << 20 | (uint64_t)stream << 16 | ordinal) << RECORD_ADDRESS_SHIFT;
}

/* Every other one needs a prefix. */
static uint64_t size_of(uint32_t ordinal)
{
	return ordinal % 2 ? ordinal : RECORD_SIZE_MAX + ordinal;
}

static void make_event(unsigned producer, enum stream stream)
{
	uint32_t ordinal = ++made[producer][stream];
	recorder_tracked(NULL, (void *)(uintptr_t)address_of(producer, stream, ordinal), size_of(ordinal), 0);
}

static void check_event(struct figures *figures, const struct queue *queue, const struct queue_event *event)
{
	uint64_t key = event->address >> RECORD_ADDRESS_SHIFT;
	unsigned producer = (unsigned)(key >> 20) - 1;
	enum stream stream = event->side ? SIDE : MAIN;
	uint32_t ordinal = key & 0xffff;

	if (event->type != RECORD_TRACK_ALLOC || producer >= setup->producers ||
	    event->address != address_of(producer, stream, ordinal) ||
	    event->size_bytes != size_of(ordinal) || queue->slot->tid != producer + 1)
		schedule_fail("takes what nobody wrote");
	if (ordinal > made[producer][stream])
		schedule_fail("takes what is not yet");
	if (ordinal <= figures->last[producer][stream])
		schedule_fail("takes an event twice, or out of order");
	if (ordinal != figures->last[producer][stream] + 1 && !setup->may_lose)
		schedule_fail("misses an event");
	figures->last[producer][stream] = ordinal;
	figures->count++;
}

/* ---- producers -------------------------------------------------------------------- */

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count)
{
	for (size_t i = 0; i + 8 <= count; i += 8) {
		uint64_t word;
		memcpy(&word, (const char *)bytes + i, sizeof word);
		hash = memory_mix(hash, word);
	}
	return hash;
}

static void produce(unsigned task)
{
	for (unsigned i = 0; i < setup->events; i++) {
		if (thread_self)
			schedule_at(hash_bytes(i, thread_self, sizeof *thread_self));
		make_event(task, MAIN);
	}
}

static void handle_signal(unsigned task)
{
	/* A thread that is not there yet has no place to put it. */
	for (unsigned i = 0; thread_self && thread_self->session && (i == 0 || i < setup->burst); i++)
		make_event(task, SIDE);
}

/* ---- the drainer -------------------------------------------------------------------- */

struct kept { /* of a slot, in the last CURSOR */
	uint64_t incarnation, taken, side_taken, last_stamp;
};

/* What a drainer knows, and what of it is in the trace. */
struct drainer {
	struct figures figures;
	struct queue queues[PRODUCERS_MAX];
	bool open[PRODUCERS_MAX];
	bool pending; /* something was taken since the last commit */
};

static struct drainer drainer;
static struct figures committed;
static struct kept cursor[PRODUCERS_MAX];

/* As merge.c's restore_queue. */
static void restore_queue(struct queue *queue)
{
	const struct kept *kept = &cursor[queue->slot_index];

	if (kept->incarnation != queue->incarnation)
		return;
	queue->taken = queue->released = kept->taken;
	queue->side_taken = kept->side_taken;
	queue->last_stamp = kept->last_stamp;
	while (queue_skip_taken(queue)) {
	}
	queue_release(queue);
}

/* As merge.c's merge_refresh. */
static void adopt_slots(void)
{
	uint32_t used = atomic_load_explicit(&session->threads_used, memory_order_relaxed);

	for (uint32_t i = 0; i < used; i++) {
		struct session_thread *slot = session_thread(session, i);
		if (drainer.open[i] ||
		    atomic_load_explicit(&slot->state, memory_order_acquire) != THREAD_OWNED)
			continue;
		queue_init(&drainer.queues[i], session, i);
		restore_queue(&drainer.queues[i]);
		drainer.open[i] = true;
	}
}

static void take_all(void)
{
	for (uint32_t i = 0; i < PRODUCERS_MAX; i++) {
		struct queue *queue = &drainer.queues[i];
		while (drainer.open[i] && queue_peek(queue)) {
			check_event(&drainer.figures, queue, queue_peek(queue));
			queue_take(queue);
			drainer.pending = true;
		}
	}
}

/* As commit.c's write_batch.  The file makes it one step: a CURSOR is whole, or is not. */
static void commit_all(void)
{
	committed = drainer.figures;
	for (uint32_t i = 0; i < PRODUCERS_MAX; i++) {
		const struct queue *q = &drainer.queues[i];
		if (drainer.open[i])
			cursor[i] = (struct kept){q->incarnation, q->taken, q->side_taken, q->last_stamp};
	}
	drainer.pending = false;
	for (uint32_t i = 0; i < PRODUCERS_MAX; i++)
		if (drainer.open[i])
			queue_release(&drainer.queues[i]);
}

/* As follow.c's beat. */
static void beat(void)
{
	atomic_fetch_add_explicit(&session->heartbeat, 1, memory_order_relaxed);
	if (atomic_load_explicit(&session->starving, memory_order_relaxed) > 0)
		schedule_wake(&session->heartbeat);
}

/* As merge.c's merge_sweep; a thread's end is seen through the kernel. */
static bool retire_ended(void)
{
	bool any = false;

	for (uint32_t i = 0; i < PRODUCERS_MAX; i++) {
		struct queue *queue = &drainer.queues[i];
		if (!drainer.open[i] || !queue_is_idle(queue) || !schedule_ended(queue->slot->tid - 1))
			continue;
		memory_order_after(schedule_self(), queue->slot->tid - 1);
		if (!queue_is_idle(queue))
			continue;
		queue_retire(queue);
		drainer.open[i] = false;
		any = true;
	}
	return any;
}

static bool producers_ended(void)
{
	for (unsigned i = 0; i < setup->producers; i++)
		if (!schedule_ended(i))
			return false;
	return true;
}

/* The figures are a function of what is committed, but for what was taken since. */
static uint64_t drainer_state(void)
{
	uint64_t hash = hash_bytes(0, &drainer.figures, sizeof drainer.figures);
	hash = hash_bytes(hash, &committed, sizeof committed);
	hash = hash_bytes(hash, cursor, sizeof cursor);
	for (unsigned i = 0; i < PRODUCERS_MAX; i++)
		if (drainer.open[i])
			hash = hash_bytes(memory_mix(hash, i + 1), &drainer.queues[i], sizeof(struct queue));
	return memory_mix(hash, drainer.pending);
}

/* False: the drainer did all by itself. */
static bool await_death(unsigned task)
{
	while (!schedule_killed(DRAINER)) {
		if (schedule_ended(DRAINER))
			return false;
		schedule_idle(schedule_changes());
	}
	memory_order_after(task, DRAINER);
	return true;
}

static void drain(unsigned task)
{
	if (task == SUCCESSOR && !await_death(task))
		return;
	memset(&drainer, 0, sizeof drainer);
	drainer.figures = committed;
	for (;;) {
		schedule_at(drainer_state());
		uint64_t changes = schedule_changes();
		bool last = producers_ended();
		for (unsigned i = 0; last && i < setup->producers; i++)
			memory_order_after(task, i);
		adopt_slots();
		take_all();
		/* There may be a time between. */
		bool commits = drainer.pending && explore_choose(2, true) == 0;
		if (commits || (last && drainer.pending))
			commit_all();
		beat();
		if (!retire_ended() && !commits) {
			if (last)
				return;
			schedule_idle(changes);
		}
	}
}

/* ---- one run -------------------------------------------------------------------------- */

static void lay_out(void)
{
	session->threads_offset = (sizeof *session + 63) & ~UINT64_C(63);
	session->threads_max = PRODUCERS_MAX;
	session->chunks_offset = session->threads_offset + PRODUCERS_MAX * sizeof(struct session_thread);
	session->chunks_max = setup->chunks;
	session->file_bytes = session->chunks_offset + setup->chunks * sizeof(struct session_chunk);
	session->pid = 1;
	memory_reset(memory, offsetof(struct session_header, free_chunks), session->file_bytes);
}

static void reset(void)
{
	memset(&model_process, 0,
	       offsetof(struct process, threads) + PRODUCERS_MAX * sizeof(struct thread *));
	model_process.session = session;
	model_process.state = PROCESS_RECORDING;
	model_soft_cap = setup->soft_cap;
	memset(made, 0, sizeof made);
	memset(&drainer, 0, sizeof drainer);
	memset(&committed, 0, sizeof committed);
	memset(cursor, 0, sizeof cursor);
	lay_out();
}

/* The low half of an atomic: nobody else is there any more. */
__attribute__((no_sanitize_thread)) static uint32_t final_value(const volatile void *at)
{
	uint32_t value;
	memcpy(&value, (const void *)(uintptr_t)at, sizeof value);
	return value;
}

/* No chunk is in two places; only a kill may lose one, or a slot with one. */
static void check_chunks(void)
{
	bool seen[CHUNKS_MAX + 1] = {false};
	uint32_t free = final_value(&session->free_chunks), count = 0;

	for (; free; free = final_value(&session_chunk(session, free - 1)->free_next)) {
		if (free > setup->chunks || seen[free])
			schedule_fail("leaves a chunk twice on the stack of free ones");
		seen[free] = true;
		count++;
	}
	uint32_t used = final_value(&session->chunks_used);
	if (count > used || count + 2 * setup->kills < used)
		schedule_fail("leaves chunks that nobody has");
}

static void check_end(void)
{
	uint32_t wanted = 0, lost;

	for (unsigned i = 0; i < SCHEDULE_TASKS; i++)
		memory_order_after(schedule_self(), i);
	for (unsigned i = 0; i < setup->producers; i++)
		wanted += made[i][MAIN] + made[i][SIDE];
	lost = final_value(&session->lost_events);
	if (!producers_ended())
		schedule_fail("waits for ever");
	if (lost && !setup->may_lose)
		schedule_fail("gives up an event");
	if (committed.count + lost != wanted)
		schedule_fail("ends without all events");
	check_chunks();
}

static void run(void)
{
	struct schedule_task tasks[SCHEDULE_TASKS] = {
		[DRAINER] = {.body = drain, .mortal = true},
		[SUCCESSOR] = {.body = drain,
			       .mortal = true,
			       .begins_after = DRAINER + 1,
			       .begins_by_death = true},
	};

	for (unsigned i = 0; i < setup->producers; i++)
		tasks[i] = (struct schedule_task){.body = produce, .handler = handle_signal};
	tasks[0].signals = setup->signals;
	if (setup->reuse)
		tasks[1].begins_after = 1;
	if (setup->late)
		tasks[SUCCESSOR].begins_after = 1, tasks[SUCCESSOR].begins_by_death = false;
	if (setup->kills == 0)
		tasks[SUCCESSOR].body = NULL;
	reset();
	if (schedule_run(tasks, setup->kills))
		check_end();
}

/* ---- configurations ------------------------------------------------------------------- */

#define RANDOM_RUNS 4000
#define RANDOM_RARITY 24

/* Every schedule with so many deviations, each in a second or a few. */
static const struct setup setups[] = {
	{.name = "one thread", .producers = 1, .events = 5, .chunks = 4, .deviations = 4},
	{.name = "no room", .producers = 1, .events = 6, .chunks = 2, .may_lose = true, .deviations = 3},
	{.name = "signals", .producers = 1, .events = 3, .signals = 2, .chunks = 4, .deviations = 3},
	{.name = "side ring",
	 .producers = 1,
	 .events = 3,
	 .signals = 3,
	 .burst = 3,
	 .chunks = 4,
	 .may_lose = true,
	 .deviations = 3},
	{.name = "kill",
	 .producers = 1,
	 .events = 5,
	 .kills = 1,
	 .soft_cap = 1,
	 .chunks = 6,
	 .deviations = 3},
	{.name = "kill, nobody there",
	 .producers = 1,
	 .events = 5,
	 .kills = 1,
	 .late = true,
	 .chunks = 6,
	 .deviations = 3},
	{.name = "two threads", .producers = 2, .events = 3, .chunks = 8, .deviations = 2},
	{.name = "two short threads", .producers = 2, .events = 1, .chunks = 4, .deviations = 3},
	{.name = "reuse", .producers = 2, .events = 2, .reuse = true, .chunks = 4, .deviations = 4},
	{.name = "reuse, kill",
	 .producers = 2,
	 .events = 2,
	 .reuse = true,
	 .kills = 1,
	 .chunks = 6,
	 .deviations = 2},
	{.name = "two threads, kill",
	 .producers = 2,
	 .events = 2,
	 .kills = 1,
	 .soft_cap = 1,
	 .chunks = 8,
	 .deviations = 2},
};

/* Too large for that: at random. */
static const struct setup large[] = {
	{.name = "three threads", .producers = 3, .events = 12, .chunks = 8, .may_lose = true},
	{.name = "three threads, signals, kill",
	 .producers = 3,
	 .events = 10,
	 .signals = 4,
	 .kills = 1,
	 .soft_cap = 1,
	 .chunks = 8,
	 .may_lose = true},
};

static void try_every_schedule(const struct setup *of)
{
	setup = of;
	explore_all(setup->deviations);
	while (explore_next())
		run();
	printf("%s: %" PRIu64 " states in %" PRIu64 " runs\n", setup->name, explore_states(), explore_runs());
	fflush(stdout);
}

static void try_at_random(const struct setup *of, uint64_t seed)
{
	setup = of;
	printf("%s: %u runs at random, seed %" PRIu64 "\n", setup->name, RANDOM_RUNS, seed);
	fflush(stdout);
	explore_random(seed, RANDOM_RUNS, RANDOM_RARITY);
	while (explore_next())
		run();
}

static bool is_wanted(const struct setup *of, const char *name)
{
	return !name || strcmp(of->name, name) == 0;
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 && argv[1][0] ? argv[1] : NULL;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
	unsigned matched = 0;

	for (size_t i = 0; i < sizeof setups / sizeof *setups; i++)
		if (is_wanted(&setups[i], only) && ++matched)
			try_every_schedule(&setups[i]);
	for (size_t i = 0; i < sizeof large / sizeof *large; i++)
		if (is_wanted(&large[i], only) && ++matched)
			try_at_random(&large[i], seed | 1);
	if (matched == 0)
		fprintf(stderr, "usage: ring [CONFIGURATION [SEED]]\n");
	return matched == 0 ? 2 : 0;
}
