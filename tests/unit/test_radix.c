/* test_radix.c - records by their numbers, as qsort has them. */
#include "base/radix.h"
#include "random.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Whole items: as which one they are of rises, that is the order of equal numbers. */
static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* Numbers with only these bits, so that many are equal where there are few. */
static void check(size_t count, uint32_t bits)
{
	uint64_t *list = calloc(2 * count + 1, sizeof(*list)),
		 *expected = calloc(count + 1, sizeof(*expected));

	for (uint32_t i = 0; i < count; i++)
		list[i] = expected[i] = radix_item((uint32_t)(random_bits() >> 32) & bits, i);
	qsort(expected, count, sizeof(*expected), compare);
	const uint64_t *sorted = radix_sort(list, list + count, count);

	cr_assert(memcmp(sorted, expected, count * sizeof(*expected)) == 0, "%zu by %#x", count, bits);
	free(list);
	free(expected);
}

Test(radix, sorts_as_qsort_does_and_keeps_the_order_of_equals)
{
	const uint32_t bits[] = {0, 1, 0xff, 0xff00, 0xfff, 0x1ffff, 0xff0000ff, 0x80000000, UINT32_MAX};

	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++)
		for (size_t count = 0; count < 3000; count = 3 * count + 1)
			check(count, bits[i]);
}
