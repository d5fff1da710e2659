/*
 * test_rgc_weak_containers.c - weak dictionaries and sets: entries go when their weak part ends, whatever
 * ends it and whatever else ends with it; nobody else's places change by that.
 */
#include "rgc_keys.h"
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>

static rgc_weak_value_dict *values;
static rgc_weak_key_dict *keys;
static rgc_weak_set *set;

static void make(void)
{
	values = rgc_weak_value_dict_new();
	keys = rgc_weak_key_dict_new();
	set = rgc_weak_set_new();
	cr_assert(values && keys && set);
}

static void drop(void)
{
	rgc_clear(&values);
	rgc_clear(&keys);
	rgc_clear(&set);
	rgc_collect(2);
	cr_assert_eq(rgc_verify(), 0);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

/* All memory comes from malloc, arrays as well. */
static void make_without_a_pool(void)
{
	rgc_set_pool(false);
	make();
}

TestSuite(rgc_weak_containers_fail, .init = make_without_a_pool, .fini = drop);
TestSuite(rgc_weak_containers, .init = make, .fini = drop);

static rgc_int *number(int64_t value)
{
	rgc_int *made = rgc_int_new(value);
	cr_assert(made);
	return made;
}

static node *new_node(long value)
{
	node *made = rgc_new(node);
	cr_assert(made);
	made->value = value;
	return made;
}

static void enter_value(int64_t key, void *value)
{
	rgc_auto rgc_int *name = number(key);
	cr_assert_eq(rgc_weak_value_dict_set(values, name, value), 0);
}

/* The value, or NULL with ENOENT. */
static void *value_at(int64_t key)
{
	rgc_auto rgc_int *name = number(key);
	errno = 0;
	void *value = rgc_weak_value_dict_get(values, name);
	cr_assert_eq(errno, value ? 0 : ENOENT);
	cr_assert_eq(rgc_weak_value_dict_contains(values, name), value != NULL);
	return value;
}

/* An object in all three, under 1, with a value of 1000 of its own, and as an item. */
static void enter_everywhere(void *object)
{
	rgc_auto rgc_int *thousand = number(1000);
	enter_value(1, object);
	cr_assert_eq(rgc_weak_key_dict_set(keys, object, thousand), 0);
	cr_assert_eq(rgc_weak_set_add(set, object), 1);
}

static void expect_lengths(size_t length)
{
	cr_expect_eq(rgc_weak_value_dict_length(values), length);
	cr_expect_eq(rgc_weak_key_dict_length(keys), length);
	cr_expect_eq(rgc_weak_set_length(set), length);
}

Test(rgc_weak_containers, entries_go_with_the_last_reference)
{
	node *object = new_node(1);
	enter_everywhere(object);
	expect_lengths(1);
	cr_expect_eq(rgc_refcount(object), 1);
	cr_expect_eq(rgc_weak_count(object), 3);
	cr_expect_eq(value_at(1), object);
	cr_expect_eq(rgc_int_get(rgc_weak_key_dict_get_as(keys, object, rgc_int)), 1000);
	cr_expect_eq(rgc_weak_set_contains(set, object), 1);
	rgc_decref(object);
	expect_lengths(0);
	cr_expect_null(value_at(1));
}

Test(rgc_weak_containers, entries_go_with_a_cycle)
{
	node *object = rgc_ref(make_pair());
	enter_everywhere(object);
	expect_lengths(1);
	rgc_decref(object);
	expect_lengths(1);
	cr_expect_eq(rgc_collect(2), 2);
	expect_lengths(0);
}

Test(rgc_weak_containers, acyclic_and_large_objects_too)
{
	leaf *small = rgc_new(leaf);
	rgc_tuple *large = rgc_tuple_new(1000);
	enter_everywhere(small);
	cr_assert_eq(rgc_weak_set_add(set, large), 1);
	rgc_decref(small);
	cr_expect_eq(rgc_weak_set_length(set), 1);
	rgc_decref(large);
	expect_lengths(0);
}

Test(rgc_weak_containers, values_are_replaced_and_taken)
{
	rgc_auto node *first = new_node(1);
	node *second = new_node(2);
	rgc_auto rgc_int *key = number(1000);
	enter_value(1000, first);
	enter_value(1000, second);
	cr_expect_eq(rgc_weak_count(first), 0);
	cr_expect_eq(value_at(1000), second);
	cr_expect_eq(rgc_weak_value_dict_set_default(values, key, first), second);
	node *taken = rgc_weak_value_dict_pop(values, key);
	cr_expect_eq(taken, second);
	cr_expect_eq(rgc_refcount(second), 2);
	cr_expect_eq(rgc_weak_count(second), 0);
	rgc_decref(taken);
	cr_expect_null(rgc_weak_value_dict_pop(values, key));
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(rgc_weak_value_dict_set_default(values, key, second), second);
	rgc_decref(second);
	cr_expect_null(value_at(1000));
	enter_value(1000, first);
	node *held = rgc_weak_value_dict_ref(values, key);
	cr_expect_eq(held, first);
	rgc_decref(held);
	cr_expect_eq(rgc_weak_value_dict_delete(values, key), 0);
	cr_expect_eq(rgc_weak_value_dict_delete(values, key), -1);
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(rgc_refcount(key), 1);
}

Test(rgc_weak_containers, keys_are_found_by_equality)
{
	evil *first = evil_new(1);
	rgc_auto evil *equal = evil_new(1), *other = evil_new(2);
	rgc_auto rgc_int *a = number(1000), *b = number(1001);
	cr_assert_eq(rgc_weak_key_dict_set(keys, first, a), 0);
	cr_expect_eq(rgc_weak_key_dict_get(keys, equal), a);
	cr_expect_null(rgc_weak_key_dict_get(keys, other));
	cr_expect_eq(errno, ENOENT);
	cr_assert_eq(rgc_weak_key_dict_set(keys, equal, b), 0);
	cr_expect_eq(rgc_weak_key_dict_length(keys), 1);
	cr_expect_eq(rgc_weak_key_dict_get(keys, first), b);
	cr_expect_eq(rgc_weak_count(equal), 0, "the first key stays");
	cr_expect_eq(rgc_weak_key_dict_set_default(keys, equal, a), b);
	cr_expect_eq(rgc_weak_set_add(set, first), 1);
	cr_expect_eq(rgc_weak_set_add(set, equal), 0);
	rgc_decref(first);
	cr_expect_eq(rgc_weak_key_dict_contains(keys, equal), 0);
	cr_expect_eq(rgc_weak_set_contains(set, equal), 0);
	cr_expect_eq(rgc_refcount(b), 1);
	cr_expect_eq(rgc_weak_key_dict_set_default(keys, equal, a), a);
	rgc_int *taken = rgc_weak_key_dict_pop(keys, equal);
	cr_expect_eq(taken, a);
	rgc_decref(taken);
	cr_expect_eq(rgc_weak_key_dict_delete(keys, equal), -1);
	cr_expect_eq(errno, ENOENT);
}

Test(rgc_weak_containers, sets_give_and_let_go)
{
	rgc_auto node *a = new_node(1), *b = new_node(2);
	cr_expect_null(rgc_weak_set_pop(set));
	cr_expect_eq(errno, ENOENT);
	cr_assert_eq(rgc_weak_set_add(set, a), 1);
	cr_assert_eq(rgc_weak_set_add(set, b), 1);
	node *newest = rgc_weak_set_pop(set);
	cr_expect_eq(newest, b);
	cr_expect_eq(rgc_refcount(b), 2);
	rgc_decref(newest);
	cr_expect_eq(rgc_weak_set_discard(set, b), 0);
	cr_expect_eq(rgc_weak_set_discard(set, a), 1);
	cr_expect_eq(rgc_weak_count(a), 0);
}

Test(rgc_weak_containers, what_cannot_be_a_target_is_refused)
{
	rgc_auto rgc_int *small = number(1);
	rgc_auto rgc_list *list = rgc_list_new();
	cr_expect_eq(rgc_weak_value_dict_set(values, small, small), -1);
	cr_expect_eq(errno, ENOTSUP);
	cr_expect_null(rgc_weak_value_dict_set_default(values, small, small));
	cr_expect_eq(rgc_weak_key_dict_set(keys, small, small), -1);
	cr_expect_eq(errno, ENOTSUP);
	cr_expect_eq(rgc_weak_set_add(set, small), -1);
	cr_expect_eq(errno, ENOTSUP);
	errno = 0;
	cr_expect_eq(rgc_weak_set_add(set, list), -1, "no hash");
	cr_expect_eq(errno, ENOTSUP);
	expect_lengths(0);
	cr_expect_eq(rgc_weak_set_contains(set, small), 0);
}

Test(rgc_weak_containers, containers_may_end_first)
{
	node *object = new_node(1);
	enter_everywhere(object);
	rgc_clear(&values);
	rgc_clear(&keys);
	rgc_clear(&set);
	cr_expect_eq(rgc_weak_count(object), 0);
	rgc_decref(object);
}

Test(rgc_weak_containers, clearing_lets_go_of_all)
{
	rgc_auto node *object = new_node(1);
	enter_everywhere(object);
	rgc_weak_value_dict_clear(values);
	rgc_weak_key_dict_clear(keys);
	rgc_weak_set_clear(set);
	expect_lengths(0);
	cr_expect_eq(rgc_weak_count(object), 0);
	enter_everywhere(object);
	expect_lengths(1);
}

/* ---- in cycles ---- */

Test(rgc_weak_containers, a_key_that_leads_to_its_dictionary_is_garbage_with_it)
{
	guard *key = rgc_new(guard);
	rgc_auto node *value = new_node(1);
	cr_assert_eq(rgc_weak_value_dict_set(values, key, value), 0);
	key->next = values;
	values = NULL;
	rgc_decref(key);
	cr_expect_eq(rgc_collect(2), 2);
	cr_expect_eq(rgc_weak_count(value), 0);
}

Test(rgc_weak_containers, a_value_that_leads_to_its_dictionary_is_garbage_with_it)
{
	rgc_auto node *key = new_node(1);
	guard *value = rgc_new(guard);
	cr_assert_eq(rgc_weak_key_dict_set(keys, key, value), 0);
	value->next = keys;
	keys = NULL;
	rgc_decref(value);
	cr_expect_eq(rgc_collect(2), 2);
	cr_expect_eq(rgc_weak_count(key), 0);
}

Test(rgc_weak_containers, replacing_makes_a_dictionary_watched)
{
	rgc_auto leaf *key = rgc_new(leaf), *untracked = rgc_new(leaf);
	cr_assert_eq(rgc_weak_key_dict_set(keys, key, untracked), 0);
	cr_expect(!rgc_is_tracked(keys));
	guard *value = rgc_new(guard);
	cr_assert_eq(rgc_weak_key_dict_set(keys, key, value), 0);
	cr_expect(rgc_is_tracked(keys));
	value->next = keys;
	keys = NULL;
	rgc_decref(value);
	cr_expect_eq(rgc_collect(2), 2);
}

static size_t seen_lengths[3];
static void *rescued;

static void look_and_rescue(guard *self)
{
	seen_lengths[0] = rgc_weak_value_dict_length(self->next);
	if (self->value == 2)
		rescued = rgc_ref(self);
}

/* A guard and a dictionary in a cycle; the guard is a value of the dictionary, beside `other`. */
static guard *in_a_cycle(void *other, long value)
{
	guard *self = rgc_new(guard);
	self->value = value;
	rgc_auto rgc_tuple *key = rgc_tuple_of(1, self), *other_key = rgc_tuple_of(1, other);
	cr_assert_eq(rgc_weak_value_dict_set(values, key, other), 0);
	rgc_auto rgc_int *name = number(7);
	cr_assert_eq(rgc_weak_value_dict_set(values, name, self), 0);
	self->next = values;
	values = NULL;
	on_finalize = look_and_rescue;
	return self;
}

Test(rgc_weak_containers, what_is_found_with_its_container_is_gone_before_finalizers_run)
{
	rgc_auto node *other = new_node(1);
	guard *self = in_a_cycle(other, 1);
	seen_lengths[0] = 100;
	rgc_decref(self);
	rgc_collect(2);
	cr_expect_eq(seen_lengths[0], 1, "the one that lives");
	cr_expect_eq(rgc_weak_count(other), 0);
}

Test(rgc_weak_containers, a_container_that_is_saved_keeps_what_lives)
{
	rgc_auto node *other = new_node(1);
	guard *self = in_a_cycle(other, 2);
	rgc_decref(self);
	rgc_collect(2);
	cr_assert_eq(rescued, self);
	values = rgc_ref((rgc_weak_value_dict *)self->next);
	cr_expect_eq(rgc_weak_value_dict_length(values), 1);
	rgc_cursor cursor = {0, 0};
	void *value;
	cr_expect_eq(rgc_weak_value_dict_next(values, &cursor, NULL, &value), 1);
	cr_expect_eq(value, other);
	on_finalize = NULL;
	rgc_clear(&self->next);
	rgc_weak_value_dict_clear(values);
	rgc_decref(self);
}

static void rescue(guard *self)
{
	rescued = rgc_ref(self);
}

Test(rgc_weak_containers, saved_from_a_drop_it_stays_from_a_collection_it_does_not)
{
	guard *dropped = rgc_new(guard), *collected = rgc_new(guard);
	on_finalize = rescue;
	enter_everywhere(dropped);
	rgc_decref(dropped);
	expect_lengths(1);
	cr_expect_eq(value_at(1), rescued);
	on_finalize = NULL;
	rgc_decref(rescued);
	expect_lengths(0);
	on_finalize = rescue;
	enter_everywhere(collected);
	collected->next = rgc_ref(collected);
	rgc_decref(collected);
	rgc_collect(2);
	expect_lengths(0);
	cr_expect_eq(rgc_weak_count(rescued), 0);
	on_finalize = NULL;
	enter_everywhere(rescued);
	expect_lengths(1);
	rgc_decref(rescued);
	rgc_collect(2);
	expect_lengths(0);
}

/* ---- while others look ---- */

static int calls;

static void drop_values(rgc_weak *weak, void *unused)
{
	(void)weak, (void)unused;
	calls++;
	cr_expect_null(value_at(1));
	rgc_clear(&values);
}

Test(rgc_weak_containers, a_callback_may_end_the_container_before_its_turn)
{
	node *object = new_node(1);
	enter_value(1, object);
	rgc_auto rgc_weak *later = rgc_weak_new(object, drop_values, NULL);
	calls = 0;
	rgc_decref(object);
	cr_expect_eq(calls, 1);
	cr_expect_null(values);
}

static void enter_another(rgc_weak *weak, void *another)
{
	(void)weak;
	cr_expect_eq(rgc_weak_value_dict_length(values), 1, "not its turn yet");
	enter_value(1, another);
	calls++;
}

Test(rgc_weak_containers, a_callback_may_put_another_in_its_place)
{
	node *object = new_node(1);
	rgc_auto node *another = new_node(2);
	enter_value(1, object);
	rgc_auto rgc_weak *later = rgc_weak_new(object, enter_another, another);
	calls = 0;
	rgc_decref(object);
	cr_expect_eq(calls, 1);
	cr_expect_eq(value_at(1), another);
	cr_expect_eq(rgc_weak_value_dict_length(values), 1);
}

static void take_what_has_ended(rgc_weak *weak, void *unused)
{
	(void)weak, (void)unused;
	rgc_auto rgc_int *key = number(1);
	errno = 0;
	cr_expect_null(rgc_weak_value_dict_pop(values, key));
	cr_expect_eq(errno, ENOENT);
	cr_expect_null(rgc_weak_set_pop(set));
	rgc_cursor cursor = {0, 0};
	cr_expect_eq(rgc_weak_key_dict_next(keys, &cursor, NULL, NULL), 0);
	calls++;
}

Test(rgc_weak_containers, what_has_ended_is_found_by_none)
{
	node *object = new_node(1);
	enter_everywhere(object);
	rgc_auto rgc_weak *later = rgc_weak_new(object, take_what_has_ended, NULL);
	calls = 0;
	rgc_decref(object);
	cr_expect_eq(calls, 1);
	expect_lengths(0);
}

static void empty_values(guard *self)
{
	(void)self;
	rgc_weak_value_dict_clear(values);
	calls++;
}

Test(rgc_weak_containers, the_end_of_a_key_may_touch_the_container)
{
	guard *key = rgc_new(guard);
	node *value = new_node(1);
	rgc_auto node *other = new_node(2);
	cr_assert_eq(rgc_weak_value_dict_set(values, key, value), 0);
	enter_value(2, other);
	rgc_decref(key);
	on_finalize = empty_values;
	calls = 0;
	rgc_decref(value);
	cr_expect_eq(calls, 1);
	cr_expect_eq(rgc_weak_value_dict_length(values), 0);
	on_finalize = NULL;
}

#define MANY 1000

static node *many[MANY];

static void enter_many(void)
{
	for (long i = 0; i < MANY; i++) {
		many[i] = new_node(i);
		enter_value(1000 + i, many[i]);
		rgc_auto rgc_int *value = number(1000 + i);
		cr_assert_eq(rgc_weak_key_dict_set(keys, many[i], value), 0);
		cr_assert_eq(rgc_weak_set_add(set, many[i]), 1);
	}
}

static void drop_many(void)
{
	for (long i = 0; i < MANY; i++)
		rgc_clear(&many[i]);
	expect_lengths(0);
}

/* Every object that is met ends itself and all up to the next multiple of three. */
static void end_up_to(long value)
{
	for (long i = value; i < MANY && (i == value || i % 3); i++)
		rgc_clear(&many[i]);
}

Test(rgc_weak_containers, a_walk_bears_what_ends)
{
	enter_many();
	rgc_cursor a = {0, 0}, b = {0, 0}, c = {0, 0};
	void *key, *value, *item;
	long met = 0;
	while (rgc_weak_value_dict_next(values, &a, &key, &value) == 1) {
		long i = ((node *)value)->value;
		cr_assert_eq(i, 3 * met);
		cr_assert_eq(rgc_int_get(key), 1000 + i);
		cr_assert_eq(rgc_weak_key_dict_next(keys, &b, &key, &item), 1);
		cr_assert_eq(key, value);
		cr_assert_eq(rgc_int_get(item), 1000 + i);
		cr_assert_eq(rgc_weak_set_next(set, &c, &item), 1);
		cr_assert_eq(item, value);
		end_up_to(i);
		met++;
	}
	cr_expect_eq(met, (MANY + 2) / 3);
	cr_expect_eq(rgc_weak_key_dict_next(keys, &b, &key, &value), 0);
	cr_expect_eq(rgc_weak_set_next(set, &c, &item), 0);
	expect_lengths(0);
}

Test(rgc_weak_containers, a_walk_notices_what_others_add_and_remove)
{
	enter_many();
	rgc_cursor at = {0, 0};
	void *key, *value;
	cr_assert_eq(rgc_weak_value_dict_next(values, &at, &key, &value), 1);
	enter_value(1000, many[7]);
	cr_expect_eq(rgc_weak_value_dict_next(values, &at, &key, &value), 1, "replaced");
	enter_value(1, many[0]);
	cr_expect_eq(rgc_weak_value_dict_next(values, &at, &key, &value), -1);
	cr_expect_eq(errno, EBUSY);
	at = (rgc_cursor){0, 0};
	cr_assert_eq(rgc_weak_value_dict_next(values, &at, &key, &value), 1);
	rgc_clear(&many[3]);
	rgc_auto rgc_int *last = number(1000 + MANY - 1);
	cr_assert_eq(rgc_weak_value_dict_delete(values, last), 0);
	cr_expect_eq(rgc_weak_value_dict_next(values, &at, &key, &value), -1);
	cr_expect_eq(errno, EBUSY);
	drop_many();
}

Test(rgc_weak_containers, a_walk_that_all_have_left)
{
	enter_many();
	rgc_cursor at = {0, 0};
	void *item;
	cr_assert_eq(rgc_weak_set_next(set, &at, &item), 1);
	drop_many();
	cr_expect_eq(rgc_weak_set_next(set, &at, &item), 0);
	rgc_auto node *new = new_node(1);
	cr_assert_eq(rgc_weak_set_add(set, new), 1);
	cr_expect_eq(rgc_weak_set_next(set, &at, &item), -1);
}

Test(rgc_weak_containers, copies_are_of_their_own)
{
	enter_many();
	for (long i = 0; i < MANY; i += 2)
		rgc_clear(&many[i]);
	rgc_auto rgc_weak_value_dict *values_copy = rgc_weak_value_dict_copy(values);
	rgc_auto rgc_weak_key_dict *keys_copy = rgc_weak_key_dict_copy(keys);
	rgc_auto rgc_weak_set *set_copy = rgc_weak_set_copy(set);
	cr_expect_eq(rgc_weak_count(many[1]), 6);
	rgc_weak_value_dict_clear(values);
	rgc_weak_key_dict_clear(keys);
	rgc_weak_set_clear(set);
	rgc_auto rgc_int *key = number(1001);
	cr_expect_eq(rgc_weak_value_dict_get(values_copy, key), many[1]);
	cr_expect_eq(rgc_int_get(rgc_weak_key_dict_get(keys_copy, many[1])), 1001);
	cr_expect_eq(rgc_weak_set_contains(set_copy, many[1]), 1);
	cr_expect_eq(rgc_weak_set_length(set_copy), MANY / 2);
	drop_many();
	cr_expect_eq(rgc_weak_value_dict_length(values_copy), 0);
	cr_expect_eq(rgc_weak_key_dict_length(keys_copy), 0);
	cr_expect_eq(rgc_weak_set_length(set_copy), 0);
}

static int replace_value(void *value)
{
	rgc_auto evil *key = evil_new(9);
	cr_assert_eq(rgc_weak_value_dict_set(values, key, value), 0);
	return 0;
}

static int clear_all(void *unused)
{
	(void)unused;
	rgc_weak_value_dict_clear(values);
	rgc_weak_key_dict_clear(keys);
	rgc_weak_set_clear(set);
	return 0;
}

static int fail_with_edom(void *unused)
{
	(void)unused;
	errno = EDOM;
	return -1;
}

/* All that looks for a key, while hash and equal do something; results may be any, the structure is whole. */
static void use_all(evil *key, evil *equal, node *value)
{
	rgc_weak_value_dict_set(values, key, value);
	rgc_weak_value_dict_set(values, equal, value);
	rgc_weak_value_dict_set_default(values, equal, value);
	rgc_decref(rgc_weak_value_dict_ref(values, equal));
	rgc_decref(rgc_weak_value_dict_pop(values, equal));
	rgc_weak_key_dict_set(keys, key, value);
	rgc_weak_key_dict_set(keys, equal, value);
	rgc_weak_key_dict_set_default(keys, equal, value);
	rgc_weak_key_dict_get(keys, equal);
	rgc_weak_key_dict_delete(keys, equal);
	rgc_weak_set_add(set, key);
	rgc_weak_set_add(set, equal);
	rgc_weak_set_contains(set, equal);
	rgc_weak_set_discard(set, equal);
}

Test(rgc_weak_containers, hash_and_equal_may_do_as_they_like)
{
	rgc_auto evil *key = evil_new(1), *equal = evil_new(1);
	rgc_auto node *value = new_node(1);
	int (*const acts[])(void *) = {replace_value, clear_all, fail_with_edom, NULL};
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		evil_act = acts[i];
		evil_data = value;
		use_all(key, equal, value);
		evil_act = NULL;
	}
	errno = 0;
	evil_act = fail_with_edom;
	cr_expect_eq(rgc_weak_set_add(set, key), -1);
	cr_expect_eq(errno, EDOM);
	evil_act = NULL;
}

/* ---- cost, and memory ---- */

Test(rgc_weak_containers, what_it_takes_is_counted)
{
	size_t empty = rgc_sizeof(values);
	rgc_auto node *object = new_node(1);
	rgc_auto rgc_int *key = number(1);
	size_t bytes = rgc_heap_bytes();
	cr_assert_eq(rgc_weak_value_dict_set(values, key, object), 0);
	cr_expect_eq(rgc_sizeof(values) - empty, rgc_heap_bytes() - bytes);
}

Test(rgc_weak_containers, they_are_unhashable_and_equal_to_themselves)
{
	size_t hash;
	rgc_auto rgc_weak_set *other = rgc_weak_set_new();
	cr_expect_eq(rgc_hash(set, &hash), -1);
	cr_expect_eq(errno, ENOTSUP);
	cr_expect_eq(rgc_equal(set, set), 1);
	cr_expect_eq(rgc_equal(set, other), 0);
}

#define CROWD 20000

Test(rgc_weak_containers, a_crowd_goes_one_by_one, .timeout = 60)
{
	node **crowd = malloc(CROWD * sizeof(*crowd));
	for (long i = 0; i < CROWD; i++) {
		crowd[i] = new_node(i);
		enter_value(i, crowd[i]);
	}
	rgc_auto node *first = rgc_ref(crowd[0]);
	cr_expect_eq(rgc_collect(2), 0);
	for (long i = CROWD - 1; i > 0; i -= 2)
		rgc_decref(crowd[i]);
	cr_expect_eq(rgc_weak_value_dict_length(values), CROWD / 2);
	for (long i = 0; i < CROWD; i += 2)
		rgc_decref(crowd[i]);
	cr_expect_eq(rgc_weak_value_dict_length(values), 1);
	free(crowd);
}

/* All of an operation or nothing, whichever allocation fails. */
static void fail_at_every(int (*act)(node *object))
{
	node *object = new_node(1);
	long limit = 0;
	do {
		size_t length = rgc_weak_set_length(set) + rgc_weak_value_dict_length(values) +
				rgc_weak_key_dict_length(keys);
		allocations_failed = 0;
		allocations_left = limit++;
		errno = 0;
		int result = act(object);
		int error = errno;
		allocations_left = -1;
		cr_assert_eq(result, allocations_failed ? -1 : 0);
		cr_assert_eq(error, allocations_failed ? ENOMEM : 0);
		if (result)
			cr_assert_eq(rgc_weak_set_length(set) + rgc_weak_value_dict_length(values) +
					     rgc_weak_key_dict_length(keys),
				     length);
		cr_assert_eq(rgc_verify(), 0);
	} while (allocations_failed);
	cr_assert_geq(limit, 2);
	rgc_decref(object);
	expect_lengths(0);
}

static int fail_value(node *object)
{
	rgc_int *key = rgc_int_new(1);
	return rgc_weak_value_dict_set(values, key, object);
}

static int fail_key(node *object)
{
	return rgc_weak_key_dict_set(keys, object, keys);
}

static int fail_item(node *object)
{
	return rgc_weak_set_add(set, object) < 0 ? -1 : 0;
}

static int fail_copy(node *object)
{
	cr_assert_geq(rgc_weak_set_length(set), 1);
	(void)object;
	rgc_weak_set *copy = rgc_weak_set_copy(set);
	rgc_decref(copy);
	return copy ? 0 : -1;
}

Test(rgc_weak_containers_fail, leaves_them_as_they_were)
{
	fail_at_every(fail_value);
	fail_at_every(fail_key);
	fail_at_every(fail_item);
	rgc_auto node *object = new_node(2);
	cr_assert_eq(rgc_weak_set_add(set, object), 1);
	long limit = 0;
	do {
		allocations_failed = 0;
		allocations_left = limit++;
		int result = fail_copy(object);
		allocations_left = -1;
		cr_assert_eq(result, allocations_failed ? -1 : 0);
	} while (allocations_failed);
	cr_assert_geq(limit, 4);
}
