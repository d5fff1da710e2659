/* Tests of the functions that consume a reference: it is gone, whatever comes of the call. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>

/* An object of which the caller has the only reference but the test's. */
static rgc_str *text(rgc_list *held, const char *characters)
{
	rgc_str *string = rgc_str_new(characters);
	cr_assert_eq(rgc_list_append(held, string), 0);
	return string;
}

static void check_all_given_up(const rgc_list *held, int32_t kept)
{
	for (size_t i = 0; i < rgc_list_length(held); i++)
		cr_assert_eq(rgc_refcount(rgc_list_get(held, (ssize_t)i)), 1 + kept, "%zu", i);
}

Test(steal, by_dictionaries)
{
	rgc_auto rgc_list *held = rgc_list_new(), *replaced = rgc_list_new(), *unhashable = rgc_list_new();
	rgc_auto rgc_dict *dict = rgc_dict_new();
	cr_assert_eq(rgc_dict_set_steal(dict, text(held, "key"), text(replaced, "old")), 0);
	cr_assert_eq(rgc_dict_set_steal(dict, text(replaced, "key"), text(held, "new")), 0);
	check_all_given_up(held, 1);
	check_all_given_up(replaced, 0);
	errno = 0;
	cr_assert_eq(rgc_dict_set_steal(dict, rgc_ref(unhashable), text(replaced, "value")), -1);
	cr_assert_eq(errno, ENOTSUP);
	cr_assert_eq(rgc_dict_set_steal(dict, text(replaced, "key"), NULL), -1);
	cr_assert_eq(rgc_dict_set_steal(dict, NULL, text(replaced, "value")), -1);
	cr_assert_eq(rgc_dict_set_steal(NULL, text(replaced, "key"), text(replaced, "value")), -1);
	check_all_given_up(replaced, 0);
	cr_assert_eq(rgc_refcount(unhashable), 1);
}

Test(steal, by_sets)
{
	rgc_auto rgc_list *held = rgc_list_new(), *refused = rgc_list_new();
	rgc_auto rgc_set *set = rgc_set_new();
	cr_assert_eq(rgc_set_add_steal(set, text(held, "item")), 1);
	cr_assert_eq(rgc_set_add_steal(set, text(refused, "item")), 0);
	cr_assert_eq(rgc_set_add_steal(NULL, text(refused, "item")), -1);
	check_all_given_up(held, 1);
	check_all_given_up(refused, 0);
	errno = 0;
	cr_assert(rgc_set_add_steal(set, rgc_ref(held)) == -1 && errno == ENOTSUP);
	cr_assert_eq(rgc_refcount(held), 1);
}

Test(steal, by_tuples)
{
	rgc_auto rgc_list *held = rgc_list_new(), *refused = rgc_list_new();
	rgc_str *a = text(held, "a"), *b = text(held, "b");
	rgc_auto rgc_tuple *tuple = rgc_tuple_of_steal(2, a, b), *empty = rgc_tuple_of_steal(0);
	cr_assert_eq(rgc_tuple_length(tuple), 2);
	cr_assert_eq(rgc_tuple_get(tuple, 1), b);
	cr_assert_eq(rgc_tuple_length(empty), 0);
	check_all_given_up(held, 1);
	errno = 0;
	cr_assert(!rgc_tuple_of_steal(3, text(refused, "a"), NULL, text(refused, "b")) && errno == EINVAL);
	check_all_given_up(refused, 0);
}

Test(steal, without_memory)
{
	rgc_set_pool(false);
	rgc_auto rgc_list *held = rgc_list_new();
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_set *set = rgc_set_new();
	void *one = text(held, "one"), *two = text(held, "two"), *three = text(held, "three"),
	     *four = text(held, "four"), *five = text(held, "five");
	allocations_left = 0;
	errno = 0;
	cr_expect(rgc_dict_set_steal(dict, one, two) == -1 && errno == ENOMEM);
	cr_expect(rgc_set_add_steal(set, three) == -1 && errno == ENOMEM);
	cr_expect(!rgc_tuple_of_steal(2, four, five) && errno == ENOMEM);
	allocations_left = -1;
	check_all_given_up(held, 0);
}
