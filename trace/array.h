/*
 * array.h - large arrays that grow where they are: nothing is copied, and what was never used costs nothing.
 *
 * Each is a mapping of its own, zero until it is written, whose pages the kernel moves when it has to.
 * Growing by half or doubling is therefore no waste, as far as memory counts.  For arrays by the thousand
 * elements: a small one takes a page.  Not for the shim.
 */
#ifndef MPROF_TRACE_ARRAY_H
#define MPROF_TRACE_ARRAY_H

#include <stddef.h>

/* How the elements will be used: one after the other, so that large pages are worth it; or only some of them.
 */
enum array_use { ARRAY_DENSE, ARRAY_SPARSE };

/* The array (NULL for none yet, old_count 0) with room for `count` elements, the new ones zero.  NULL: no
 * memory, and the old one is unchanged. */
void *array_grow(void *array, size_t old_count, size_t count, size_t element_bytes, enum array_use use);

/* Gives it back; NULL is fine. */
void array_free(void *array, size_t count, size_t element_bytes);

/* How many elements to make room for when `needed` are more than there is room for, so that growing one by
 * one costs a constant each. */
static inline size_t array_generous(size_t count, size_t needed)
{
	const size_t least = 1024;
	size_t more = count + count / 2 < least ? least : count + count / 2;

	return needed > more ? needed : more;
}

#endif
