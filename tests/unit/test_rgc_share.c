/* test_rgc_share.c - rgc_share: values of which every thread may have references. */
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>

static bool is_as(const void *shared, const void *object)
{
	size_t one, other;
	cr_assert(rgc_hash(shared, &one) == 0 && rgc_hash(object, &other) == 0);
	return shared != object && rgc_is_shared(shared) && rgc_equal(shared, object) == 1 &&
	       rgc_equal(object, shared) == 1 && one == other;
}

Test(rgc_share, values)
{
	rgc_auto rgc_str *text = rgc_str_new_bytes("a\0b", 3), *empty = rgc_str_new("");
	rgc_auto rgc_int *integer = rgc_int_new(INT64_MIN);
	rgc_auto rgc_float *number = rgc_float_new(-0.5);
	void *objects[] = {text, empty, integer, number};
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		size_t before = rgc_heap_bytes();
		rgc_auto rgc_object *shared = rgc_share(objects[i]);
		cr_assert_not_null(shared);
		cr_assert(is_as(shared, objects[i]), "%zu", i);
		cr_assert_not(rgc_is_shared(objects[i]));
		cr_assert_eq(rgc_heap_bytes(), before);
		cr_assert_gt(rgc_sizeof(shared), rgc_sizeof(objects[i]));
		rgc_auto rgc_object *again = rgc_share(shared);
		cr_assert_eq(again, shared);
		cr_assert_eq(rgc_refcount(shared), 2);
		rgc_auto rgc_str *form = rgc_repr(objects[i]), *form_of_shared = rgc_repr(shared);
		cr_assert_eq(rgc_equal(form, form_of_shared), 1);
	}
}

Test(rgc_share, what_is_shared_or_immortal_is_itself)
{
	rgc_auto leaf *shared = rgc_new_shared(leaf);
	rgc_auto rgc_object *same = rgc_share(shared);
	cr_assert_eq(same, &shared->rgc_head);
	cr_assert_eq(rgc_refcount(shared), 2);
	rgc_int *small = rgc_int_new(7);
	cr_assert_eq(rgc_share(small), small);
}

Test(rgc_share, tuples_with_all_that_is_in_them)
{
	rgc_auto rgc_str *text = rgc_str_new("text");
	rgc_auto rgc_int *big = rgc_int_new(1 << 20);
	rgc_auto leaf *part = rgc_new_shared(leaf);
	rgc_auto rgc_tuple *inner = rgc_tuple_of(3, text, big, part);
	rgc_auto rgc_tuple *tuple = rgc_tuple_of(3, inner, rgc_int_new(1), text), *none = rgc_tuple_of(0);
	rgc_tuple *shared = rgc_share(tuple);
	cr_assert(is_as(shared, tuple));
	rgc_tuple *shared_inner = rgc_tuple_get(shared, 0);
	cr_assert(is_as(shared_inner, inner));
	cr_assert(is_as(rgc_tuple_get(shared_inner, 0), text));
	cr_assert_eq(rgc_tuple_get(shared_inner, 2), part);
	cr_assert_eq(rgc_refcount(part), 3);
	cr_assert_not(rgc_is_tracked(shared));
	rgc_decref(shared);
	cr_assert_eq(rgc_refcount(part), 2);
	rgc_auto rgc_tuple *shared_none = rgc_share(none), *gaps = rgc_tuple_new(2),
			   *shared_gaps = rgc_share(gaps);
	cr_assert(is_as(shared_none, none));
	cr_assert(rgc_tuple_length(shared_gaps) == 2 && !rgc_tuple_get(shared_gaps, 1));
}

/* A shared container is never watched, whatever is put into it. */
Test(rgc_share, tuples_with_immortal_containers)
{
	rgc_list *list = rgc_list_new();
	rgc_make_immortal(list);
	rgc_auto rgc_tuple *tuple = rgc_tuple_of(1, list), *shared = rgc_share(tuple);
	cr_assert_eq(rgc_tuple_get(shared, 0), list);
	cr_assert_not(rgc_is_tracked(shared));
	cr_assert_eq(rgc_verify(), 0);
	rgc_collect(2);
}

Test(rgc_share, refuses_what_is_no_value)
{
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_auto leaf *mine = rgc_new(leaf);
	rgc_auto rgc_str *text = rgc_str_new("text");
	rgc_auto rgc_tuple *tuple = rgc_tuple_of(3, text, list, text), *deep = rgc_tuple_of(1, text);
	rgc_auto rgc_capsule *capsule = rgc_capsule_new(text, NULL, NULL);
	void *objects[] = {list, mine, tuple, capsule};
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		errno = 0;
		cr_assert(!rgc_share(objects[i]) && errno == ENOTSUP, "%zu", i);
	}
	for (int i = 0; i < 1000; i++)
		rgc_steal(&deep, rgc_tuple_of(1, deep));
	for (int i = 0; i < 3; i++) {
		errno = 0;
		cr_assert(!rgc_share(deep) && errno == ELOOP);
	}
	rgc_auto rgc_object *still = rgc_share(text);
	cr_assert_not_null(still);
}

static rgc_tuple *of_all;

/* Each thread has a dictionary of its own; keys are found by shared objects and by its own. */
static void *look_up(void *unused)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_str *mine = rgc_str_new("key");
	for (ssize_t i = 0; i < 2; i++)
		cr_assert_eq(rgc_dict_set(dict, rgc_tuple_get(of_all, i), of_all), 0);
	cr_assert_eq(rgc_dict_get(dict, mine), of_all);
	cr_assert_eq(rgc_dict_get_text(dict, "key"), of_all);
	rgc_collect(2);
	rgc_clear(&of_all);
	return unused;
}

Test(rgc_share, keys_of_other_threads)
{
	rgc_auto rgc_str *key = rgc_str_new("key");
	rgc_auto rgc_tuple *pair = rgc_tuple_of(2, key, rgc_int_new(3)), *tuple = rgc_tuple_of(2, key, pair);
	rgc_auto rgc_tuple *mine = rgc_share(tuple);
	of_all = rgc_ref(mine);
	pthread_t thread;
	cr_assert_eq(pthread_create(&thread, NULL, look_up, NULL), 0);
	pthread_join(thread, NULL);
	rgc_shared_settle();
	cr_assert_eq(rgc_refcount(mine), 1);
	cr_assert(is_as(mine, tuple));
}

static void note(void *argument)
{
	(void)argument;
}

Test(rgc_share, refuses_what_happens_at_an_end)
{
	rgc_auto rgc_list *target = rgc_list_new();
	rgc_auto rgc_at_end *ending = rgc_at_end_new(target, note, NULL);
	errno = 0;
	cr_assert(!rgc_share(ending) && errno == ENOTSUP);
}
