/* test_radix.c - records by their numbers, as qsort has them. */
#include "base/radix.h"
#include "random.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
	const struct radix_key *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* Keys with only these bits, so that many are equal where there are few. */
static void check(size_t count, uint64_t bits)
{
	struct radix_key *list = calloc(2 * count + 1, sizeof(*list)),
			 *expected = calloc(count + 1, sizeof(*expected));

	for (size_t i = 0; i < count; i++) {
		uint64_t high = random_bits() >> 32, low = random_bits() >> 32;

		list[i] = expected[i] = (struct radix_key){(high << 32 | low) & bits, (uint32_t)i};
	}
	qsort(expected, count, sizeof(*expected), compare);
	const struct radix_key *sorted = radix_sort(list, list + count, count);

	for (size_t i = 0; i < count; i++)
		cr_assert(sorted[i].key == expected[i].key && sorted[i].index == expected[i].index,
			  "%zu of %zu by %#lx", i, count, (unsigned long)bits);
	free(list);
	free(expected);
}

Test(radix, sorts_as_qsort_does_and_keeps_the_order_of_equals)
{
	const uint64_t bits[] = {
		0,         1, 0xff, 0xff00, 0xfff, UINT32_MAX, UINT64_C(0x1ffff0001ffff), UINT64_C(1) << 63,
		UINT64_MAX};

	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		for (size_t count = 0; count < 3000; count = 3 * count + 1)
			check(count, bits[i]);
}
