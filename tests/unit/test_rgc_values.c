/* Tests of rgc's values: strings, integers, floats, capsules, and their printed forms. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t hash_of(const void *object)
{
	size_t hash;
	cr_assert_eq(rgc_hash(object, &hash), 0);
	return hash;
}

static void check_form(const void *object, const char *expected)
{
	rgc_auto rgc_str *form = rgc_repr(object);
	cr_assert_str_eq(rgc_str_get(form), expected);
}

/* ---- strings ---- */

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static int model_compare(const unsigned char *a, size_t a_length, const unsigned char *b, size_t b_length)
{
	for (size_t i = 0; i < a_length && i < b_length; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return (a_length > b_length) - (a_length < b_length);
}

Test(str, behaves_as_its_bytes)
{
	unsigned long state = 11;
	for (int round = 0; round < 20000; round++) {
		unsigned char bytes[2][40], both[80];
		size_t lengths[2];
		for (int i = 0; i < 2; i++) {
			lengths[i] = random_next(&state) % 20;
			for (size_t j = 0; j < lengths[i]; j++)
				bytes[i][j] = (unsigned char)(random_next(&state) % 3 * 127);
		}
		rgc_auto rgc_str *a = rgc_str_new_bytes(bytes[0], lengths[0]),
				 *b = rgc_str_new_bytes(bytes[1], lengths[1]), *joined = rgc_str_concat(a, b);
		cr_assert_eq(rgc_str_length(a), lengths[0]);
		int order = model_compare(bytes[0], lengths[0], bytes[1], lengths[1]);
		cr_assert_eq(sign(rgc_str_compare(a, b)), order);
		cr_assert_eq(rgc_equal(a, b), order == 0);
		cr_assert(order || hash_of(a) == hash_of(b));
		memcpy(both, bytes[0], lengths[0]);
		memcpy(both + lengths[0], bytes[1], lengths[1]);
		cr_assert_eq(rgc_str_length(joined), lengths[0] + lengths[1]);
		cr_assert_arr_eq(rgc_str_get(joined), both, lengths[0] + lengths[1]);
		cr_assert_eq(rgc_str_get(joined)[rgc_str_length(joined)], 0);
	}
}

static int by_value(const void *a, const void *b)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	return (left > right) - (left < right);
}

Test(str, hashes_apart)
{
	enum { COUNT = 100000 };
	static size_t hashes[COUNT];
	static bool low[1 << 16];
	size_t distinct_low = 0;
	for (int i = 0; i < COUNT; i++) {
		/* Of all lengths, the same at the start or at the end. */
		int width = i % 30 + 1;
		rgc_auto rgc_str *string =
			i % 2 ? rgc_str_format("%d%*d", i, width, i) : rgc_str_format("%*d%d", width, i, i);
		hashes[i] = hash_of(string);
		cr_assert_eq(hash_of(string), hashes[i]);
		distinct_low += !low[hashes[i] & 0xffff];
		low[hashes[i] & 0xffff] = true;
	}
	qsort(hashes, COUNT, sizeof(hashes[0]), by_value);
	for (size_t i = 1; i < COUNT; i++)
		cr_assert_neq(hashes[i - 1], hashes[i]);
	/* Chance would give 78 %. */
	cr_assert_gt(distinct_low, 65536 * 76 / 100);
}

Test(str, of_zeroes_hash_by_length)
{
	static const char zeroes[64];
	size_t hashes[64];
	for (size_t i = 0; i < 64; i++) {
		rgc_auto rgc_str *string = rgc_str_new_bytes(zeroes, i);
		hashes[i] = hash_of(string);
	}
	qsort(hashes, 64, sizeof(hashes[0]), by_value);
	for (size_t i = 1; i < 64; i++)
		cr_assert_neq(hashes[i - 1], hashes[i]);
}

Test(str, formats_any_length)
{
	for (int length = 0; length < 1000; length++) {
		rgc_auto rgc_str *string = rgc_str_format("%0*d", length, 7);
		cr_assert_eq(rgc_str_length(string), (size_t)(length ? length : 1));
		cr_assert_eq(rgc_str_get(string)[rgc_str_length(string) - 1], '7');
	}
	rgc_auto rgc_str *empty = rgc_str_new("");
	cr_assert_eq(rgc_str_length(empty), 0);
}

static void check_text(const char *bytes, size_t length, const char *expected)
{
	rgc_auto rgc_str *string = rgc_str_new_bytes(bytes, length);
	check_form(string, expected);
}
#define CHECK_TEXT(text, expected) check_text(text, sizeof(text) - 1, expected)

Test(str, prints_as_python_does)
{
	CHECK_TEXT("", "''");
	CHECK_TEXT("plain", "'plain'");
	CHECK_TEXT("it's", "\"it's\"");
	CHECK_TEXT("\"it's\"", "'\"it\\'s\"'");
	CHECK_TEXT("back\\slash", "'back\\\\slash'");
	CHECK_TEXT("\t\r\n\001\177", "'\\t\\r\\n\\x01\\x7f'");
	CHECK_TEXT("a\0b", "'a\\x00b'");
	CHECK_TEXT("tnr", "'tnr'");
	CHECK_TEXT("\u00e9\u20ac\U0001f600", "'\u00e9\u20ac\U0001f600'");
	CHECK_TEXT("\xff\xc3", "'\\xff\\xc3'");                   /* no start, no end */
	CHECK_TEXT("\xc0\xaf", "'\\xc0\\xaf'");                   /* overlong */
	CHECK_TEXT("\xed\xa0\x80", "'\\xed\\xa0\\x80'");          /* surrogate */
	CHECK_TEXT("\xf4\x90\x80\x80", "'\\xf4\\x90\\x80\\x80'"); /* beyond Unicode */
	CHECK_TEXT("\xc2\x85", "'\\xc2\\x85'");                   /* control character */
	CHECK_TEXT("\xe2\x82", "'\\xe2\\x82'");                   /* cut off */
}

/* ---- numbers ---- */

static bool model_equal(int64_t integer, double value)
{
	/* Exact: long double has 64 bits of mantissa on x86; elsewhere it has more, or the loop proves
	 * nothing. */
	return (long double)integer == (long double)value;
}

Test(number, equal_ones_hash_alike)
{
	static const int64_t integers[] = {0,
					   1,
					   -1,
					   -5,
					   256,
					   257,
					   1L << 53,
					   (1L << 53) + 1,
					   (1L << 53) + 2,
					   INT64_MAX,
					   INT64_MIN,
					   INT64_MIN + 1,
					   INT64_MAX - 511,
					   INT64_MAX - 1023};
	static const double values[] = {0.0,           -0.0,  1.0,      -1.0,       -5.0,   256.0,
					257.0,         0.5,   0x1p53,   0x1p53 + 2, 0x1p63, -0x1p63,
					0x1p63 - 1024, 1e300, INFINITY, -INFINITY,  NAN};
	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			rgc_auto rgc_int *integer = rgc_int_new(integers[i]);
			rgc_auto rgc_float *value = rgc_float_new(values[j]);
			bool equal = model_equal(integers[i], values[j]);
			cr_assert_eq(rgc_equal(integer, value), equal, "%ld %g", integers[i], values[j]);
			cr_assert_eq(rgc_equal(value, integer), equal);
			cr_assert(!equal || hash_of(integer) == hash_of(value));
		}
	rgc_auto rgc_float *zero = rgc_float_new(0.0), *minus_zero = rgc_float_new(-0.0);
	cr_assert_eq(rgc_equal(zero, minus_zero), 1);
	cr_assert_eq(hash_of(zero), hash_of(minus_zero));
}

Test(number, has_its_value)
{
	for (int64_t i = -300; i <= 600; i++) {
		rgc_auto rgc_int *number = rgc_int_new(i), *again = rgc_int_new(i);
		cr_assert_eq(rgc_int_get(number), i);
		cr_assert_eq(rgc_equal(number, again), 1);
		rgc_auto rgc_str *form = rgc_repr(number);
		cr_assert_eq(strtol(rgc_str_get(form), NULL, 10), i);
	}
	rgc_auto rgc_int *smallest = rgc_int_new(INT64_MIN);
	check_form(smallest, "-9223372036854775808");
	rgc_auto rgc_float *value = rgc_float_new(0.1);
	cr_assert_eq(rgc_float_get(value), 0.1);
	rgc_auto rgc_str *text = rgc_str_new("1");
	rgc_auto rgc_int *one = rgc_int_new(1);
	cr_assert_eq(rgc_equal(one, text), 0);
	cr_assert_eq(rgc_equal(text, one), 0);
}

Test(number, that_is_none_equals_itself_only)
{
	rgc_auto rgc_float *a = rgc_float_new(NAN), *b = rgc_float_new(NAN);
	cr_assert_eq(rgc_equal(a, a), 1);
	cr_assert_eq(rgc_equal(a, b), 0);
	cr_assert_neq(hash_of(a), hash_of(b));
}

static void check_float(double value, const char *expected)
{
	rgc_auto rgc_float *number = rgc_float_new(value);
	check_form(number, expected);
}

Test(number, prints_as_python_does)
{
	check_float(0.0, "0.0");
	check_float(-0.0, "-0.0");
	check_float(1.0, "1.0");
	check_float(0.1, "0.1");
	check_float(0.1 + 0.2, "0.30000000000000004");
	check_float(-12.5, "-12.5");
	check_float(100.0, "100.0");
	check_float(1e15, "1000000000000000.0");
	check_float(1234567890123456.0, "1234567890123456.0");
	check_float(1e16, "1e+16");
	check_float(1.5e16, "1.5e+16");
	check_float(0.0001, "0.0001");
	check_float(0.00012, "0.00012");
	check_float(0.00001, "1e-05");
	check_float(2.5e-7, "2.5e-07");
	errno = 0;
	check_float(5e-324, "5e-324");
	cr_assert_eq(errno, 0);
	check_float(1.7976931348623157e308, "1.7976931348623157e+308");
	check_float(INFINITY, "inf");
	check_float(-INFINITY, "-inf");
	check_float(NAN, "nan");
}

Test(number, prints_what_gives_it_back)
{
	unsigned long state = 5;
	for (int round = 0; round < 20000; round++) {
		uint64_t bits =
			(uint64_t)random_next(&state) << 33 ^ (uint64_t)random_next(&state) << 2 ^ state;
		double value;
		memcpy(&value, &bits, sizeof(value));
		if (isnan(value))
			continue;
		rgc_auto rgc_float *number = rgc_float_new(value);
		rgc_auto rgc_str *form = rgc_repr(number);
		cr_assert_eq(strtod(rgc_str_get(form), NULL), value, "%s", rgc_str_get(form));
	}
}

/* ---- capsules ---- */

static int destroyed;

static void destroy(void *pointer)
{
	cr_assert_eq(pointer, &destroyed);
	destroyed++;
	errno = EDOM;
	rgc_decref(rgc_list_new());
}

Test(capsule, ends_with_its_pointer)
{
	rgc_capsule *capsule = rgc_capsule_new(&destroyed, "counter", destroy);
	char name[] = "counter";
	cr_assert_eq(rgc_capsule_get(capsule, name), &destroyed);
	errno = 0;
	cr_assert(!rgc_capsule_get(capsule, "other") && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_capsule_get(capsule, NULL) && errno == EINVAL);
	cr_assert(!rgc_is_tracked(capsule));
	rgc_auto rgc_capsule *other = rgc_capsule_new(&destroyed, NULL, NULL);
	cr_assert_eq(rgc_capsule_get(other, NULL), &destroyed);
	cr_assert_eq(rgc_equal(capsule, other), 0);
	errno = 0;
	rgc_decref(capsule);
	cr_assert_eq(errno, 0);
	cr_assert_eq(destroyed, 1);
}

static void finalize_nothing(void *self)
{
	(void)self;
}

/* Neither a capsule nor anything else that owns no references brings a collection nearer. */
Test(capsule, does_not_count)
{
	static const struct rgc_type final = {
		.name = "final", .size = sizeof(rgc_object), .finalize = finalize_nothing};
	unsigned before[RGC_GENERATIONS], after[RGC_GENERATIONS];
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_get_count(before);
	rgc_auto rgc_capsule *capsule = rgc_capsule_new(NULL, NULL, NULL);
	rgc_auto rgc_object *object = rgc_new_(&final);
	rgc_get_count(after);
	cr_assert_eq(after[0], before[0]);
	rgc_clear(&capsule);
	rgc_clear(&object);
	rgc_get_count(after);
	cr_assert_eq(after[0], before[0]);
	rgc_clear(&list);
	rgc_get_count(after);
	cr_assert_eq(after[0], before[0] - 1);
}

Test(capsule, in_a_cycle_is_destroyed_once)
{
	rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_append(list, list), 0);
	cr_assert_eq(rgc_list_append_steal(list, rgc_capsule_new(&destroyed, "x", destroy)), 0);
	rgc_decref(list);
	cr_assert_eq(destroyed, 0);
	cr_assert_eq(rgc_collect(2), 1);
	cr_assert_eq(destroyed, 1);
}

/* ---- printed forms of other types, memory ---- */

static rgc_str *failing_repr(const void *self)
{
	(void)self;
	errno = EDOM;
	return NULL;
}

typedef struct mute {
	RGC_HEAD;
} mute;
RGC_DEFINE_TYPE_WITH((NULL, NULL, NULL, failing_repr), mute);

Test(repr, of_a_container_passes_errors_on)
{
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(1)), 0);
	cr_assert_eq(rgc_list_append_steal(list, rgc_new(mute)), 0);
	errno = 0;
	cr_assert(!rgc_repr(list) && errno == EDOM);
	rgc_auto rgc_object *plain = (rgc_object *)evil_new(1);
	rgc_auto rgc_str *form = rgc_repr(plain);
	char expected[64];
	snprintf(expected, sizeof(expected), "<evil at %p>", (void *)plain);
	cr_assert_str_eq(rgc_str_get(form), expected);
}

static rgc_object *make(int kind)
{
	switch (kind) {
	case 0:
		return (rgc_object *)rgc_str_new("some text");
	case 1:
		return (rgc_object *)rgc_str_format("%*d", 500, 1);
	case 2:
		return (rgc_object *)rgc_int_new(1000);
	case 3:
		return (rgc_object *)rgc_float_new(1.5);
	default:
		return (rgc_object *)rgc_capsule_new(&destroyed, NULL, NULL);
	}
}

Test(values, are_not_made_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_decref(rgc_float_new(1)); /* makes the heap */
	size_t bytes = rgc_heap_bytes();
	for (int kind = 0; kind < 5; kind++) {
		bool done = false;
		for (long left = 0; !done; left++) {
			errno = 0;
			allocations_left = left;
			rgc_object *object = make(kind);
			rgc_str *form = object ? rgc_repr(object) : NULL;
			int error = errno;
			allocations_left = -1;
			done = form != NULL;
			cr_assert(done || error == ENOMEM);
			cr_assert(left >= 2 || !done);
			rgc_decref(form);
			rgc_decref(object);
			cr_assert_eq(rgc_heap_bytes(), bytes);
			cr_assert_lt(left, 100);
		}
	}
}
