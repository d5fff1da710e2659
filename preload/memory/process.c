/*
 * process.c - mapping the state that fork wipes.  Async-signal-safe, no locks.
 */
#include "process.h"

#include "base/pages.h"

static struct process *_Atomic process;

struct process *process_peek(void)
{
	/* Acquire/release: whoever sees the pointer sees the fresh mapping's zeroes. */
	return atomic_load_explicit(&process, memory_order_acquire);
}

struct process *process_get(void)
{
	struct process *seen = process_peek();

	if (seen)
		return seen;
	struct process *mine = pages_map(sizeof *mine);
	if (!mine)
		return NULL;
	if (atomic_compare_exchange_strong_explicit(&process, &seen, mine, memory_order_acq_rel,
						    memory_order_acquire))
		return mine;
	pages_unmap(mine, sizeof *mine);
	return seen;
}

struct arena *process_arena(void)
{
	struct process *seen = process_get();

	return seen ? seen->arena : NULL;
}
