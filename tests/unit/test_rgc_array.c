/* Tests of rgc_array: every C type at the ends of its range, against an array of C, without memory. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static const struct {
	char typecode;
	size_t size;
	int64_t smallest, greatest;
} integers[] = {
	{'b', 1, INT8_MIN, INT8_MAX},
	{'B', 1, 0, UINT8_MAX},
	{'h', sizeof(short), SHRT_MIN, SHRT_MAX},
	{'H', sizeof(short), 0, USHRT_MAX},
	{'i', sizeof(int), INT_MIN, INT_MAX},
	{'I', sizeof(int), 0, UINT_MAX},
	{'l', sizeof(long), LONG_MIN, LONG_MAX},
	{'L', sizeof(long), 0, LONG_MAX},
	{'q', sizeof(long long), INT64_MIN, INT64_MAX},
	{'Q', sizeof(long long), 0, INT64_MAX},
};

static void check_refused(rgc_array *array, int64_t value)
{
	errno = 0;
	cr_assert(rgc_array_append_int(array, value) == -1 && errno == ERANGE, "%c",
		  rgc_array_typecode(array));
	errno = 0;
	cr_assert(rgc_array_set_int(array, 0, value) == -1 && errno == ERANGE, "%c",
		  rgc_array_typecode(array));
}

static void check_item(const rgc_array *array, ssize_t index, int64_t expected)
{
	int64_t value = 0;
	double real = 0;
	cr_assert_eq(rgc_array_get_int(array, index, &value), 0);
	cr_assert_eq(value, expected, "%c", rgc_array_typecode(array));
	cr_assert_eq(rgc_array_get_float(array, index, &real), 0);
	cr_assert_eq(real, (double)expected);
	rgc_auto rgc_object *object = rgc_array_ref(array, index);
	rgc_auto rgc_int *number = rgc_int_new(expected);
	cr_assert(RGC_IS(object, rgc_int) && rgc_equal(object, number) == 1);
}

Test(array, of_integers_holds_what_its_c_type_does)
{
	for (size_t i = 0; i < sizeof(integers) / sizeof(*integers); i++) {
		rgc_auto rgc_array *array = rgc_array_new(integers[i].typecode);
		int64_t smallest = integers[i].smallest, greatest = integers[i].greatest;
		cr_assert_eq(rgc_array_typecode(array), integers[i].typecode);
		cr_assert_eq(rgc_array_item_size(array), integers[i].size);
		cr_assert_eq(rgc_array_append_int(array, smallest), 0);
		cr_assert_eq(rgc_array_append_int(array, greatest), 0);
		cr_assert_eq(rgc_array_append_int(array, 0), 0);
		cr_assert_eq(rgc_array_set_int(array, -1, 7), 0);
		check_item(array, 0, smallest);
		check_item(array, 1, greatest);
		check_item(array, -1, 7);
		if (smallest > INT64_MIN)
			check_refused(array, smallest - 1);
		if (greatest < INT64_MAX)
			check_refused(array, greatest + 1);
		errno = 0;
		cr_assert(rgc_array_append_float(array, 1) == -1 && errno == ENOTSUP);
		cr_assert(rgc_array_set_float(array, 0, 1) == -1 && errno == ENOTSUP);
		cr_assert_eq(rgc_array_length(array), 3);
		check_item(array, 0, smallest);
	}
	errno = 0;
	cr_assert(!rgc_array_new('u') && errno == EINVAL);
	cr_assert(!rgc_array_new(0) && errno == EINVAL);
}

Test(array, of_floats_takes_both)
{
	rgc_auto rgc_array *floats = rgc_array_new('f'), *doubles = rgc_array_new('d');
	double value;
	int64_t integer;
	for (int i = 0; i < 2; i++) {
		rgc_array *array = i ? floats : doubles;
		cr_assert_eq(rgc_array_append_float(array, 0.1), 0);
		cr_assert_eq(rgc_array_append_int(array, -3), 0);
		cr_assert_eq(rgc_array_set_float(array, 1, 0.5), 0);
		cr_assert_eq(rgc_array_set_int(array, 1, 2), 0);
		cr_assert(!rgc_array_get_float(array, 1, &value) && value == 2);
		errno = 0;
		cr_assert(rgc_array_get_int(array, 1, &integer) == -1 && errno == ENOTSUP);
		rgc_auto rgc_object *object = rgc_array_ref(array, 1);
		cr_assert(RGC_IS(object, rgc_float));
	}
	cr_assert(!rgc_array_get_float(doubles, 0, &value) && value == 0.1);
	cr_assert(!rgc_array_get_float(floats, 0, &value) && value == (double)0.1f);
}

static void check_index(const rgc_array *array, ssize_t index)
{
	int64_t integer;
	double real;
	errno = 0;
	cr_assert(rgc_array_get_int(array, index, &integer) == -1 && errno == ERANGE);
	errno = 0;
	cr_assert(rgc_array_get_float(array, index, &real) == -1 && errno == ERANGE);
	errno = 0;
	cr_assert(!rgc_array_ref(array, index) && errno == ERANGE);
	errno = 0;
	cr_assert(rgc_array_delete((rgc_array *)(uintptr_t)array, index) == -1 && errno == ERANGE);
	cr_assert_eq(rgc_array_set_int((rgc_array *)(uintptr_t)array, index, 1), -1);
}

Test(array, of_bytes_does_what_an_array_of_c_does)
{
	static int16_t model[5000];
	size_t length = 0;
	unsigned long state = 4;
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	rgc_array *array = rgc_array_new('h');
	for (int round = 0; round < 20000; round++) {
		unsigned what = random_next(&state) % 100;
		int16_t value = (int16_t)random_next(&state);
		if (what < (round / 2000 % 2 ? 30 : 70) && length < 5000) {
			cr_assert_eq(rgc_array_append_int(array, value), 0);
			model[length++] = value;
		} else if (length) {
			size_t at = random_next(&state) % length;
			cr_assert_eq(rgc_array_delete(array, (ssize_t)at - (what % 2 ? (ssize_t)length : 0)),
				     0);
			memmove(model + at, model + at + 1, (--length - at) * sizeof(*model));
		}
		if (round % 100)
			continue;
		cr_assert_eq(rgc_array_length(array), length);
		cr_assert(!length || !memcmp(rgc_array_data(array), model, length * sizeof(*model)));
		check_index(array, (ssize_t)length);
		check_index(array, -1 - (ssize_t)length);
		size_t items = rgc_heap_bytes() - before;
		cr_assert(items >= length * 2 && items < length * 4 + 200, "%zu for %zu", items, length);
		cr_assert_eq(rgc_sizeof(array), items);
	}
	rgc_array_clear(array);
	cr_assert(!rgc_array_length(array) && !rgc_array_data(array));
	rgc_decref(array);
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(array, is_extended)
{
	rgc_auto rgc_array *array = rgc_array_new('i'), *other = rgc_array_new('l');
	const int items[] = {1, 2, 3};
	cr_assert_eq(rgc_array_extend_data(array, items, 3), 0);
	cr_assert_eq(rgc_array_extend(array, array), 0);
	cr_assert_eq(rgc_array_extend_data(array, NULL, 0), 0);
	check_item(array, 5, 3);
	cr_assert_eq(rgc_array_length(array), 6);
	errno = 0;
	cr_assert(rgc_array_extend(array, other) == -1 && errno == EINVAL);
	errno = 0;
	cr_assert(rgc_array_extend_data(array, items, SIZE_MAX / 8) == -1 && errno == ENOMEM);
	cr_assert(rgc_array_extend_data(array, items, SIZE_MAX) == -1 && errno == ENOMEM);
	cr_assert_eq(rgc_array_length(array), 6);
}

static void check_form(rgc_array *array, const char *expected)
{
	rgc_auto rgc_str *form = rgc_repr(array);
	cr_assert_str_eq(rgc_str_get(form), expected);
}

Test(array, prints_as_python_does)
{
	rgc_auto rgc_array *naturals = rgc_array_new('Q'), *floats = rgc_array_new('f'),
			   *bytes = rgc_array_new('b');
	const uint64_t greatest = UINT64_MAX;
	int64_t value;
	check_form(bytes, "array('b')");
	cr_assert_eq(rgc_array_append_int(bytes, -128), 0);
	cr_assert_eq(rgc_array_append_int(bytes, 1), 0);
	check_form(bytes, "array('b', [-128, 1])");
	cr_assert_eq(rgc_array_extend_data(naturals, &greatest, 1), 0);
	check_form(naturals, "array('Q', [18446744073709551615])");
	cr_assert(rgc_array_get_int(naturals, 0, &value) == -1 && errno == ERANGE);
	cr_assert_eq(rgc_array_append_float(floats, 0.1), 0);
	check_form(floats, "array('f', [0.10000000149011612])");
}

static rgc_array *array_of(char typecode, double number)
{
	rgc_array *array = rgc_array_new(typecode);
	int failed = strchr("fd", typecode) ? rgc_array_append_float(array, number)
					    : rgc_array_append_int(array, (int64_t)number);
	cr_assert_eq(failed, 0);
	return array;
}

Test(array, is_equal_by_value)
{
	static const char codes[] = "bBhHiIlLqQfd";
	for (const char *a = codes; *a; a++) {
		for (const char *b = codes; *b; b++) {
			rgc_auto rgc_array *one = array_of(*a, 1), *also_one = array_of(*b, 1),
					   *two = array_of(*b, 2);
			cr_expect_eq(rgc_equal(one, also_one), 1, "%c %c", *a, *b);
			cr_expect_eq(rgc_equal(one, two), 0, "%c %c", *a, *b);
		}
	}
	rgc_auto rgc_array *minus = array_of('q', -1), *naturals = rgc_array_new('Q'),
			   *nan = array_of('d', NAN), *float_minus = array_of('d', -1),
			   *large = array_of('d', 0x1p64), *empty = rgc_array_new('d');
	const uint64_t greatest = UINT64_MAX;
	cr_assert_eq(rgc_array_extend_data(naturals, &greatest, 1), 0);
	cr_assert_eq(rgc_equal(minus, naturals), 0);
	cr_assert_eq(rgc_equal(float_minus, naturals), 0);
	cr_assert_eq(rgc_equal(minus, float_minus), 1);
	cr_assert_eq(rgc_equal(large, naturals), 0);
	cr_assert_eq(rgc_equal(nan, float_minus), 0);
	cr_assert_eq(rgc_equal(empty, minus), 0);
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_equal(empty, list), 0);
	size_t hash;
	cr_assert(rgc_hash(empty, &hash) == -1 && errno == ENOTSUP);
}

Test(array, is_unchanged_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_auto rgc_array *array = rgc_array_new('d'), *other = rgc_array_new('d');
	cr_assert_eq(rgc_array_append_int(other, 1), 0);
	size_t before = rgc_heap_bytes();
	allocations_left = 0;
	void *made = rgc_array_new('d'), *form = rgc_repr(other);
	int results = rgc_array_append_int(array, 1) + rgc_array_append_float(array, 1) +
		      rgc_array_extend(array, other) + rgc_array_extend_data(array, rgc_array_data(other), 1);
	allocations_left = -1;
	cr_assert(!made && !form && results == -4 && errno == ENOMEM);
	cr_assert_eq(rgc_array_length(array), 0);
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(array, is_never_tracked)
{
	rgc_auto rgc_array *array = rgc_array_new('d');
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_append(list, array), 0);
	cr_assert_not(rgc_is_tracked(array));
	cr_assert_not(rgc_is_tracked(list));
}
