/*
 * confine.c - see confine.h.
 */
#include "confine.h"

#include "base/confined.h"
#include "base/moment.h"
#include "memory/arena.h"
#include "memory/process.h"
#include "recorder.h"
#include "thread.h"
#include "unwind/rules.h"

#include <errno.h>
#include <unistd.h>

/* What a confined program may still take: chunks to fill while the drainer naps, new call paths, threads. */
#define CHUNKS_AHEAD 64u
#define NODES_AHEAD 65536u
#define SLOTS_AHEAD 32u
#define MODULES_AHEAD 64u
#define TEXT_AHEAD 65536u

static void reserve_ahead(struct arena *arena)
{
	struct session_header *session = arena->header;
	/* Relaxed, all: about so many. */
	uint64_t chunks = atomic_load_explicit(&session->chunks_used, memory_order_relaxed) + CHUNKS_AHEAD;
	uint64_t nodes = atomic_load_explicit(&session->nodes_used, memory_order_relaxed) + NODES_AHEAD;
	uint64_t slots = atomic_load_explicit(&session->threads_used, memory_order_relaxed) + SLOTS_AHEAD;
	uint64_t modules = atomic_load_explicit(&session->modules_used, memory_order_relaxed) + MODULES_AHEAD;
	uint64_t text = atomic_load_explicit(&session->text_used, memory_order_relaxed) + TEXT_AHEAD;

	/* Where one of them is refused, less will have to do. */
	(void)arena_reserve(arena, ARENA_CHUNKS, chunks * sizeof(struct session_chunk));
	(void)arena_reserve(arena, ARENA_NODES, nodes * sizeof(struct session_node));
	(void)arena_reserve(arena, ARENA_THREADS, slots * sizeof(struct session_thread));
	(void)arena_reserve(arena, ARENA_MODULES, modules * sizeof(struct session_module));
	(void)arena_reserve(arena, ARENA_TEXT, text);
}

bool confine_begin(void)
{
	if (confined())
		return false;
	int saved = errno;
	/* This may be the program's first contact, after which there could be none. */
	struct session_header *session = recorder_session();
	struct process *process = process_peek();

	/* A vfork child's filter is none of its parent's, whose memory this is. */
	if (session && session->pid != getpid())
		return false;
	if (session && process && process->arena) {
		reserve_ahead(process->arena);
		contexts_reserve(&process->contexts, NODES_AHEAD);
		thread_reserve(process);
		rules_reserve();
		/* For the drainer, which then looks in more often than it is called. */
		atomic_store_explicit(&session->confined, 1, memory_order_relaxed);
	}
	atomic_store_explicit(&confine_word, 1, memory_order_relaxed);
	errno = saved;
	return true;
}

void confine_undo(void)
{
	struct process *process = process_peek();

	if (process && process->session)
		atomic_store_explicit(&process->session->confined, 0, memory_order_relaxed);
	atomic_store_explicit(&confine_word, 0, memory_order_relaxed);
}

bool confine_take_clock(bool taken)
{
	bool before = timeless;

	timeless = taken;
	if (thread_self && thread_self->session)
		thread_choose_clock(thread_self);
	return before;
}
