/* Tests of rgc_dict: against an array of pairs, with hostile keys, without memory, in deep structures. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define IDS 200

/* The model: ids in the order of their insertion, and the value of each. */
struct model {
	long ids[IDS], values[IDS];
	size_t count;
};

static long model_find(const struct model *model, long id)
{
	for (size_t i = 0; i < model->count; i++)
		if (model->ids[i] == id)
			return (long)i;
	return -1;
}

static void model_set(struct model *model, long id, long value)
{
	long at = model_find(model, id);
	if (at < 0)
		model->ids[at = (long)model->count++] = id;
	model->values[at] = value;
}

static void model_remove(struct model *model, long at)
{
	size_t after = --model->count - (size_t)at;
	memmove(model->ids + at, model->ids + at + 1, after * sizeof(long));
	memmove(model->values + at, model->values + at + 1, after * sizeof(long));
}

static void check_same(const rgc_dict *dict, const struct model *model)
{
	cr_assert_eq(rgc_dict_length(dict), model->count);
	rgc_cursor at = {0, 0};
	void *key, *value;
	for (size_t i = 0; i < model->count; i++) {
		cr_assert_eq(rgc_dict_next(dict, &at, &key, &value), 1);
		rgc_auto rgc_object *expected = key_of(model->ids[i]);
		cr_assert_eq(rgc_equal(key, expected), 1, "place %zu", i);
		cr_assert_eq(rgc_int_get(value), model->values[i]);
	}
	cr_assert_eq(rgc_dict_next(dict, &at, &key, &value), 0);
}

static void check_value(rgc_object *value, const struct model *model, long at)
{
	if (at < 0)
		cr_assert(!value && errno == ENOENT);
	else
		cr_assert_eq(rgc_int_get((rgc_int *)value), model->values[at]);
}

static void pop_item(rgc_dict *dict, struct model *model, bool last)
{
	rgc_object *key, *value;
	int result = rgc_dict_pop_item(dict, last, (void **)&key, (void **)&value);
	if (!model->count) {
		cr_assert(result == -1 && errno == ENOENT);
		return;
	}
	long at = last ? (long)model->count - 1 : 0;
	rgc_auto rgc_object *expected = key_of(model->ids[at]);
	cr_assert_eq(rgc_equal(key, expected), 1);
	check_value(value, model, at);
	model_remove(model, at);
	rgc_decref(key);
	rgc_decref(value);
}

static void replace_by_copy(rgc_dict **dict)
{
	rgc_dict *copy = rgc_dict_copy(*dict), *merged = rgc_dict_new();
	cr_assert_eq(rgc_dict_update(merged, copy), 0);
	cr_assert_eq(rgc_equal(merged, *dict), 1);
	rgc_steal(dict, merged);
	rgc_decref(copy);
}

static void step(rgc_dict **dict, struct model *model, unsigned what, long id, long number)
{
	rgc_auto rgc_object *key = key_of(id), *value = (rgc_object *)rgc_int_new(number);
	long at = model_find(model, id);
	errno = 0;
	if (what < 40) {
		cr_assert_eq(rgc_dict_set(*dict, key, value), 0);
		model_set(model, id, number);
	} else if (what < 55) {
		cr_assert_eq(rgc_dict_delete(*dict, key), at < 0 ? -1 : 0);
		if (at >= 0)
			model_remove(model, at);
	} else if (what < 65) {
		rgc_auto rgc_object *popped = rgc_dict_pop(*dict, key);
		check_value(popped, model, at);
		if (at >= 0)
			model_remove(model, at);
	} else if (what < 75) {
		if (at < 0)
			model_set(model, id, number);
		check_value(rgc_dict_set_default(*dict, key, value), model, model_find(model, id));
	} else if (what < 90) {
		cr_assert_eq(rgc_dict_contains(*dict, key), at >= 0);
		check_value(rgc_dict_get(*dict, key), model, at);
	} else if (what < 98) {
		pop_item(*dict, model, what & 1);
	} else if (what == 98) {
		replace_by_copy(dict);
	} else if (number % 20 == 0) {
		rgc_dict_clear(*dict);
		model->count = 0;
	}
}

Test(rgc_dict, does_what_an_array_of_pairs_does)
{
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (unsigned long seed = 1; seed <= 20; seed++) {
		rgc_dict *dict = rgc_dict_new();
		struct model model = {.count = 0};
		unsigned long state = seed;
		for (long i = 0; i < 2000; i++) {
			unsigned what = random_next(&state) % 100;
			step(&dict, &model, what, random_next(&state) % (seed % 2 ? IDS : 12), i);
			if (i % 50 == 0)
				check_same(dict, &model);
		}
		check_same(dict, &model);
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(dict);
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(rgc_dict, serves_as_a_queue_at_either_end)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	for (long i = 0; i < 100000; i++) {
		rgc_auto rgc_int *key = rgc_int_new(i);
		cr_assert_eq(rgc_dict_set(dict, key, key), 0);
		rgc_object *oldest, *value;
		if (i < 1000)
			continue;
		cr_assert_eq(rgc_dict_pop_item(dict, false, (void **)&oldest, (void **)&value), 0);
		cr_assert_eq(rgc_int_get((rgc_int *)oldest), i - 1000);
		rgc_decref(oldest);
		rgc_decref(value);
	}
	cr_assert_eq(rgc_dict_length(dict), 1000);
}

static int fill(rgc_dict *dict, long from, long to)
{
	for (long id = from; id < to; id++) {
		rgc_auto evil *key = evil_new(id);
		rgc_auto rgc_int *value = rgc_int_new(id * 1000);
		if (!key || !value || rgc_dict_set(dict, key, value))
			return -1;
	}
	return 0;
}

static int act_clear(void *dict)
{
	rgc_dict_clear(dict);
	return 0;
}

static int act_refill(void *dict)
{
	rgc_dict_clear(dict);
	return fill(dict, 0, 40);
}

static int act_pop(void *dict)
{
	void *key, *value;
	if (!rgc_dict_pop_item(dict, true, &key, &value)) {
		rgc_decref(key);
		rgc_decref(value);
	}
	return 0;
}

static int act_grow(void *dict)
{
	long length = (long)rgc_dict_length(dict);
	return length < 400 ? fill(dict, length + 100, length + 105) : 0;
}

static int act_collect(void *dict)
{
	(void)dict;
	return rgc_collect(2) < 0 ? -1 : 0;
}

static int act_fail(void *dict)
{
	(void)dict;
	errno = EIO;
	return -1;
}

static void all_operations(rgc_dict *dict, rgc_dict *other, long id)
{
	rgc_auto evil *key = evil_new(id);
	rgc_auto rgc_int *value = rgc_int_new(5000 + id);
	(void)rgc_dict_get(dict, key);
	(void)rgc_dict_contains(dict, key);
	(void)rgc_dict_set(dict, key, value);
	(void)rgc_dict_set_default(dict, key, value);
	(void)rgc_dict_delete(dict, key);
	rgc_decref(rgc_dict_pop(dict, key));
	(void)rgc_dict_set(dict, key, value);
	(void)rgc_dict_update(other, dict);
	(void)rgc_dict_update(dict, other);
	(void)rgc_equal(dict, other);
	rgc_decref(rgc_dict_copy(dict));
	rgc_decref(rgc_repr(dict));
}

static void check_whole(const rgc_dict *dict)
{
	rgc_cursor at = {0, 0};
	void *key;
	size_t count = 0;
	for (; rgc_dict_next(dict, &at, &key, NULL) == 1; count++)
		cr_assert_eq(rgc_dict_contains(dict, key), 1);
	cr_assert_eq(count, rgc_dict_length(dict));
}

Test(rgc_dict, survives_keys_that_change_it_while_it_searches)
{
	int (*const acts[])(void *) = {act_clear, act_refill, act_pop, act_grow, act_collect, act_fail};
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		for (long id = 0; id < 60; id++) {
			rgc_auto rgc_dict *dict = rgc_dict_new(), *other = rgc_dict_new();
			cr_assert_eq(fill(dict, 0, 30), 0);
			cr_assert_eq(fill(other, 20, 50), 0);
			evil_act = acts[i];
			evil_data = dict;
			all_operations(dict, other, id);
			evil_act = NULL;
			check_whole(dict);
			check_whole(other);
			cr_assert_eq(rgc_verify(), 0);
		}
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

/* Each of ten keys gets a value that meddles at its end; then the values end in one way or another. */
static void end_values(rgc_dict *dict, int (*act)(void *), unsigned way)
{
	for (long id = 0; id < 10; id++) {
		rgc_auto evil *key = evil_new(id);
		rgc_auto last_words *words = last_words_new(act, dict);
		cr_assert_eq(rgc_dict_set(dict, key, words), 0);
	}
	for (long id = 0; id < 10; id++) {
		rgc_auto evil *key = evil_new(id);
		if (way == 0)
			cr_assert_eq(rgc_dict_set(dict, key, key), 0);
		else if (way == 1)
			(void)rgc_dict_delete(dict, key);
		else if (way == 2)
			rgc_decref(rgc_dict_pop(dict, key));
	}
	if (way == 3)
		rgc_dict_clear(dict);
}

Test(rgc_dict, survives_values_that_change_it_when_they_end)
{
	int (*const acts[])(void *) = {act_clear, act_refill, act_pop, act_grow, act_collect};
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (size_t i = 0; i < 5; i++) {
		for (unsigned way = 0; way < 4; way++) {
			rgc_dict *dict = rgc_dict_new();
			cr_assert_eq(fill(dict, 0, 7), 0);
			end_values(dict, acts[i], way);
			check_whole(dict);
			cr_assert_eq(rgc_verify(), 0);
			/* What still meddles goes while it can. */
			for (int again = 0; again < 3; again++)
				rgc_dict_clear(dict);
			rgc_decref(dict);
		}
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(rgc_dict, reports_the_errors_of_its_keys)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto evil *key = evil_new(3);
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert_eq(fill(dict, 0, 10), 0);
	cr_assert(rgc_dict_set(dict, list, key) == -1 && errno == ENOTSUP);
	evil_act = act_fail;
	cr_assert(rgc_dict_set(dict, key, key) == -1 && errno == EIO);
	cr_assert(!rgc_dict_get(dict, key) && errno == EIO);
	cr_assert(rgc_dict_contains(dict, key) == -1 && errno == EIO);
	cr_assert(!rgc_dict_set_default(dict, key, key) && errno == EIO);
	evil_act = NULL;
	cr_assert_eq(rgc_int_get(rgc_dict_get(dict, key)), 3000);
}

/* Adds and removes a key each time, so that no search ends undisturbed. */
static int act_forever(void *dict)
{
	rgc_auto rgc_str *name = rgc_str_new("name");
	return rgc_dict_set(dict, name, name) || rgc_dict_delete(dict, name);
}

Test(rgc_dict, gives_up_when_it_never_stays_the_same)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto evil *key = evil_new(3);
	cr_assert_eq(fill(dict, 0, 10), 0);
	evil_act = act_forever;
	evil_data = dict;
	cr_assert(!rgc_dict_get(dict, key) && errno == EBUSY);
	cr_assert(rgc_dict_set(dict, key, key) == -1 && errno == EBUSY);
	evil_act = NULL;
	cr_assert_eq(rgc_dict_length(dict), 10);
}

Test(rgc_dict, is_unchanged_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (long left = 0;; left++) {
		rgc_dict *dict = rgc_dict_new(), *copy = NULL;
		allocations_left = left;
		int failed = fill(dict, 0, 50) || !(copy = rgc_dict_copy(dict)) || fill(copy, 40, 60) ||
			     rgc_dict_update(dict, copy);
		allocations_left = -1;
		check_whole(dict);
		cr_assert_eq(rgc_verify(), 0);
		if (copy)
			check_whole(copy);
		cr_assert(!failed || errno == ENOMEM);
		rgc_decref(dict);
		rgc_decref(copy);
		cr_assert_eq(rgc_heap_bytes(), before);
		if (!failed)
			break;
	}
}

Test(rgc_dict, notices_changes_during_iteration)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	cr_assert_eq(fill(dict, 0, 5), 0);
	rgc_cursor at = {0, 0};
	void *key;
	cr_assert_eq(rgc_dict_next(dict, &at, &key, NULL), 1);
	cr_assert_eq(rgc_dict_set(dict, key, dict), 0);
	cr_assert_eq(rgc_dict_next(dict, &at, &key, NULL), 1, "replacing a value is no change");
	cr_assert_eq(rgc_dict_delete(dict, key), 0);
	cr_assert(rgc_dict_next(dict, &at, &key, NULL) == -1 && errno == EBUSY);
	rgc_dict_clear(dict);
}

Test(rgc_dict, is_tracked_once_it_can_be_in_a_cycle)
{
	rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_str *name = rgc_str_new("self");
	cr_assert_eq(rgc_dict_set(dict, name, name), 0);
	cr_assert_not(rgc_is_tracked(dict));
	cr_assert_eq(rgc_dict_set(dict, name, dict), 0);
	cr_assert(rgc_is_tracked(dict));
	rgc_dict *copy = rgc_dict_copy(dict);
	cr_assert(rgc_is_tracked(copy));
	rgc_decref(copy);
	rgc_decref(dict);
	cr_assert_eq(rgc_collect(2), 1);
	cr_assert_eq(rgc_refcount(name), 1);
}

static void *drop_deep(void *unused)
{
	(void)unused;
	rgc_auto rgc_str *name = rgc_str_new("inner");
	rgc_dict *outer = rgc_dict_new();
	for (long i = 0; i < 200000; i++) {
		rgc_dict *dict = rgc_dict_new();
		cr_assert_eq(rgc_dict_set(dict, name, outer), 0);
		rgc_decref(outer);
		outer = dict;
	}
	rgc_decref(outer);
	cr_assert_eq(rgc_refcount(name), 1);
	return NULL;
}

Test(rgc_dict, drops_deep_structures_on_a_small_stack)
{
	on_small_stack(drop_deep, NULL);
}

Test(rgc_dict, prints_as_python_does)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_int *one = rgc_int_new(1);
	rgc_auto rgc_str *name = rgc_str_new("a");
	cr_assert_eq(rgc_dict_set(dict, one, name), 0);
	cr_assert_eq(rgc_dict_set(dict, name, dict), 0);
	rgc_auto rgc_str *form = rgc_repr(dict);
	cr_assert_str_eq(rgc_str_get(form), "{1: 'a', 'a': ...}");
	rgc_dict_clear(dict);
	rgc_auto rgc_str *empty = rgc_repr(dict);
	cr_assert_str_eq(rgc_str_get(empty), "{}");
}

/* Equal to the string "two", and of its hash: not a string, though. */
typedef struct twin {
	RGC_HEAD;
} twin;

static int twin_hash(const void *self, size_t *hash)
{
	(void)self;
	rgc_auto rgc_str *two = rgc_str_new("two");
	return rgc_hash(two, hash);
}

static int twin_equal(const void *self, const void *other)
{
	(void)self, (void)other;
	cr_assert_fail("a text is not compared with what is no string");
	return 1;
}
RGC_DEFINE_TYPE_WITH((NULL, twin_hash, twin_equal, NULL), twin);

Test(dict, finds_texts)
{
	static const char *const texts[] = {"", "two", "a text of more than eight bytes", "\xc3\xa4"};
	rgc_auto rgc_dict *dict = rgc_dict_new();
	cr_assert(!rgc_dict_get_text(dict, "two") && errno == ENOENT);
	rgc_auto twin *other = rgc_new(twin);
	cr_assert_eq(rgc_dict_set(dict, other, other), 0);
	errno = 0;
	cr_assert(!rgc_dict_get_text(dict, "two") && errno == ENOENT);
	rgc_dict_clear(dict);
	for (int i = 0; i < 4; i++) {
		rgc_auto rgc_str *key = rgc_str_new(texts[i]);
		rgc_auto rgc_int *value = rgc_int_new(1000 + i);
		cr_assert_eq(rgc_dict_set(dict, key, value), 0);
	}
	for (int i = 0; i < 4; i++)
		cr_assert_eq(rgc_int_get(rgc_dict_get_text_as(dict, texts[i], rgc_int)), 1000 + i);
	cr_assert(!rgc_dict_get_text_as(dict, "two", rgc_str) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_dict_get_text(dict, "tw") && errno == ENOENT);
}

/* Whatever stood there before, and whatever other texts share the place where its hash is remembered. */
Test(dict, finds_texts_in_a_buffer)
{
	enum { TEXTS = 5000 };
	rgc_auto rgc_dict *dict = rgc_dict_new();
	static char texts[TEXTS][8];
	char buffer[8];
	for (int i = 0; i < TEXTS; i += 2) {
		snprintf(buffer, sizeof(buffer), "t%d", i);
		rgc_auto rgc_str *key = rgc_str_new(buffer);
		rgc_auto rgc_int *value = rgc_int_new(1000 + i);
		cr_assert_eq(rgc_dict_set(dict, key, value), 0);
	}
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < TEXTS; i++) {
			snprintf(buffer, sizeof(buffer), "t%d", (i + round) % TEXTS);
			snprintf(texts[i], sizeof(texts[i]), "%s", buffer);
			const rgc_int *found = rgc_dict_get_text(dict, buffer);
			cr_assert_eq(found, rgc_dict_get_text(dict, texts[i]));
			if ((i + round) % TEXTS % 2)
				cr_assert_null(found);
			else
				cr_assert_eq(rgc_int_get(found), 1000 + (i + round) % TEXTS);
		}
}

/* A text ends at its first 0, and a string need not. */
Test(dict, finds_no_text_in_a_longer_string)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_str *longer = rgc_str_new_bytes("nul\0", 4);
	cr_assert_eq(rgc_dict_set(dict, longer, longer), 0);
	cr_assert(!rgc_dict_get_text(dict, "nul") && errno == ENOENT);
}
