/*
 * test_number.c - numbers as people read them.
 */
#include "base/number.h"

#include <criterion/criterion.h>

#define MIB(n) ((uint64_t)((n)*1048576))

Test(number, mib_never_shows_a_negative_zero)
{
	char text[NUMBER_BYTES];

	number_mib(text, sizeof(text), -1000, 1);
	cr_assert_str_eq(text, "  0.0 MiB");
	number_mib(text, sizeof(text), -1000, 3);
	cr_assert_str_eq(text, " -0.001 MiB");
	number_mib(text, sizeof(text), INT64_C(123) << 20, 0);
	cr_assert_str_eq(text, " 123 MiB");
}

Test(number, sizes_take_the_unit_that_suits)
{
	char text[NUMBER_BYTES];

	number_size(text, sizeof(text), 1023, 1);
	cr_assert_str_eq(text, "1023 B");
	number_size(text, sizeof(text), 4096, 1);
	cr_assert_str_eq(text, "4.0 KiB");
	number_size(text, sizeof(text), MIB(1.5), 2);
	cr_assert_str_eq(text, "1.50 MiB");
	number_size(text, sizeof(text), MIB(5000 * 1024.0 * 1024), 0);
	cr_assert_str_eq(text, "5000 TiB");
}

Test(number, pauses_keep_their_figures)
{
	char text[NUMBER_BYTES];

	number_pause(text, sizeof(text), 1234);
	cr_assert_str_eq(text, "1.2 us");
	number_pause(text, sizeof(text), 12345678);
	cr_assert_str_eq(text, "12.346 ms");
	number_pause(text, sizeof(text), UINT64_C(61000000000));
	cr_assert_str_eq(text, "1 min 1 s");
}

Test(number, durations_keep_three_figures_or_two_units)
{
	char text[NUMBER_BYTES];

	number_duration(text, sizeof(text), 12345678);
	cr_assert_str_eq(text, "0.012 s");
	number_duration(text, sizeof(text), UINT64_C(243000000000));
	cr_assert_str_eq(text, "4 min 3 s");
	number_duration(text, sizeof(text), UINT64_C(7380000000000));
	cr_assert_str_eq(text, "2 h 3 min");
}
