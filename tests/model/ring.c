/*
 * ring.c - the chunk queue between recorder and drainer, under every schedule of small configurations.
 *
 * Runs the very functions of preload/ordinary.h, recorder.c, thread.c and reporter/drain/queue.c, on a
 * ring of two events a chunk.  What drain/merge.c, commit.c and follow.c do with a queue (show
 * the clock, adopt, take, commit, release, beat, retire, take over) is retold here, since they need a trace
 * file.
 *
 * Holds: no event is lost, doubled, reordered within its thread or read torn; whoever must wait goes
 * on; after a kill of the drainer and a takeover there is what there would have been without.  And
 * where there is one clock for all: no event comes before what it depends on, nor has a stamp of the
 * future or of long ago; pausing is seen by what depends on it.
 *
 * Usage: ring [CONFIGURATION [SEED]]; "" is all of them.  Without a seed the random part takes one
 * from the clock, and says which.  A failure prints the run's accesses; exit status 1.
 */
#include "explore.h"
#include "schedule.h"

#include "drain/queue.h"
#include "ordinary.h" /* which faults.py puts beside a copy of this */
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
#define CLOCK_BEGINS 1000u
#define CLOCK_AGE 1u /* of it, that a shown stamp may have */

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
	bool clock;    /* one for all, which the drainer shows and goes by */
	bool pauses;   /* the second, before its last event */
	unsigned deviations;
};

unsigned model_soft_cap;
struct process model_process;

static _Alignas(64) char memory[65536];
static struct session_header *const session = (void *)memory;
static const struct setup *setup;

/* What the program's own threads share, and all processes: behind the session. */
struct outside {
	_Atomic uint64_t clock;
	_Atomic uint32_t told[PRODUCERS_MAX]; /* events of each that others may build on */
};

static struct outside *outside(void)
{
	return (struct outside *)(memory + session->file_bytes);
}

/* ---- the clock ---------------------------------------------------------------------- */

static uint64_t now, shown, last_reading[SCHEDULE_TASKS];
static bool handling[SCHEDULE_TASKS];

/* Acq_rel: one reading comes after the other, and so do the loads behind it, which is what the margin of
 * the drainer's cut-off is for. */
uint64_t model_ticks(void)
{
	unsigned task = schedule_self();

	if (!setup->clock)
		return schedule_time_ns();
	uint64_t ticks = CLOCK_BEGINS + atomic_fetch_add_explicit(&outside()->clock, 1, memory_order_acq_rel);
	now = ticks;
	if (!handling[task])
		last_reading[task] = ticks;
	return ticks;
}

/* ---- what has to come out --------------------------------------------------------- */

enum stream { MAIN, SIDE, STREAMS };

struct figures {
	uint32_t last[PRODUCERS_MAX][STREAMS], count;
};

static uint32_t made[PRODUCERS_MAX][STREAMS];
static uint32_t knows[PRODUCERS_MAX][PRODUCERS_MAX]; /* main events that one may depend on, of each */
static uint32_t handled[PRODUCERS_MAX];              /* side events of its own */
static bool pausing;

/* Some need prefixes: too large, and at an odd address. */
static bool is_odd(uint32_t ordinal)
{
	return ordinal % 4 == 3;
}

static uint64_t address_of(unsigned producer, enum stream stream, uint32_t ordinal)
{
	uint64_t key = (uint64_t)(producer + 1) << 20 | (uint64_t)stream << 16 | ordinal;

	return key << RECORD_ADDRESS_SHIFT | is_odd(ordinal);
}

/* A size says what its event depends on: 4 bits for each thread's main events, and for its own side ones. */
#define NEEDS_BITS 4
#define NEEDS_MASK ((1u << NEEDS_BITS) - 1)

static uint32_t needed(uint64_t size_bytes, unsigned which)
{
	return (uint32_t)(size_bytes >> which * NEEDS_BITS) & NEEDS_MASK;
}

static uint64_t size_of(unsigned producer, uint32_t ordinal)
{
	uint64_t size_bytes = is_odd(ordinal) ? RECORD_SIZE_MAX + 1 : 0;

	for (unsigned i = 0; i < PRODUCERS_MAX; i++)
		size_bytes |= (uint64_t)knows[producer][i] << i * NEEDS_BITS;
	return size_bytes | (uint64_t)handled[producer] << PRODUCERS_MAX * NEEDS_BITS;
}

/* As malloc in preload/interpose.c does it, but that a call path is not looked for in earnest. */
static void record_new(const void *block, uint64_t size_bytes)
{
	const struct unwind_start here = {0};

	if (!ordinary_event(RECORD_ALLOC, &here, block, size_bytes))
		recorder_allocated(NULL, block, size_bytes);
}

/* What was shown may be older than the thread's own last reading, but not by much. */
static void check_last_stamp(uint64_t reading_before)
{
	if (thread_self->last_stamp > now)
		schedule_fail("stamps with what is not yet");
	if (shown + CLOCK_AGE < reading_before && thread_self->last_stamp <= reading_before)
		schedule_fail("stamps with what was long ago");
}

static void make_event(unsigned producer, enum stream stream)
{
	uint32_t ordinal = ++made[producer][stream];
	uint64_t reading = last_reading[producer];

	record_new((void *)(uintptr_t)address_of(producer, stream, ordinal), size_of(producer, ordinal));
	if (stream == MAIN)
		knows[producer][producer] = ordinal;
	else
		handled[producer] = ordinal;
	if (setup->clock && stream == MAIN)
		check_last_stamp(reading);
}

static void check_causes(const struct figures *figures, unsigned producer, uint64_t size_bytes)
{
	for (unsigned i = 0; i < PRODUCERS_MAX; i++)
		if (figures->last[i][MAIN] < needed(size_bytes, i))
			schedule_fail("takes an event before one that it depends on");
	if (figures->last[producer][SIDE] < needed(size_bytes, PRODUCERS_MAX))
		schedule_fail("takes an event before a handler's that it depends on");
}

/* Whether the second thread had paused before, for all that the event's own can know. */
static bool is_after_pause(unsigned producer, uint32_t ordinal, uint64_t size_bytes)
{
	return setup->pauses &&
	       (needed(size_bytes, 1) == setup->events || (producer == 1 && ordinal == setup->events));
}

static bool is_pause(const struct queue_event *event)
{
	return event->type == RECORD_EXT && event->ext == EXT_PAUSE && setup->pauses;
}

static void check_event(struct figures *figures, const struct queue *queue, const struct queue_event *event)
{
	uint64_t key = event->address >> RECORD_ADDRESS_SHIFT;
	unsigned producer = (unsigned)(key >> 20) - 1;
	enum stream stream = event->side ? SIDE : MAIN;
	uint32_t ordinal = key & 0xffff;
	bool hidden = event->type == RECORD_HIDDEN_ALLOC;

	if (is_pause(event))
		return;
	if ((event->type != RECORD_ALLOC && !hidden) || producer >= setup->producers ||
	    event->address != address_of(producer, stream, ordinal) ||
	    (event->size_bytes > RECORD_SIZE_MAX) != is_odd(ordinal) ||
	    needed(event->size_bytes, stream == MAIN ? producer : PRODUCERS_MAX) != ordinal - 1 ||
	    queue->slot->tid != producer + 1)
		schedule_fail("takes what nobody wrote");
	if (hidden ? !pausing : is_after_pause(producer, ordinal, event->size_bytes))
		schedule_fail("takes an event in a pause for another, or the other way round");
	if (setup->clock && event->stamp > now)
		schedule_fail("takes an event of the future");
	if (setup->clock)
		check_causes(figures, producer, event->size_bytes);
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

static bool threads_talk(void)
{
	return setup->clock && setup->producers > 1;
}

/* The next event depends on what others have told of, as when it frees their blocks. */
static void listen(unsigned task)
{
	for (unsigned i = 0; i < setup->producers; i++)
		if (i != task)
			knows[task][i] = atomic_load_explicit(&outside()->told[i], memory_order_acquire);
}

static void tell(unsigned task)
{
	atomic_store_explicit(&outside()->told[task], knows[task][task], memory_order_release);
}

static void pause_before_last(unsigned task, unsigned event)
{
	if (!setup->pauses || task != 1 || event + 1 != setup->events)
		return;
	pausing = true;
	recorder_pause();
}

static void produce(unsigned task)
{
	for (unsigned i = 0; i < setup->events; i++) {
		uint64_t state = memory_mix(last_reading[task], i);
		if (thread_self)
			schedule_at(hash_bytes(state, thread_self, sizeof *thread_self));
		if (threads_talk())
			listen(task);
		pause_before_last(task, i);
		make_event(task, MAIN);
		if (threads_talk())
			tell(task);
	}
}

static void handle_signal(unsigned task)
{
	handling[task] = true;
	/* A thread that is not there yet has no place to put it. */
	for (unsigned i = 0; thread_self && thread_self->session && (i == 0 || i < setup->burst); i++)
		make_event(task, SIDE);
	handling[task] = false;
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

static void take_one(struct queue *queue)
{
	check_event(&drainer.figures, queue, queue_peek(queue));
	queue_take(queue);
	drainer.pending = true;
}

static void take_all(void)
{
	for (uint32_t i = 0; i < PRODUCERS_MAX; i++)
		while (drainer.open[i] && queue_peek(&drainer.queues[i]))
			take_one(&drainer.queues[i]);
}

static bool has_work(struct queue *queue, uint64_t cutoff)
{
	const struct queue_event *event = queue_peek(queue);

	return event && event->stamp <= cutoff;
}

/* As merge.c's merge_take: who has nothing at first is not asked again. */
static void take_by_stamp(uint64_t cutoff)
{
	bool has[PRODUCERS_MAX];

	for (uint32_t i = 0; i < PRODUCERS_MAX; i++)
		has[i] = drainer.open[i] && has_work(&drainer.queues[i], cutoff);
	for (;;) {
		struct queue *first = NULL;
		for (uint32_t i = 0; i < PRODUCERS_MAX; i++)
			if (has[i] && (!first || drainer.queues[i].head->stamp < first->head->stamp))
				first = &drainer.queues[i];
		if (!first)
			return;
		take_one(first);
		has[first - drainer.queues] = has_work(first, cutoff);
	}
}

/* As merge.c's merge_show_clock. */
static void show_clock(void)
{
	atomic_store_explicit(&session->clock.age, CLOCK_AGE, memory_order_relaxed);
	shown = model_ticks();
	atomic_store_explicit(&session->clock.stamp, shown, memory_order_relaxed);
}

/* As follow.c's take_all. */
static void take(bool last)
{
	if (setup->clock && !last)
		show_clock();
	uint64_t cutoff = setup->clock && !last ? model_ticks() : UINT64_MAX;
	adopt_slots();
	if (setup->clock)
		take_by_stamp(cutoff);
	else
		take_all();
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
		take(last);
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
	session->flags = SESSION_TSC;
	memory_reset(memory, offsetof(struct session_header, free_chunks),
		     session->file_bytes + sizeof(struct outside));
	epoch_word = EPOCH_RECORDING;
	/* What threads tell each other there they do relaxed, for others' sake alone. */
	if (!threads_talk())
		return;
	memory_follow_also((char *)&model_process + offsetof(struct process, paused),
			   offsetof(struct process, forks) - offsetof(struct process, paused));
	memory_follow_also((char *)(uintptr_t)&epoch_word, sizeof epoch_word);
}

static void reset(void)
{
	memset(&model_process, 0,
	       offsetof(struct process, threads) + PRODUCERS_MAX * sizeof(struct thread *));
	model_process.session = session;
	model_process.state = PROCESS_RECORDING;
	model_soft_cap = setup->soft_cap;
	memset(made, 0, sizeof made);
	memset(knows, 0, sizeof knows);
	memset(handled, 0, sizeof handled);
	memset(last_reading, 0, sizeof last_reading);
	memset(handling, 0, sizeof handling);
	pausing = false;
	now = shown = 0;
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
	{.name = "clock", .producers = 1, .events = 4, .clock = true, .chunks = 4, .deviations = 3},
	{.name = "clock, signals",
	 .producers = 1,
	 .events = 3,
	 .signals = 1,
	 .clock = true,
	 .chunks = 4,
	 .deviations = 3},
	{.name = "clock, two threads",
	 .producers = 2,
	 .events = 2,
	 .clock = true,
	 .pauses = true,
	 .chunks = 8,
	 .deviations = 2},
};

/* Too large for that: at random. */
static const struct setup large[] = {
	{.name = "clock, more events",
	 .producers = 2,
	 .events = 6,
	 .clock = true,
	 .pauses = true,
	 .chunks = 16},
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
