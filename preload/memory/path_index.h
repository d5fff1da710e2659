/*
 * path_index.h - what a process keeps of its call paths' index, which contexts.h looks after.
 */
#ifndef MPROF_PRELOAD_MEMORY_PATH_INDEX_H
#define MPROF_PRELOAD_MEMORY_PATH_INDEX_H

#include <stdint.h>

struct contexts_index;

/* All zero is the state of a process that has no nodes yet; it must lie in memory that a fork
 * child finds zeroed, since the child has a session of its own. */
struct contexts {
	struct contexts_index *_Atomic index;
	_Atomic uint32_t growing; /* a thread is making the index larger */
};

#endif
