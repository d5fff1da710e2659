/*
 * allocator.h - which allocator the program reaches, and which of its functions come by ours.
 *
 * An allocator may stand before us (a part of the program, or named before libmprof.so in LD_PRELOAD): it
 * gets the program's calls, and those that it has no function for come to ours.  What it owns is none of our
 * business then, neither allocated nor freed.  One behind us gets what we pass on, and may call others of our
 * functions by name for it (calloc malloc, operator new aligned_alloc): that is still one block.
 *
 * Addresses do not tell these from a wrapper that hands everything on to us, so it is tried: a few blocks are
 * allocated and freed, as the program might, and our functions say whether they came by.
 */
#ifndef MPROF_PRELOAD_HOOKS_ALLOCATOR_H
#define MPROF_PRELOAD_HOOKS_ALLOCATOR_H

#include "base/guard.h"
#include "real.h"

#include <stdbool.h>

/* Which operators record, and do not leave that to the functions that the real one calls. */
struct allocator_records {
#define HOOK(name, result, parameters)
#define HOOK_OPERATOR(name, result, parameters) bool name;
#define HOOK_OPTIONAL(name, result, parameters)
#include "hooks.def"
};

extern struct allocator_records allocator_records __attribute__((visibility("hidden")));
/* Whether another allocator stands before us and does not hand on what it is asked for: only operator new and
 * delete can be recorded, and only if it has none.  False until it is known. */
extern bool allocator_hidden __attribute__((visibility("hidden")));
/* Whether malloc, calloc, realloc and free are ours for the program as well, by their addresses.  False says
 * no more than that somebody may have come before. */
bool allocator_heap_is_ours(void);

extern bool allocator_came_by __attribute__((visibility("hidden")));

/* Tries them, and finds the functions that libraries may lack.  In a constructor, before the recording
 * begins. */
void allocator_examine(void);

/* Whether that was done, or need not be for events to be recorded.  It cannot be done in the midst of an
 * event, which may have come from an allocator that holds a lock. */
bool allocator_is_known(void);

/* For an event that is none of an ordinary moment: whether it is part of a trial, and no more. */
static inline bool allocator_is_tried(void)
{
	if (guard != GUARD_TRIAL)
		return false;
	allocator_came_by = true;
	return true;
}

#endif
