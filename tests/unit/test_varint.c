/* test_varint.c - varints round trip, and refuse what is cut off or too large. */
#include "trace/varint.h"

#include "trace/buffer.h"

#include <criterion/criterion.h>
#include <limits.h>

static void check_round_trip(uint64_t value)
{
	uint8_t bytes[VARINT_MAX_BYTES];
	uint8_t *end = varint_write(bytes, value);
	uint64_t got = ~value;
	cr_assert_eq(varint_read(bytes, end, &got), end);
	cr_assert_eq(got, value);
	for (const uint8_t *cut = bytes; cut < end; cut++)
		cr_assert_null(varint_read(bytes, cut, &got));
	cr_assert_eq(zigzag_decode(zigzag_encode((int64_t)value)), (int64_t)value);
}

Test(varint, round_trips_around_every_power_of_two)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		check_round_trip((UINT64_C(1) << bit) - 1);
		check_round_trip(UINT64_C(1) << bit);
		check_round_trip((UINT64_C(1) << bit) + 1);
	}
	check_round_trip(UINT64_MAX);
}

Test(varint, small_magnitudes_stay_small)
{
	cr_assert_eq(zigzag_encode(0), 0);
	cr_assert_eq(zigzag_encode(-1), 1);
	cr_assert_eq(zigzag_encode(1), 2);
	cr_assert_eq(zigzag_encode(INT64_MIN), UINT64_MAX);
}

Test(varint, refuses_what_does_not_fit)
{
	uint8_t too_large[10] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02};
	uint8_t too_long[11] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00};
	uint64_t value = 7;
	cr_assert_null(varint_read(too_large, too_large + sizeof(too_large), &value));
	cr_assert_null(varint_read(too_long, too_long + sizeof(too_long), &value));
	cr_assert_eq(value, 7);
}

Test(varint, a_cursor_fails_once_and_stays_failed)
{
	uint8_t bytes[] = {5, 0x81, 0x01, 0x80};
	struct varint_cursor cursor = varint_cursor(bytes, sizeof(bytes));
	cr_assert_eq(varint_next(&cursor), 5);
	cr_assert_eq(varint_next(&cursor), 129);
	cr_assert_not(cursor.failed);
	cr_assert_eq(varint_next(&cursor), 0);
	cr_assert(cursor.failed);
	cr_assert_eq(varint_left(&cursor), 0);
	cr_assert_null(varint_next_bytes(&cursor, 1));
}

Test(varint, a_cursor_gives_no_more_bytes_than_there_are)
{
	struct varint_cursor cursor = varint_cursor("abc", 3);
	cr_assert_eq(varint_next_bytes(&cursor, 2)[1], 'b');
	cr_assert_null(varint_next_bytes(&cursor, UINT64_MAX));
	cr_assert(cursor.failed);
}

Test(varint, a_buffer_keeps_what_is_appended)
{
	struct buffer buffer = {0};
	for (uint64_t i = 0; i < 10000; i++)
		buffer_varint(&buffer, i * i * i);
	buffer_text(&buffer, "text", 4);
	cr_assert_not(buffer.failed);
	struct varint_cursor cursor = varint_cursor(buffer.data, buffer.length);
	for (uint64_t i = 0; i < 10000; i++)
		cr_assert_eq(varint_next(&cursor), i * i * i);
	cr_assert_eq(varint_next(&cursor), 4);
	cr_assert_arr_eq(varint_next_bytes(&cursor, 4), "text", 4);
	cr_assert_eq(varint_left(&cursor), 0);
	buffer_finish(&buffer);
}
Test(varint, a_buffer_that_cannot_grow_says_so)
{
	struct buffer buffer = {0};
	buffer_varint(&buffer, 1);
	cr_assert_not(buffer_reserve(&buffer, SIZE_MAX));
	cr_assert(buffer.failed);
	buffer_varint(&buffer, 2);
	buffer_finish(&buffer);
	cr_assert_not(buffer.failed);
}
