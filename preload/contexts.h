/*
 * contexts.h - call-path interning: every distinct call path is one node of a tree, once.
 *
 * Nodes lie in the session file and are what records refer to; the index that finds them is
 * private to the process.  Lock-free, safe in signal handlers and from any thread.  Two threads
 * that meet a path at the same moment may, rarely, both make a node of it: then reports see two
 * ids with the same meaning.
 */
#ifndef MPROF_PRELOAD_CONTEXTS_H
#define MPROF_PRELOAD_CONTEXTS_H

#include "preload/unwind/unwind.h"

#include <stdint.h>

struct contexts_index;
struct session_header;

/* All zero is the state of a process that has no nodes yet; it must lie in memory that a fork
 * child finds zeroed, since the child has a session of its own. */
struct contexts {
	struct contexts_index *_Atomic index;
	_Atomic uint64_t reserved; /* the node region's mark, see arena_reserve */
	_Atomic uint32_t growing;  /* a thread is making the index larger */
};

/* Before the first call of the others in a session. */
void contexts_init(struct contexts *contexts, const struct session_header *session);

/* Id of the node (parent, pc, module); `module` with its NODE_* flags as in struct
 * session_node.  Where no node can be had (limit reached, memory refused, no session), the
 * parent: the path ends there. */
uint32_t contexts_intern(struct contexts *contexts, uint32_t parent, uintptr_t pc, uint32_t module);

/* Id of a whole path, given innermost frame first as unwind_walk gives it. */
uint32_t contexts_path(struct contexts *contexts, const struct unwind_frame *frames, size_t count);

#endif
