/*
 * unreachable.h - which of the candidates (the collected generations) nothing outside leads to: for
 * collect.c.
 */
#ifndef RGC_GC_CORE_UNREACHABLE_H
#define RGC_GC_CORE_UNREACHABLE_H

#include "heap.h"

/* What is known of the unreachable. */
struct findings {
	size_t count;
	bool weak, weak_targets, finalizers;
	bool simple;  /* all are, and none has weak references; then their marks have not been taken off */
	bool outside; /* some may refer to other objects */
};

#pragma GCC visibility push(hidden)

/* Moves the unreachable from `candidates` to `unreachable`, which must be empty.  Returns the number of
 * candidates; `many`: there may be more than any cache holds. */
size_t rgc__unreachable_split(const rgc_heap *heap, struct link *candidates, struct link *unreachable,
			      struct findings *found, bool many);

/* Takes their marks off, and looks at what they are. */
void rgc__unreachable_end_collecting(struct link *unreachable, struct findings *found);

#pragma GCC visibility pop

#endif
