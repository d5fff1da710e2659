/* Tests of rgc_deque: against an array, at the borders of blocks, with hostile items, without memory. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define MOST 500
#define IDS 50

/* What a deque should be: ids, the first at 0. */
struct model {
	long ids[MOST + 1];
	size_t length, maxlen;
};

static void model_insert(struct model *model, bool left, long id)
{
	memmove(model->ids + left, model->ids, model->length * sizeof(*model->ids));
	model->ids[left ? 0 : model->length] = id;
	if (++model->length <= model->maxlen)
		return;
	model->length--;
	if (!left)
		memmove(model->ids, model->ids + 1, model->length * sizeof(*model->ids));
}

static void model_remove(struct model *model, size_t index)
{
	model->length--;
	memmove(model->ids + index, model->ids + index + 1, (model->length - index) * sizeof(*model->ids));
}

static void model_rotate(struct model *model, ssize_t steps)
{
	for (; steps > 0 && model->length; steps--) {
		long last = model->ids[--model->length];
		model_insert(model, true, last);
	}
	for (; steps < 0 && model->length; steps++) {
		long first = model->ids[0];
		model_remove(model, 0);
		model_insert(model, false, first);
	}
}

static bool is_id(const void *item, long id)
{
	rgc_auto rgc_object *key = key_of(id);
	return rgc_equal(item, key) == 1;
}

static void check_same(const rgc_deque *deque, const struct model *model)
{
	rgc_cursor at = {0, 0};
	void *item;
	size_t count = 0;
	cr_assert_eq(rgc_deque_length(deque), model->length);
	for (; rgc_deque_next(deque, &at, &item) == 1; count++) {
		cr_assert(is_id(item, model->ids[count]), "%zu", count);
		cr_assert_eq(rgc_deque_get(deque, (ssize_t)count), item);
		cr_assert_eq(rgc_deque_get(deque, (ssize_t)count - (ssize_t)model->length), item);
	}
	cr_assert_eq(count, model->length);
	errno = 0;
	cr_assert(!rgc_deque_get(deque, (ssize_t)count) && errno == ERANGE);
	cr_assert(!rgc_deque_get(deque, -1 - (ssize_t)count));
}

static void pop(rgc_deque *deque, struct model *model, bool left)
{
	errno = 0;
	rgc_auto rgc_object *item = left ? rgc_deque_pop_left(deque) : rgc_deque_pop(deque);
	if (!model->length) {
		cr_assert(!item && errno == ERANGE);
		return;
	}
	size_t index = left ? 0 : model->length - 1;
	cr_assert(is_id(item, model->ids[index]));
	model_remove(model, index);
}

static size_t model_find(const struct model *model, long id)
{
	size_t index = 0;
	while (index < model->length && model->ids[index] != id)
		index++;
	return index;
}

static void find_and_remove(rgc_deque *deque, struct model *model, long id)
{
	rgc_auto rgc_object *item = key_of(id);
	size_t index = model_find(model, id);
	errno = 0;
	ssize_t found = rgc_deque_find(deque, item);
	if (index == model->length) {
		cr_assert(found == -1 && errno == ENOENT);
		cr_assert(rgc_deque_remove(deque, item) == -1 && errno == ENOENT);
		return;
	}
	cr_assert_eq(found, (ssize_t)index);
	cr_assert_eq(rgc_deque_remove(deque, item), 0);
	model_remove(model, index);
}

static void change_one(rgc_deque *deque, struct model *model, size_t index, long id)
{
	rgc_auto rgc_object *item = key_of(id);
	if (index >= model->length) {
		cr_assert(rgc_deque_set(deque, (ssize_t)index, item) == -1 && errno == ERANGE);
		cr_assert(rgc_deque_delete(deque, (ssize_t)index) == -1 && errno == ERANGE);
	} else if (id % 2) {
		cr_assert_eq(rgc_deque_set(deque, (ssize_t)index - (ssize_t)model->length, item), 0);
		model->ids[index] = id;
	} else {
		cr_assert_eq(rgc_deque_delete(deque, (ssize_t)index), 0);
		model_remove(model, index);
	}
}

static void extend(rgc_deque *deque, struct model *model, bool left, unsigned count)
{
	rgc_auto rgc_list *list = rgc_list_new();
	for (long id = 0; id < count; id++) {
		cr_assert_eq(rgc_list_append_steal(list, key_of(id)), 0);
		if (model->maxlen)
			model_insert(model, left, id);
	}
	cr_assert_eq(left ? rgc_deque_extend_left(deque, list) : rgc_deque_extend(deque, list), 0);
}

static void step(rgc_deque *deque, struct model *model, unsigned long *state)
{
	unsigned what = random_next(state) % 100, number = random_next(state) % IDS;
	bool left = random_next(state) % 2;
	if (what < 50 && model->length < MOST - IDS) {
		rgc_object *item = key_of(number);
		cr_assert_eq(left ? rgc_deque_append_left_steal(deque, item)
				  : rgc_deque_append_steal(deque, item),
			     0);
		if (model->maxlen)
			model_insert(model, left, number);
	} else if (what < 75) {
		pop(deque, model, left);
	} else if (what < 82) {
		ssize_t steps = (ssize_t)(random_next(state) % 300) - 150;
		cr_assert_eq(rgc_deque_rotate(deque, steps), 0);
		model_rotate(model, steps);
	} else if (what < 88) {
		find_and_remove(deque, model, number);
	} else if (what < 94) {
		change_one(deque, model, random_next(state) % (model->length + 2), number);
	} else if (model->length < MOST - IDS) {
		extend(deque, model, left, number);
	}
}

Test(deque, does_what_an_array_does)
{
	static const size_t maxlens[] = {RGC_DEQUE_UNBOUNDED, RGC_DEQUE_UNBOUNDED, 0, 1, 2, 63, 64, 65, 200};
	static struct model model;
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (size_t i = 0; i < sizeof(maxlens) / sizeof(*maxlens); i++) {
		unsigned long state = i;
		model = (struct model){.maxlen = maxlens[i]};
		rgc_deque *deque = rgc_deque_new(model.maxlen);
		cr_assert_eq(rgc_deque_maxlen(deque), model.maxlen);
		for (int round = 0; round < 1500; round++) {
			step(deque, &model, &state);
			if (round % 50 == 0)
				check_same(deque, &model);
		}
		check_same(deque, &model);
		rgc_auto rgc_deque *copy = rgc_deque_copy(deque);
		check_same(copy, &model);
		cr_assert_eq(rgc_deque_maxlen(copy), model.maxlen);
		cr_assert_eq(rgc_equal(deque, copy), 1);
		cr_assert_eq(rgc_verify(), 0);
		rgc_deque_clear(deque);
		cr_assert_eq(rgc_deque_length(deque), 0);
		rgc_decref(deque);
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(deque, gives_blocks_back)
{
	rgc_auto rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED);
	size_t empty = rgc_sizeof(deque), before = rgc_heap_bytes();
	for (int i = 0; i < 100000; i++)
		cr_assert_eq(rgc_deque_append(deque, rgc_int_new(i % 100)), 0);
	size_t full = rgc_sizeof(deque);
	cr_assert(full > empty + 100000 * sizeof(void *) && full < empty + 104000 * sizeof(void *), "%zu",
		  full);
	cr_assert_eq(rgc_heap_bytes() - before, full - empty);
	/* As a queue it needs no more, however many pass through. */
	for (int i = 0; i < 99900; i++)
		rgc_decref(rgc_deque_pop_left(deque));
	size_t queue = rgc_sizeof(deque);
	for (int i = 0; i < 100000; i++) {
		cr_assert_eq(rgc_deque_append(deque, rgc_int_new(i % 100)), 0);
		rgc_decref(rgc_deque_pop_left(deque));
	}
	cr_assert_leq(rgc_sizeof(deque), queue + 600);
	while (rgc_deque_length(deque))
		rgc_decref(rgc_deque_pop(deque));
	cr_assert_lt(rgc_sizeof(deque), empty + 600);
	rgc_deque_clear(deque);
	cr_assert_eq(rgc_sizeof(deque), empty);
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(deque, crosses_the_border_of_a_block_without_allocating)
{
	for (int length = 0; length < 200; length++) {
		rgc_auto rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED);
		for (int i = 0; i <= length; i++)
			cr_assert_eq(rgc_deque_append(deque, rgc_none_new()), 0);
		cr_assert_eq(rgc_deque_rotate(deque, 1), 0);
		rgc_decref(rgc_deque_pop(deque));
		allocations_failed = allocations_left = 0;
		for (int i = 0; i < 10; i++) {
			cr_assert_eq(rgc_deque_append(deque, rgc_none_new()), 0);
			rgc_decref(rgc_deque_pop(deque));
		}
		allocations_left = -1;
		cr_assert_eq(allocations_failed, 0);
	}
}

Test(deque, notices_changes_while_it_is_walked)
{
	rgc_auto rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(rgc_deque_append(deque, rgc_int_new(i)), 0);
	for (int change = 0; change < 4; change++) {
		rgc_cursor at = {0, 0};
		cr_assert_eq(rgc_deque_next(deque, &at, NULL), 1);
		cr_assert_eq(rgc_deque_set(deque, 1, rgc_none_new()), 0);
		cr_assert_eq(rgc_deque_next(deque, &at, NULL), 1, "replacing is no such change");
		if (change == 0)
			cr_assert_eq(rgc_deque_append(deque, rgc_none_new()), 0);
		else if (change == 1)
			rgc_decref(rgc_deque_pop_left(deque));
		else if (change == 2)
			cr_assert_eq(rgc_deque_rotate(deque, 1), 0);
		else
			rgc_deque_clear(deque);
		errno = 0;
		cr_assert(rgc_deque_next(deque, &at, NULL) == -1 && errno == EBUSY);
	}
}

static int act_clear(void *deque)
{
	rgc_deque_clear(deque);
	return 0;
}

static int act_append(void *deque)
{
	return rgc_deque_append(deque, rgc_none_new());
}

static int act_fail(void *deque)
{
	(void)deque;
	errno = EIO;
	return -1;
}

Test(deque, survives_items_that_change_it)
{
	int (*const acts[])(void *) = {act_clear, act_append, act_fail};
	const int errors[] = {EBUSY, EBUSY, EIO};
	for (int i = 0; i < 3; i++) {
		rgc_auto rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED),
				   *other = rgc_deque_new(RGC_DEQUE_UNBOUNDED);
		for (long id = 0; id < 70; id++) {
			cr_assert_eq(rgc_deque_append_steal(deque, evil_new(id)), 0);
			cr_assert_eq(rgc_deque_append_steal(other, evil_new(id)), 0);
		}
		rgc_auto evil *item = evil_new(69);
		evil_act = acts[i];
		evil_data = deque;
		errno = 0;
		cr_assert(rgc_deque_remove(deque, item) == -1 && errno == errors[i]);
		(void)rgc_equal(deque, other);
		(void)rgc_equal(other, deque);
		evil_act = NULL;
		cr_assert_eq(rgc_verify(), 0);
	}
}

Test(deque, is_whole_when_an_item_ends)
{
	rgc_auto rgc_deque *deque = rgc_deque_new(2);
	for (int i = 0; i < 2; i++)
		cr_assert_eq(rgc_deque_append_steal(deque, last_words_new(act_clear, deque)), 0);
	/* Drops the first, whose end clears the rest. */
	cr_assert_eq(rgc_deque_append(deque, rgc_int_new(1)), 0);
	cr_assert_eq(rgc_deque_length(deque), 0);
	for (int i = 0; i < 2; i++)
		cr_assert_eq(rgc_deque_append_steal(deque, last_words_new(act_append, deque)), 0);
	rgc_deque_clear(deque);
	cr_assert_eq(rgc_deque_length(deque), 2);
}

Test(deque, is_unchanged_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (long limit = 0;; limit++) {
		long left = limit;
		static struct model model;
		model = (struct model){.maxlen = MOST};
		rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED), *copy = NULL;
		bool done = true;
		for (long i = 0; done && i < 400; i++) {
			rgc_object *item = key_of(0);
			allocations_left = left;
			done = !(i % 3 ? rgc_deque_append_steal(deque, item)
				       : rgc_deque_append_left_steal(deque, item));
			left = allocations_left;
			allocations_left = -1;
			if (done)
				model_insert(&model, i % 3 == 0, 0);
		}
		allocations_left = done ? left : 0;
		bool rotated = !rgc_deque_rotate(deque, 100);
		copy = rgc_deque_copy(deque);
		allocations_left = -1;
		cr_assert((done && copy) || errno == ENOMEM);
		check_same(deque, &model);
		rgc_decref(copy);
		rgc_decref(deque);
		cr_assert_eq(rgc_heap_bytes(), before);
		if (done && rotated && copy)
			break;
	}
}

Test(deque, is_collected_in_a_cycle)
{
	rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED);
	cr_assert_eq(rgc_deque_append(deque, rgc_none_new()), 0);
	cr_assert_not(rgc_is_tracked(deque));
	for (int i = 0; i < 100; i++)
		cr_assert_eq(rgc_deque_append_left(deque, deque), 0);
	cr_assert_eq(rgc_refcount(deque), 101);
	cr_assert(rgc_is_tracked(deque));
	cr_assert_eq(rgc_verify(), 0);
	rgc_decref(deque);
	cr_assert_eq(rgc_collect(2), 1);
}

static void check_form(const rgc_deque *deque, const char *expected)
{
	rgc_auto rgc_str *form = rgc_repr(deque);
	cr_assert_str_eq(rgc_str_get(form), expected);
}

Test(deque, prints_and_compares_as_python_does)
{
	rgc_auto rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED), *bounded = rgc_deque_new(3);
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_append(list, rgc_int_new(1)), 0);
	cr_assert_eq(rgc_equal(deque, bounded), 1, "greatest lengths do not matter");
	cr_assert_eq(rgc_deque_extend(bounded, list), 0);
	cr_assert_eq(rgc_equal(deque, bounded), 0);
	cr_assert_eq(rgc_equal(list, bounded), 0);
	check_form(bounded, "deque([1], maxlen=3)");
	cr_assert_eq(rgc_deque_append(deque, rgc_int_new(1)), 0);
	cr_assert_eq(rgc_equal(deque, bounded), 1);
	cr_assert_eq(rgc_deque_append(deque, deque), 0);
	check_form(deque, "deque([1, ...])");
	size_t hash;
	cr_assert(rgc_hash(deque, &hash) == -1 && errno == ENOTSUP);
	rgc_deque_clear(deque);
}

static int rotate(void *deque)
{
	return rgc_deque_rotate(deque, 1);
}

Test(deque, notices_changes_while_it_is_compared)
{
	rgc_auto rgc_deque *a = rgc_deque_new(-1), *b = rgc_deque_new(-1);
	for (long i = 0; i < 4; i++) {
		rgc_auto evil *item = evil_new(i), *twin = evil_new(i);
		cr_assert_eq(rgc_deque_append(a, item), 0);
		cr_assert_eq(rgc_deque_append(b, twin), 0);
	}
	cr_assert_eq(rgc_equal(a, b), 1);
	evil_act = rotate;
	evil_data = a;
	cr_expect(rgc_equal(a, b) == -1 && errno == EBUSY, "%d", errno);
	evil_act = NULL;
}
