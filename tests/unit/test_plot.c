/*
 * test_plot.c - where axes have their figures, and what a curve is between its points.
 */
#include "plot/chart.h"
#include "plot/ticks.h"

#include "random.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void expect_ticks(const struct tick *ticks, size_t count, uint64_t from, uint64_t to)
{
	cr_assert_geq(count, 1, "%lu to %lu", from, to);
	for (size_t i = 0; i < count; i++) {
		cr_assert(ticks[i].at >= from && ticks[i].at <= to, "tick %zu of %lu to %lu", i, from, to);
		if (i > 0) {
			cr_assert_gt(ticks[i].at, ticks[i - 1].at);
			cr_assert_str_neq(ticks[i].text, ticks[i - 1].text, "%s twice from %lu to %lu",
					  ticks[i].text, from, to);
			cr_assert_str_eq(strchr(ticks[i].text, ' '), strchr(ticks[0].text, ' '), "one unit");
		}
	}
}

Test(plot, sizes_are_round_and_told_apart)
{
	struct tick ticks[TICKS_MOST];

	random_state = 1;
	for (int i = 0; i < 20000; i++) {
		uint64_t top = random_bits() >> (random_below(60) + 2);
		size_t count = ticks_of_bytes(top, 6, ticks);

		expect_ticks(ticks, count, 0, top);
		cr_assert(top < 10 || count >= 3, "%zu ticks up to %lu", count, top);
	}
	cr_assert_eq(ticks_of_bytes(10 << 20, 6, ticks), 6);
	cr_assert_str_eq(ticks[1].text, "2 MiB");
	cr_assert_eq(ticks_of_bytes(1900000, 6, ticks), 4);
	cr_assert_str_eq(ticks[1].text, "0.5 MiB");
}

Test(plot, times_are_round_and_told_apart)
{
	struct tick ticks[TICKS_MOST];

	random_state = 2;
	for (int i = 0; i < 20000; i++) {
		uint64_t from = random_bits() >> (random_below(40) + 10),
			 span = 10 + (random_bits() >> (random_below(40) + 10));
		size_t count = ticks_of_time(from, from + span, 8, ticks);

		if (span > from / 1000)
			expect_ticks(ticks, count, from, from + span);
	}
	cr_assert_eq(ticks_of_time(0, 160000000, 8, ticks), 9);
	cr_assert_str_eq(ticks[1].text, "20 ms");
}

Test(plot, curves_are_straight_between_points)
{
	static const uint64_t times[] = {0, 100, 100, 300}, bytes[] = {0, 50, 200, 100};
	const struct chart_curve curve = {"heap", times, bytes, 4};
	uint64_t at;

	cr_assert_float_eq(chart_value(&curve, bytes, 50), 25, 1e-9);
	cr_assert_float_eq(chart_value(&curve, bytes, 100), 200, 1e-9);
	cr_assert_float_eq(chart_value(&curve, bytes, 200), 150, 1e-9);
	cr_assert_float_eq(chart_value(&curve, bytes, 300), 100, 1e-9);
	cr_assert_float_eq(chart_value(&curve, bytes, 301), 0, 1e-9);
	cr_assert_float_eq(chart_highest(&curve, bytes, 0, 300, &at), 200, 1e-9);
	cr_assert_eq(at, 100);
	cr_assert_float_eq(chart_highest(&curve, bytes, 200, 300, &at), 150, 1e-9);
	cr_assert_eq(at, 200);
	cr_assert_float_eq(chart_highest(&curve, bytes, 0, 50, &at), 25, 1e-9);
	cr_assert_eq(at, 50);
}
