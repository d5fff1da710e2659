/*
 * radix.h - many records in the order of their numbers, in time that grows as their count does.
 */
#ifndef MPROF_REPORTER_BASE_RADIX_H
#define MPROF_REPORTER_BASE_RADIX_H

#include <stddef.h>
#include <stdint.h>

/* A record's number, and which one it is of. */
static inline uint64_t radix_item(uint32_t number, uint32_t which)
{
	return (uint64_t)number << 32 | which;
}

static inline uint32_t radix_number(uint64_t item)
{
	return (uint32_t)(item >> 32);
}

static inline uint32_t radix_which(uint64_t item)
{
	return (uint32_t)item;
}

/* The items by number, the lowest first; equal ones stay in their order.  `scratch` has room for as many;
 * where the result is, list or scratch, is returned.  O(count) for each byte in which numbers differ (least
 * significant digit first; Knuth, The Art of Computer Programming, volume 3, section 5.2.5). */
uint64_t *radix_sort(uint64_t *list, uint64_t *scratch, size_t count);

#endif
