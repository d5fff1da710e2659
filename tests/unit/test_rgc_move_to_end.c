/* Tests of rgc_dict_move_to_end: against an array of keys in order, without memory. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define KEYS 60

struct model {
	long ids[KEYS];
	size_t length;
};

static size_t place_of(const struct model *model, long id)
{
	size_t place = 0;
	while (place < model->length && model->ids[place] != id)
		place++;
	return place;
}

static void model_remove(struct model *model, size_t place)
{
	model->length--;
	memmove(model->ids + place, model->ids + place + 1, (model->length - place) * sizeof(*model->ids));
}

static void model_insert(struct model *model, long id, bool last)
{
	memmove(model->ids + !last, model->ids, model->length * sizeof(*model->ids));
	model->ids[last ? model->length : 0] = id;
	model->length++;
}

static void check_same(const rgc_dict *dict, const struct model *model)
{
	rgc_cursor at = {0, 0};
	void *key, *value;
	size_t count = 0;
	for (; rgc_dict_next(dict, &at, &key, &value) == 1; count++) {
		cr_assert_lt(count, model->length);
		cr_assert_eq(rgc_int_get(value), model->ids[count]);
		cr_assert_eq(rgc_dict_get(dict, key), value);
	}
	cr_assert_eq(count, model->length);
}

static void move(rgc_dict *dict, struct model *model, void *key, long id, bool last)
{
	size_t place = place_of(model, id);
	errno = 0;
	int result = rgc_dict_move_to_end(dict, key, last);
	if (place == model->length) {
		cr_assert(result == -1 && errno == ENOENT);
		return;
	}
	cr_assert_eq(result, 0);
	model_remove(model, place);
	model_insert(model, id, last);
}

static void step(rgc_dict *dict, struct model *model, unsigned long *state)
{
	unsigned what = random_next(state) % 10;
	long id = random_next(state) % KEYS;
	rgc_auto rgc_object *key = key_of(id);
	size_t place = place_of(model, id);
	if (what < 3) {
		cr_assert_eq(rgc_dict_set_steal(dict, rgc_ref(key), rgc_int_new(id)), 0);
		if (place == model->length)
			model_insert(model, id, true);
	} else if (what < 5) {
		cr_assert_eq(rgc_dict_delete(dict, key), place == model->length ? -1 : 0);
		if (place < model->length)
			model_remove(model, place);
	} else {
		move(dict, model, key, id, what % 2);
	}
}

Test(move_to_end, does_what_an_array_does)
{
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (unsigned long seed = 1; seed < 6; seed++) {
		unsigned long state = seed;
		struct model model = {.length = 0};
		rgc_dict *dict = rgc_dict_new();
		for (int round = 0; round < 3000; round++) {
			step(dict, &model, &state);
			if (round % 20 == 0)
				check_same(dict, &model);
		}
		rgc_auto rgc_dict *copy = rgc_dict_copy(dict);
		check_same(copy, &model);
		cr_assert_eq(rgc_equal(copy, dict), 1);
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(dict);
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(move_to_end, takes_no_longer_in_long_dictionaries)
{
	enum { LENGTH = 100000 };
	rgc_auto rgc_dict *dict = rgc_dict_new();
	for (int i = 0; i < LENGTH; i++)
		cr_assert_eq(rgc_dict_set_steal(dict, rgc_int_new(i), rgc_int_new(i)), 0);
	size_t bytes = rgc_sizeof(dict);
	/* Would take minutes if each moved all others. */
	for (int i = 0; i < 3 * LENGTH; i++) {
		rgc_auto rgc_int *key = rgc_int_new(i * 7919L % LENGTH);
		cr_assert_eq(rgc_dict_move_to_end(dict, key, i % 3 == 0), 0);
	}
	cr_assert_eq(rgc_dict_length(dict), LENGTH);
	cr_assert_leq(rgc_sizeof(dict), 2 * bytes);
	cr_assert_eq(rgc_verify(), 0);
}

Test(move_to_end, is_seen_by_walks)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	for (int i = 0; i < 3; i++)
		cr_assert_eq(rgc_dict_set_steal(dict, rgc_int_new(i), rgc_int_new(i)), 0);
	rgc_cursor at = {0, 0};
	cr_assert_eq(rgc_dict_next(dict, &at, NULL, NULL), 1);
	cr_assert_eq(rgc_dict_move_to_end(dict, rgc_int_new(2), true), 0);
	cr_assert_eq(rgc_dict_next(dict, &at, NULL, NULL), 1, "it was there already");
	cr_assert_eq(rgc_dict_move_to_end(dict, rgc_int_new(2), false), 0);
	errno = 0;
	cr_assert(rgc_dict_next(dict, &at, NULL, NULL) == -1 && errno == EBUSY);
	void *key, *value;
	cr_assert_eq(rgc_dict_pop_item(dict, false, &key, &value), 0);
	cr_assert_eq(key, rgc_int_new(2));
	cr_assert(rgc_dict_move_to_end(dict, key, true) == -1 && errno == ENOENT);
}

Test(move_to_end, changes_nothing_when_memory_ends)
{
	for (int last = 0; last < 2; last++) {
		struct model model = {.length = 0};
		rgc_auto rgc_dict *dict = rgc_dict_new();
		bool failed = false;
		for (long id = 0; id < 10; id++) {
			cr_assert_eq(rgc_dict_set_steal(dict, rgc_int_new(id), rgc_int_new(id)), 0);
			model_insert(&model, id, true);
		}
		allocations_left = 0;
		for (int i = 0; i < 100 && !failed; i++) {
			long id = model.ids[5];
			failed = rgc_dict_move_to_end(dict, rgc_int_new(id), last);
			if (!failed) {
				model_remove(&model, 5);
				model_insert(&model, id, last);
			}
		}
		allocations_left = -1;
		cr_assert(failed && errno == ENOMEM);
		check_same(dict, &model);
	}
}
