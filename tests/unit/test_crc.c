/* test_crc.c - the checksum against published values and against itself in pieces. */
#include "trace/crc.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(crc, known_values)
{
	cr_assert_eq(crc32_update(0, "", 0), 0);
	cr_assert_eq(crc32_update(0, "123456789", 9), 0xcbf43926u);
	cr_assert_eq(crc32_update(0, "The quick brown fox jumps over the lazy dog", 43), 0x414fa339u);
}

static uint32_t bitwise(const uint8_t *bytes, size_t count)
{
	uint32_t crc = 0xffffffffu;
	for (size_t i = 0; i < count; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

Test(crc, every_length_and_split_agrees_with_the_definition)
{
	uint8_t bytes[67];
	srand(1);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)rand();
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		uint32_t expected = bitwise(bytes, length);
		for (size_t split = 0; split <= length; split++) {
			uint32_t crc =
				crc32_update(crc32_update(0, bytes, split), bytes + split, length - split);
			cr_assert_eq(crc, expected, "length %zu split %zu", length, split);
		}
	}
}
