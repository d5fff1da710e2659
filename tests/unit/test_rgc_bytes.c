/* Tests of rgc_bytes: against arrays of bytes, with zeroes in them, and against strings. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

static size_t hash_of(const void *object)
{
	size_t hash;
	cr_assert_eq(rgc_hash(object, &hash), 0);
	return hash;
}

static void check_form(const rgc_bytes *bytes, const char *expected)
{
	rgc_auto rgc_str *form = rgc_repr(bytes);
	cr_assert_str_eq(rgc_str_get(form), expected);
}

static void check_is(const rgc_bytes *bytes, const void *data, size_t length)
{
	cr_assert_eq(rgc_bytes_length(bytes), length);
	const char *own = rgc_bytes_get(bytes);
	cr_assert(!memcmp(own, data, length) && !own[length]);
}

static size_t random_bytes(unsigned long *state, unsigned char *bytes, size_t most)
{
	size_t length = random_next(state) % (most + 1);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (unsigned char)(random_next(state) % 3 * 127);
	return length;
}

Test(bytes, are_compared_and_joined)
{
	unsigned long state = 5;
	for (int round = 0; round < 5000; round++) {
		unsigned char a_bytes[8], b_bytes[8], both[16];
		size_t a_length = random_bytes(&state, a_bytes, 4),
		       b_length = random_bytes(&state, b_bytes, 4);
		rgc_auto rgc_bytes *a = rgc_bytes_new(a_bytes, a_length),
				   *b = rgc_bytes_new(b_bytes, b_length), *joined = rgc_bytes_concat(a, b);
		check_is(a, a_bytes, a_length);
		memcpy(both, a_bytes, a_length);
		memcpy(both + a_length, b_bytes, b_length);
		check_is(joined, both, a_length + b_length);
		size_t common = a_length < b_length ? a_length : b_length;
		int order = memcmp(a_bytes, b_bytes, common);
		if (!order)
			order = (int)a_length - (int)b_length;
		int ours = rgc_bytes_compare(a, b);
		cr_assert((ours > 0) == (order > 0) && (ours < 0) == (order < 0));
		cr_assert_eq(rgc_equal(a, b), order == 0);
		cr_assert(order || hash_of(a) == hash_of(b));
	}
}

Test(bytes, differ_from_strings_of_the_same_text)
{
	rgc_auto rgc_bytes *bytes = rgc_bytes_new("key", 3);
	rgc_auto rgc_str *string = rgc_str_new("key");
	rgc_auto rgc_dict *dict = rgc_dict_new();
	cr_assert_eq(rgc_equal(bytes, string), 0);
	cr_assert_eq(rgc_equal(string, bytes), 0);
	cr_assert_eq(rgc_dict_set(dict, string, rgc_int_new(1)), 0);
	cr_assert_eq(rgc_dict_set(dict, bytes, rgc_int_new(2)), 0);
	cr_assert_eq(rgc_dict_get(dict, bytes), rgc_int_new(2));
	cr_assert_eq(rgc_dict_get_text(dict, "key"), rgc_int_new(1));
	cr_assert_not(rgc_is_tracked(dict));
}

static void check_slice(const rgc_bytes *bytes, ssize_t from, ssize_t to, const char *expected)
{
	rgc_auto rgc_bytes *slice = rgc_bytes_slice(bytes, from, to);
	check_is(slice, expected, strlen(expected));
}

Test(bytes, are_sliced_with_bounds_as_pythons)
{
	rgc_auto rgc_bytes *bytes = rgc_bytes_new("abcde", 5);
	check_slice(bytes, 0, 5, "abcde");
	check_slice(bytes, 1, 3, "bc");
	check_slice(bytes, -2, SSIZE_MAX, "de");
	check_slice(bytes, -100, -3, "ab");
	check_slice(bytes, 3, 1, "");
	check_slice(bytes, 7, 9, "");
	check_slice(bytes, -SSIZE_MAX - 1, SSIZE_MAX, "abcde");
}

static void check_find(const rgc_bytes *bytes, const char *part, ssize_t from, ssize_t to, ssize_t expected)
{
	rgc_auto rgc_bytes *wanted = rgc_bytes_new(part, strlen(part));
	errno = 0;
	cr_assert_eq(rgc_bytes_find(bytes, wanted, from, to), expected, "%s in [%zd, %zd)", part, from, to);
	cr_assert_eq(errno, expected < 0 ? ENOENT : 0);
}

Test(bytes, are_found)
{
	rgc_auto rgc_bytes *bytes = rgc_bytes_new("ab\0abc", 6), *part = rgc_bytes_new("\0ab", 3);
	cr_assert_eq(rgc_bytes_find(bytes, part, 0, SSIZE_MAX), 2);
	check_find(bytes, "ab", 0, SSIZE_MAX, 0);
	check_find(bytes, "ab", 1, SSIZE_MAX, 3);
	check_find(bytes, "abc", 0, SSIZE_MAX, 3);
	check_find(bytes, "abc", 0, 5, -1);
	check_find(bytes, "abc", -3, SSIZE_MAX, 3);
	check_find(bytes, "abcd", 0, SSIZE_MAX, -1);
	check_find(bytes, "", 0, SSIZE_MAX, 0);
	check_find(bytes, "", 6, SSIZE_MAX, 6);
	check_find(bytes, "", 7, SSIZE_MAX, -1);
	check_find(bytes, "", 4, 2, -1);
}

Test(bytes, print_as_python_does)
{
	rgc_auto rgc_bytes *none = rgc_bytes_new(NULL, 0), *zero = rgc_bytes_new("a\0\n\t\r\x7f\xff\\", 8),
			   *single = rgc_bytes_new("it's", 4), *two = rgc_bytes_new("'\"", 2);
	check_form(none, "b''");
	check_form(zero, "b'a\\x00\\n\\t\\r\\x7f\\xff\\\\'");
	check_form(single, "b\"it's\"");
	check_form(two, "b'\\'\"'");
}

Test(bytes, are_not_made_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_auto rgc_bytes *bytes = rgc_bytes_new("ab", 2);
	size_t before = rgc_heap_bytes();
	errno = 0;
	cr_assert(!rgc_bytes_new("x", SIZE_MAX) && errno == ENOMEM);
	cr_assert(!rgc_bytes_new(bytes, PTRDIFF_MAX) && errno == ENOMEM);
	allocations_left = 0;
	void *made[] = {rgc_bytes_new("x", 1), rgc_bytes_concat(bytes, bytes), rgc_bytes_slice(bytes, 0, 1),
			rgc_repr(bytes)};
	allocations_left = -1;
	for (int i = 0; i < 4; i++)
		cr_assert_null(made[i], "%d", i);
	cr_assert_eq(errno, ENOMEM);
	cr_assert_eq(rgc_heap_bytes(), before);
}
