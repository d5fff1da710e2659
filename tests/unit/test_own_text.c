/*
 * test_own_text.c - the shim's memory and string functions against libc's, on short random texts.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Under names of their own here, where libc's are to be had as well. */
#define memcpy own_memcpy
#define memset own_memset
#define memmove own_memmove
#define memcmp own_memcmp
#define bcmp own_bcmp
#define memchr own_memchr
#define strlen own_strlen
#define strncmp own_strncmp
#define strcmp own_strcmp
#define strcpy own_strcpy
#define strncpy own_strncpy
#define strchr own_strchr
#define strrchr own_strrchr
#define strstr own_strstr
#define strspn own_strspn
#define strcspn own_strcspn
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#include "preload/libc/text.c"
#pragma GCC diagnostic pop
#undef memcpy
#undef memset
#undef memmove
#undef memcmp
#undef bcmp
#undef memchr
#undef strlen
#undef strncmp
#undef strcmp
#undef strcpy
#undef strncpy
#undef strchr
#undef strrchr
#undef strstr
#undef strspn
#undef strcspn

#define ROUNDS 20000
#define TEXT_BYTES 40

/* Of few letters, one of them negative as a char, so that much is equal. */
static void fill(char text[TEXT_BYTES])
{
	size_t length = (size_t)rand() % TEXT_BYTES;
	for (size_t i = 0; i < TEXT_BYTES; i++)
		text[i] = "ab\xff/"[rand() % 4];
	text[length] = '\0';
}

static int sign(int difference)
{
	return (difference > 0) - (difference < 0);
}

Test(own_text, searches)
{
	char text[TEXT_BYTES], part[TEXT_BYTES];
	for (int round = 0; round < ROUNDS; round++) {
		fill(text);
		fill(part);
		part[rand() % 4] = '\0';
		int byte = rand() % 5 ? "ab\xff/"[rand() % 4] : 0;
		cr_assert_eq(own_strlen(text), strlen(text));
		cr_assert_eq(own_strchr(text, byte), strchr(text, byte));
		cr_assert_eq(own_strrchr(text, byte), strrchr(text, byte));
		cr_assert_eq(own_strstr(text, part), strstr(text, part));
		cr_assert_eq(own_strspn(text, part), strspn(text, part));
		cr_assert_eq(own_strcspn(text, part), strcspn(text, part));
		cr_assert_eq(own_memchr(text, byte, TEXT_BYTES), memchr(text, byte, TEXT_BYTES));
	}
}

Test(own_text, comparisons)
{
	char left[TEXT_BYTES], right[TEXT_BYTES];
	for (int round = 0; round < ROUNDS; round++) {
		fill(left);
		fill(right);
		size_t bytes = (size_t)rand() % TEXT_BYTES;
		memcpy(right, left, (size_t)rand() % TEXT_BYTES);
		right[TEXT_BYTES - 1] = left[TEXT_BYTES - 1] = '\0';
		cr_assert_eq(sign(own_strcmp(left, right)), sign(strcmp(left, right)));
		cr_assert_eq(sign(own_strncmp(left, right, bytes)), sign(strncmp(left, right, bytes)));
		cr_assert_eq(sign(own_memcmp(left, right, bytes)), sign(memcmp(left, right, bytes)));
		cr_assert_eq(own_bcmp(left, right, bytes) == 0, memcmp(left, right, bytes) == 0);
	}
}

Test(own_text, copies)
{
	for (int round = 0; round < ROUNDS; round++) {
		char from[TEXT_BYTES], own[3 * TEXT_BYTES] = {0}, libc[3 * TEXT_BYTES] = {0};
		size_t bytes = (size_t)rand() % TEXT_BYTES, at = (size_t)rand() % TEXT_BYTES;
		size_t to = (size_t)rand() % (2 * TEXT_BYTES);
		fill(from);
		cr_assert_eq(own_strcpy(own + at, from), own + at);
		strcpy(libc + at, from);
		cr_assert_eq(own_memcpy(own + at, from, bytes), own + at);
		memcpy(libc + at, from, bytes);
		cr_assert_eq(own_memmove(own + to, own + at, bytes), own + to);
		memmove(libc + to, libc + at, bytes);
		cr_assert_eq(memcmp(own, libc, sizeof own), 0, "%zu bytes from %zu to %zu", bytes, at, to);
		cr_assert_eq(own_memset(own + to, round, bytes), own + to);
		memset(libc + to, round, bytes);
		cr_assert_eq(own_strncpy(own + at, from, bytes), own + at);
		memset(libc + at, 0, bytes);
		memcpy(libc + at, from, strnlen(from, bytes));
		cr_assert_eq(memcmp(own, libc, sizeof own), 0);
	}
}
