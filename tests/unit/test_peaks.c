/*
 * test_peaks.c - the greatest value since each beginning, against all values kept.
 */
#include "profile/peaks.h"

#include "random.h"

#include <criterion/criterion.h>

#define STEPS 400u

static void compare_with_all_values(uint32_t values_below, uint32_t begin_one_in)
{
	struct peaks peaks = {0};
	uint64_t values[STEPS], peak;
	size_t began_at[STEPS], begun = 0, count = 0;

	for (size_t step = 0; step < STEPS; step++) {
		values[count++] = random_below(values_below);
		if (random_below(begin_one_in) == 0) {
			began_at[begun++] = count - 1;
			peaks_begin(&peaks, values[count - 1]);
		} else {
			peaks_see(&peaks, values[count - 1]);
		}
		for (size_t i = 0; i < begun; i++) {
			peak = 0;
			for (size_t k = began_at[i]; k < count; k++)
				peak = values[k] > peak ? values[k] : peak;
			cr_assert_eq(peaks_since(&peaks, i), peak,
				     "since beginning %zu at step %zu: %lu, not %lu", i, step,
				     peaks_since(&peaks, i), peak);
		}
	}
	peaks_finish(&peaks);
	cr_assert_eq(peaks.span_count, 0);
}

Test(peaks, are_those_of_all_values)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		random_state = seed;
		compare_with_all_values(seed % 2 ? 5 : 1000000, 1 + (uint32_t)seed % 7);
	}
}
