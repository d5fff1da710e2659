/*
 * unrecorded.c - see unrecorded.h.
 */
#include "unrecorded.h"

#include "arena.h"
#include "confine.h"
#include "parent.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static void add(struct session_header *session, int programs)
{
	/* Relaxed: the drainer reads it when the process has ended. */
	atomic_fetch_add_explicit(&session->unrecorded_children, (uint32_t)programs, memory_order_relaxed);
}

void unrecorded_add(int programs)
{
	struct arena *arena = arena_current();
	struct session_header *parents = NULL;
	int saved = errno;

	if (arena)
		add(arena->header, programs);
	else if (!confined())
		parents = parent_map_session(FILES_MEMORY, (unsigned long)getppid());
	if (parents) {
		add(parents, programs);
		munmap(parents, sizeof *parents);
	}
	errno = saved;
}
