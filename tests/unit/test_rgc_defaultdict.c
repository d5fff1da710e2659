/* Tests of rgc_defaultdict: when the factory is called, what it may do, and without memory. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>

static int calls;

static void *make_list(void *data)
{
	cr_assert_null(data);
	calls++;
	return rgc_list_new();
}

Test(defaultdict, makes_what_is_missing)
{
	rgc_auto rgc_defaultdict *groups = rgc_defaultdict_new(make_list, NULL);
	for (int i = 0; i < 10; i++) {
		rgc_list *group = rgc_defaultdict_get_as(groups, rgc_int_new(i % 3), rgc_list);
		cr_assert_eq(rgc_list_append(group, rgc_int_new(i)), 0);
	}
	cr_assert_eq(calls, 3);
	rgc_auto rgc_str *form = rgc_repr(groups);
	cr_assert_str_eq(rgc_str_get(form),
			 "defaultdict(<factory>, {0: [0, 3, 6, 9], 1: [1, 4, 7], 2: [2, 5, 8]})");
	/* Nothing else calls it. */
	rgc_dict *dict = rgc_defaultdict_dict(groups);
	cr_assert_null(rgc_dict_get(dict, rgc_int_new(7)));
	cr_assert_eq(rgc_dict_contains(dict, rgc_int_new(7)), 0);
	cr_assert_eq(rgc_dict_length(dict), 3);
	rgc_auto rgc_defaultdict *copy = rgc_defaultdict_copy(groups);
	cr_assert_eq(rgc_equal(copy, groups), 1);
	cr_assert_eq(calls, 3);
	cr_assert(rgc_defaultdict_get(copy, rgc_int_new(7)));
	cr_assert_eq(rgc_equal(copy, groups), 0);
	cr_assert_eq(calls, 4);
	cr_assert_eq(rgc_dict_length(dict), 3);
}

static void *give_data(void *data)
{
	return rgc_ref((rgc_object *)data);
}

Test(defaultdict, hands_its_data_to_the_factory)
{
	rgc_auto rgc_str *nothing = rgc_str_new("nothing");
	rgc_auto rgc_defaultdict *defaultdict = rgc_defaultdict_new(give_data, nothing);
	cr_assert_eq(rgc_refcount(nothing), 2);
	errno = 0;
	cr_assert_eq(rgc_defaultdict_get(defaultdict, rgc_none_new()), nothing);
	cr_assert_eq(errno, 0);
	cr_assert_eq(rgc_refcount(nothing), 3);
}

static void *fail(void *data)
{
	(void)data;
	errno = EIO;
	return NULL;
}

Test(defaultdict, stores_nothing_after_a_failure)
{
	rgc_auto rgc_defaultdict *failing = rgc_defaultdict_new(fail, NULL),
				 *groups = rgc_defaultdict_new(make_list, NULL);
	rgc_auto rgc_list *unhashable = rgc_list_new();
	cr_assert(!rgc_defaultdict_get(failing, rgc_int_new(1)) && errno == EIO);
	cr_assert_eq(rgc_dict_length(rgc_defaultdict_dict(failing)), 0);
	cr_assert(!rgc_defaultdict_get(groups, unhashable) && errno == ENOTSUP);
	cr_assert_eq(calls, 0);
	errno = 0;
	cr_assert(!rgc_defaultdict_new(NULL, unhashable) && errno == EINVAL);
}

static rgc_defaultdict *under_test;

/* Stores something for the key itself, whose end removes the key. */
static int remove_one(void *unused)
{
	(void)unused;
	return rgc_dict_delete(rgc_defaultdict_dict(under_test), rgc_int_new(1));
}

static void *store_as_well(void *data)
{
	rgc_auto rgc_object *mine =
		data ? (rgc_object *)last_words_new(remove_one, NULL) : (rgc_object *)rgc_list_new();
	cr_assert_eq(rgc_dict_set(rgc_defaultdict_dict(under_test), rgc_int_new(1), mine), 0);
	return rgc_str_new("made");
}

Test(defaultdict, replaces_what_the_factory_has_stored)
{
	rgc_auto rgc_defaultdict *defaultdict = under_test = rgc_defaultdict_new(store_as_well, NULL);
	rgc_str *value = rgc_defaultdict_get_as(defaultdict, rgc_int_new(1), rgc_str);
	cr_assert_str_eq(rgc_str_get(value), "made");
	rgc_auto rgc_defaultdict *hostile = under_test = rgc_defaultdict_new(store_as_well, rgc_none_new());
	cr_assert(!rgc_defaultdict_get(hostile, rgc_int_new(1)) && errno == ENOENT);
	cr_assert_eq(rgc_verify(), 0);
}

Test(defaultdict, is_unchanged_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (long left = 0;; left++) {
		allocations_left = left;
		rgc_defaultdict *groups = rgc_defaultdict_new(make_list, NULL);
		void *made = groups ? rgc_defaultdict_get(groups, rgc_int_new(1)) : NULL;
		rgc_defaultdict *copy = made ? rgc_defaultdict_copy(groups) : NULL;
		allocations_left = -1;
		cr_assert(copy || errno == ENOMEM);
		cr_assert(!groups || rgc_dict_length(rgc_defaultdict_dict(groups)) == (made != NULL));
		rgc_decref(copy);
		rgc_decref(groups);
		cr_assert_eq(rgc_heap_bytes(), before);
		if (copy)
			break;
	}
}

Test(defaultdict, is_collected_in_a_cycle)
{
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_defaultdict *defaultdict = rgc_defaultdict_new(give_data, list);
	cr_assert_eq(rgc_list_append_steal(list, defaultdict), 0);
	rgc_clear(&list);
	cr_assert_eq(rgc_collect(2), 2, "its dictionary is empty, and so not tracked");
}
