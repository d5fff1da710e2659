/* radix.c - see radix.h. */
#include "base/radix.h"

#define DIGITS 256u

static unsigned digit_of(uint64_t item, unsigned shift)
{
	return item >> shift & (DIGITS - 1);
}

/* The bits in which items differ. */
static uint64_t differing(const uint64_t *list, size_t count)
{
	uint64_t bits = 0;

	for (size_t i = 1; i < count; i++)
		bits |= list[i] ^ list[0];
	return bits;
}

static void by_digit(const uint64_t *list, size_t count, unsigned shift, uint64_t *sorted)
{
	size_t next[DIGITS] = {0}, before = 0;

	for (size_t i = 0; i < count; i++)
		next[digit_of(list[i], shift)]++;
	for (unsigned digit = 0; digit < DIGITS; digit++) {
		size_t here = next[digit];

		next[digit] = before;
		before += here;
	}
	for (size_t i = 0; i < count; i++)
		sorted[next[digit_of(list[i], shift)]++] = list[i];
}

uint64_t *radix_sort(uint64_t *list, uint64_t *scratch, size_t count)
{
	uint64_t bits = differing(list, count);

	for (unsigned shift = 32; shift < 64; shift += 8) {
		uint64_t *sorted = scratch;

		if (digit_of(bits, shift) == 0)
			continue;
		by_digit(list, count, shift, sorted);
		scratch = list;
		list = sorted;
	}
	return list;
}
