/*
 * contexts.h - call-path interning: every distinct call path is one node of a tree, once.
 *
 * Nodes lie in the session file and are what records refer to; the index that finds them is
 * private to the process.  Lock-free, safe in signal handlers and from any thread.  Two threads
 * that meet a path at the same moment may, rarely, both make a node of it: then reports see two
 * ids with the same meaning.
 */
#ifndef MPROF_PRELOAD_MEMORY_CONTEXTS_H
#define MPROF_PRELOAD_MEMORY_CONTEXTS_H

#include "preload/memory/path_index.h"

#include "arch_frame.h"

#include <stddef.h>

/* One frame of a path as a walk finds it. */
struct path_frame {
	uintptr_t pc;
	uint32_t module; /* module index + 1 and NODE_EXACT_PC / NODE_TRUNCATED, as in struct session_node */
};

/* Makes the index large enough for so many more nodes. */
void contexts_reserve(struct contexts *contexts, uint32_t nodes);

/* Id of the node (parent, pc, module); `module` with its NODE_* flags as in struct
 * session_node.  Where no node can be had (limit reached, memory refused, no session), the
 * parent: the path ends there, and the session counts it. */
uint32_t contexts_intern(struct contexts *contexts, uint32_t parent, uintptr_t pc, uint32_t module);

/*
 * A path of several new frames is looked up faster by hashes that do not wait for the nodes before: memory
 * then answers for all of them at once.  A path's hash is that of its outer part (0: no frames) with the
 * inner frame added.  One path must always be looked up in the same way, or it gets two nodes.
 */
static inline uint64_t contexts_hash(uint64_t outer, uintptr_t pc, uint32_t module)
{
	uint64_t word = (pc ^ (uint64_t)module << ARCH_ADDRESS_BITS) * UINT64_C(0x9e3779b97f4a7c15);
	word = (word ^ word >> 32 ^ outer) * UINT64_C(0xd6e8feb86659fd93);
	return word ^ word >> 32;
}

/* Says that this path will be asked for. */
void contexts_prefetch(const struct contexts *contexts, uint64_t hash);

/* As contexts_intern, with the hash of the whole path. */
uint32_t contexts_intern_hashed(struct contexts *contexts, uint32_t parent, uint64_t hash, uintptr_t pc,
				uint32_t module);

/* Id of a whole path, given innermost frame first as unwind_walk gives it. */
uint32_t contexts_path(struct contexts *contexts, const struct path_frame *frames, size_t count);

#endif
