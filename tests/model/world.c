/*
 * world.c - the session of a run, what its threads tell each other outside of it, and the clock.
 */
#include "world.h"

#include "preload/base/epoch.h"
#include "preload/memory/process.h"
#include "tests/flat_arena.h"

#include <stddef.h>
#include <string.h>

#define CLOCK_BEGINS 1000u

struct process model_process;
static struct arena arena;

static _Alignas(64) char memory[65536];
struct session_header *const world_session = (void *)memory;
struct world world;

/* What the program's own threads share, and all processes: behind the session. */
struct outside {
	_Atomic uint64_t clock;
	_Atomic uint32_t told[PRODUCERS_MAX]; /* events of each that others may build on */
};

static struct outside *outside(void)
{
	return (struct outside *)(memory + world_session->file_bytes);
}

/* Acq_rel: one reading comes after the other, and so do the loads behind it, which is what the margin of
 * the drainer's cut-off is for. */
uint64_t model_ticks(void)
{
	unsigned task = schedule_self();

	if (!world.setup->clock)
		return schedule_time_ns();
	world.now = CLOCK_BEGINS + atomic_fetch_add_explicit(&outside()->clock, 1, memory_order_acq_rel);
	if (!world.handling[task])
		world.last_reading[task] = world.now;
	return world.now;
}

bool world_threads_talk(void)
{
	return world.setup->clock && world.setup->producers > 1;
}

/* Acquire: pairs with world_tell's release; what was told of has happened. */
uint32_t world_told(unsigned producer)
{
	return atomic_load_explicit(&outside()->told[producer], memory_order_acquire);
}

void world_tell(unsigned producer, uint32_t events)
{
	atomic_store_explicit(&outside()->told[producer], events, memory_order_release);
}

static void lay_out(struct session_header *session, const struct setup *setup)
{
	session->threads_offset = (sizeof *session + 63) & ~UINT64_C(63);
	session->threads_max = PRODUCERS_MAX;
	session->chunks_offset = session->threads_offset + PRODUCERS_MAX * sizeof(struct session_thread);
	session->chunks_max = setup->chunks;
	session->file_bytes = session->chunks_offset + setup->chunks * sizeof(struct session_chunk);
	session->chunks_soft = setup->soft_cap;
	session->chunks_hard = setup->chunks;
	session->pid = 1;
	session->flags = SESSION_TSC;
	memory_reset(memory, offsetof(struct session_header, free_chunks),
		     session->file_bytes + sizeof(struct outside));
}

/* What threads tell each other there they do relaxed, for others' sake alone. */
static void follow_process(void)
{
	memory_follow_also((char *)&model_process + offsetof(struct process, paused),
			   offsetof(struct process, forks) - offsetof(struct process, paused));
	memory_follow_also((char *)(uintptr_t)&epoch_word, sizeof epoch_word);
}

void world_reset(const struct setup *setup)
{
	world = (struct world){.setup = setup};
	memset(&model_process, 0,
	       offsetof(struct process, threads) + PRODUCERS_MAX * sizeof(struct thread *));
	model_process.session = world_session;
	model_process.arena = &arena;
	model_process.state = PROCESS_RECORDING;
	lay_out(world_session, setup);
	flat_arena(&arena, world_session);
	epoch_word = EPOCH_RECORDING;
	memory_follow_also((char *)(uintptr_t)&model_process.vacant, sizeof model_process.vacant);
	if (world_threads_talk())
		follow_process();
}
