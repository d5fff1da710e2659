/* Tests of None, True and False: one object each, and integers besides, for the truth values. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>

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

Test(constants, are_one_object_each)
{
	size_t before = rgc_heap_bytes();
	cr_assert_eq(rgc_none_new(), rgc_none_new());
	cr_assert_eq(rgc_bool_new(true), rgc_bool_new(true));
	cr_assert_neq(rgc_bool_new(true), rgc_bool_new(false));
	cr_assert(rgc_bool_get(rgc_bool_new(true)));
	cr_assert_not(rgc_bool_get(rgc_bool_new(false)));
	cr_assert_eq(rgc_heap_bytes(), before);
	/* Immortal: as many references may be dropped as one likes. */
	for (int i = 0; i < 3; i++) {
		rgc_decref(rgc_none_new());
		rgc_decref(rgc_bool_new(true));
	}
	cr_assert_eq(rgc_refcount(rgc_none_new()), INT32_MAX);
	cr_assert_eq(rgc_refcount(rgc_bool_new(false)), INT32_MAX);
	cr_assert_not(rgc_is_tracked(rgc_none_new()));
	cr_assert(RGC_IS(rgc_none_new(), rgc_none));
	cr_assert(!RGC_IS(rgc_bool_new(true), rgc_int));
}

Test(constants, truth_values_are_the_integers_1_and_0)
{
	for (int value = -1; value <= 2; value++) {
		rgc_auto rgc_int *integer = rgc_int_new(value);
		rgc_auto rgc_float *number = rgc_float_new(value);
		for (int truth = 0; truth < 2; truth++) {
			rgc_bool *object = rgc_bool_new(truth);
			cr_expect_eq(rgc_equal(object, integer), truth == value);
			cr_expect_eq(rgc_equal(integer, object), truth == value);
			cr_expect_eq(rgc_equal(object, number), truth == value);
			cr_expect_eq(rgc_equal(number, object), truth == value);
			cr_expect_eq(hash_of(object) == hash_of(integer), truth == value);
		}
	}
	rgc_auto rgc_float *half = rgc_float_new(0.5);
	cr_assert_eq(rgc_equal(rgc_bool_new(true), half), 0);
	cr_assert_eq(rgc_equal(rgc_bool_new(true), rgc_bool_new(false)), 0);
	cr_assert_eq(rgc_equal(rgc_bool_new(false), rgc_none_new()), 0);
	cr_assert_eq(rgc_equal(rgc_none_new(), rgc_bool_new(false)), 0);
	cr_assert_eq(rgc_equal(rgc_none_new(), rgc_none_new()), 1);
}

Test(constants, print_as_python_does)
{
	rgc_auto rgc_tuple *all = rgc_tuple_of(3, rgc_none_new(), rgc_bool_new(true), rgc_bool_new(false));
	check_form(all, "(None, True, False)");
}

Test(constants, are_keys)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_str *one = rgc_str_new("one"), *none = rgc_str_new("none");
	cr_assert_eq(rgc_dict_set(dict, rgc_int_new(1), one), 0);
	cr_assert_eq(rgc_dict_get(dict, rgc_bool_new(true)), one);
	errno = 0;
	cr_assert(!rgc_dict_get(dict, rgc_none_new()) && errno == ENOENT);
	cr_assert_eq(rgc_dict_set(dict, rgc_none_new(), none), 0);
	cr_assert_eq(rgc_dict_set(dict, rgc_bool_new(true), none), 0);
	check_form(dict, "{1: 'none', None: 'none'}");
	cr_assert_not(rgc_is_tracked(dict));
}

static void *type_of_first(const rgc_tuple *arguments, const rgc_dict *keywords, void *calls)
{
	(void)keywords;
	if (rgc_list_append(calls, rgc_none_new()))
		return NULL;
	return rgc_str_new(((rgc_object *)rgc_tuple_get(arguments, 0))->type->name);
}

static void check_call(rgc_lru_cache *cache, void *argument, const char *expected)
{
	rgc_auto rgc_str *result = rgc_lru_cache_call1(cache, argument);
	cr_assert_str_eq(rgc_str_get(result), expected);
}

Test(constants, are_arguments_of_memoized_functions)
{
	rgc_auto rgc_list *calls = rgc_list_new();
	rgc_auto rgc_lru_cache *typed = rgc_lru_cache_new(type_of_first, calls, 10, true),
			       *untyped = rgc_lru_cache_new(type_of_first, calls, 10, false);
	for (int i = 0; i < 2; i++) {
		check_call(typed, rgc_int_new(1), "rgc_int");
		check_call(typed, rgc_bool_new(true), "rgc_bool");
		check_call(typed, rgc_none_new(), "rgc_none");
		check_call(untyped, rgc_bool_new(false), "rgc_bool");
		check_call(untyped, rgc_int_new(0), "rgc_bool");
	}
	cr_assert_eq(rgc_list_length(calls), 4);
}
