/*
 * doubles.c - what the code under test asks the rest of the shim, answered as a process would that records.
 */
#include "preload/memory/arena.h"
#include "preload/memory/process.h"
#include "preload/record/first_event.h"
#include "preload/record/session_end.h"

extern struct process model_process;

struct process *process_get(void)
{
	return &model_process;
}

bool session_ensure(struct process *process)
{
	(void)process;
	return true;
}

struct process *process_peek(void)
{
	return &model_process;
}

bool arena_reserve(struct arena *arena, enum arena_region region, uint64_t end)
{
	return region != ARENA_CHUNKS || end <= arena->header->chunks_max * sizeof(struct session_chunk);
}

struct arena *process_arena(void)
{
	return model_process.arena;
}

uint32_t arena_text(struct arena *arena, const char *text, size_t bytes)
{
	(void)arena, (void)text, (void)bytes;
	return 0;
}

void arena_keep_on_fork(struct arena *arena, bool keep)
{
	(void)arena, (void)keep;
}

void arena_replace_in_child(struct arena *arena)
{
	(void)arena;
}

void session_is_blind(enum blind_reason reason)
{
	(void)reason;
}
