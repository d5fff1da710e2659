/*
 * unrecorded.c - see unrecorded.h.
 */
#include "unrecorded.h"

#include "memory/arena.h"
#include "memory/process.h"
#include "base/confined.h"
#include "base/own_stack.h"
#include "session/parent.h"
#include "base/signals.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static void add(struct session_header *session, int programs)
{
	/* Relaxed: the drainer reads it when the process has ended. */
	atomic_fetch_add_explicit(&session->unrecorded_children, (uint32_t)programs, memory_order_relaxed);
}

/* The session of the parent of a fork child that has had no event, or of a program between exec and exec. */
static void add_to_parents(void *programs)
{
	struct session_header *parents = parent_map_session(SESSIONS_DIRECTORY, (unsigned long)getppid());

	if (!parents)
		return;
	add(parents, *(int *)programs);
	munmap(parents, sizeof *parents);
}

void unrecorded_add(int programs)
{
	struct arena *arena = process_arena();
	int saved = errno;
	uint64_t before;

	if (arena) {
		add(arena->header, programs);
	} else if (!confined()) {
		signals_block(&before);
		own_stack_run(add_to_parents, &programs);
		signals_restore(&before);
	}
	errno = saved;
}
