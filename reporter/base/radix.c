/* radix.c - see radix.h. */
#include "base/radix.h"

#define DIGITS 256u

static unsigned digit_of(const struct radix_key *key, unsigned shift)
{
	return key->key >> shift & (DIGITS - 1);
}

/* The bits in which keys differ. */
static uint64_t differing(const struct radix_key *list, size_t count)
{
	uint64_t bits = 0;

	for (size_t i = 1; i < count; i++)
		bits |= list[i].key ^ list[0].key;
	return bits;
}

static void by_digit(const struct radix_key *list, size_t count, unsigned shift, struct radix_key *sorted)
{
	size_t next[DIGITS] = {0}, before = 0;

	for (size_t i = 0; i < count; i++)
		next[digit_of(&list[i], shift)]++;
	for (unsigned digit = 0; digit < DIGITS; digit++) {
		size_t here = next[digit];

		next[digit] = before;
		before += here;
	}
	for (size_t i = 0; i < count; i++)
		sorted[next[digit_of(&list[i], shift)]++] = list[i];
}

struct radix_key *radix_sort(struct radix_key *list, struct radix_key *scratch, size_t count)
{
	uint64_t bits = differing(list, count);

	for (unsigned shift = 0; shift < 64; shift += 8) {
		struct radix_key *sorted = scratch;

		if ((bits >> shift & (DIGITS - 1)) == 0)
			continue;
		by_digit(list, count, shift, sorted);
		scratch = list;
		list = sorted;
	}
	return list;
}
