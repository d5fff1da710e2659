/*
 * radix.h - many records in the order of their numbers, in time that grows as their count does.
 */
#ifndef MPROF_REPORTER_BASE_RADIX_H
#define MPROF_REPORTER_BASE_RADIX_H

#include <stddef.h>
#include <stdint.h>

struct radix_key {
	uint64_t key;
	uint32_t index; /* of the record that has it */
};

/* The list by key, the lowest first; equal ones stay in their order.  `scratch` has room for as many; where
 * the result is, list or scratch, is returned.  O(count) for each byte in which keys differ (least
 * significant digit first; Knuth, The Art of Computer Programming, volume 3, section 5.2.5). */
struct radix_key *radix_sort(struct radix_key *list, struct radix_key *scratch, size_t count);

#endif
