/* Tests of rgc_list: against a plain array, with hostile items, without memory, in deep structures. */
#include "rgc_keys.h"
#include "rgc_model.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void model_insert(struct model *model, size_t at, long id)
{
	memmove(model->ids + at + 1, model->ids + at, (model->count++ - at) * sizeof(long));
	model->ids[at] = id;
}

static long model_remove(struct model *model, size_t at)
{
	long id = model->ids[at];
	memmove(model->ids + at, model->ids + at + 1, (--model->count - at) * sizeof(long));
	return id;
}

static void model_reverse(struct model *model)
{
	for (size_t i = 0; i < model->count / 2; i++) {
		long id = model->ids[i];
		model->ids[i] = model->ids[model->count - 1 - i];
		model->ids[model->count - 1 - i] = id;
	}
}

static ssize_t model_find(const struct model *model, long id)
{
	for (size_t i = 0; i < model->count; i++)
		if (model->ids[i] == id)
			return (ssize_t)i;
	return -1;
}

/* A bound of a slice, as Python has it. */
static size_t model_bound(const struct model *model, ssize_t index)
{
	ssize_t count = (ssize_t)model->count;
	index = index < 0 ? index + count : index;
	return (size_t)(index < 0 ? 0 : index > count ? count : index);
}

static void check_slice(const rgc_list *list, const struct model *model, ssize_t from, ssize_t to)
{
	rgc_auto rgc_list *slice = rgc_list_slice(list, from, to);
	struct model part = {.count = 0};
	for (size_t i = model_bound(model, from), end = model_bound(model, to); i < end; i++)
		part.ids[part.count++] = model->ids[i];
	check_same(slice, &part);
}

static void change_at(rgc_list *list, struct model *model, unsigned what, ssize_t index, long id)
{
	rgc_auto rgc_int *item = rgc_int_new(id);
	size_t at = model_bound(model, index);
	bool good = index >= -(ssize_t)model->count && index < (ssize_t)model->count;
	errno = 0;
	if (what == 0) {
		cr_assert_eq(rgc_list_insert(list, index, item), 0);
		model_insert(model, at, id);
		return;
	}
	if (what == 1) {
		cr_assert_eq(rgc_list_set(list, index, item), good ? 0 : -1);
		if (good)
			model->ids[at] = id;
	} else if (what == 2) {
		rgc_auto rgc_int *popped = rgc_list_pop(list, index);
		cr_assert_eq(popped != NULL, good);
		if (good)
			cr_assert_eq(id_of(popped), model_remove(model, at));
	} else {
		cr_assert_eq(rgc_list_delete(list, index), good ? 0 : -1);
		if (good)
			model_remove(model, at);
	}
	cr_assert_eq(errno, good ? 0 : ERANGE);
}

static void change_all(rgc_list *list, struct model *model, unsigned what, long id)
{
	size_t calls = 0;
	if (what == 0) {
		cr_assert_eq(rgc_list_sort(list, by_tens, &calls), 0);
		model_sort(model);
	} else if (what == 1) {
		rgc_list_reverse(list);
		model_reverse(model);
	} else if (what == 2 && model->count * 2 < MODEL_MAX) {
		cr_assert_eq(rgc_list_extend(list, list), 0);
		memcpy(model->ids + model->count, model->ids, model->count * sizeof(long));
		model->count *= 2;
	} else if (what == 3 && id % 50 == 0) {
		rgc_list_clear(list);
		model->count = 0;
	}
}

Test(list, behaves_as_an_array)
{
	static struct model model;
	unsigned long state = 1;
	rgc_auto rgc_list *list = rgc_list_new();
	for (int step = 0; step < 20000; step++) {
		unsigned what = random_next(&state) % 24;
		long id = random_next(&state) % 1000;
		ssize_t index =
			(ssize_t)(random_next(&state) % (model.count * 2 + 5)) - (ssize_t)model.count - 2;
		if (what < 4 && model.count + 8 < MODEL_MAX)
			change_at(list, &model, what, index, id);
		else if (what < 6)
			change_at(list, &model, 2 + what % 2, index, id);
		else if (what < 8 && step % 20 == 0)
			change_all(list, &model, random_next(&state) % 4, id);
		else if (what < 10)
			check_slice(list, &model, index, (ssize_t)(random_next(&state) % 99) - 30);
		else if (what < 12) {
			rgc_auto rgc_float *wanted = rgc_float_new((double)id);
			cr_assert_eq(rgc_list_find(list, wanted), model_find(&model, id));
		} else if (what < 15 && model.count + 8 < MODEL_MAX) {
			cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(id)), 0);
			model.ids[model.count++] = id;
		}
		if (step % 10 == 0)
			check_same(list, &model);
	}
	check_same(list, &model);
	cr_assert_eq(rgc_verify(), 0);
}

Test(list, refuses_null_and_tells_why_an_item_is_none)
{
	rgc_auto rgc_list *list = rgc_list_new();
	errno = 0;
	cr_assert(rgc_list_append(list, NULL) == -1 && errno == EINVAL);
	errno = 0;
	cr_assert(rgc_list_insert(list, 0, NULL) == -1 && errno == EINVAL);
	errno = ENOMEM;
	cr_assert(rgc_list_append_steal(list, NULL) == -1 && errno == ENOMEM);
	cr_assert_eq(rgc_list_length(list), 0);
	cr_assert(!rgc_list_pop(list, -1) && errno == ERANGE);
	cr_assert(!rgc_list_ref(list, 0) && errno == ERANGE);
}

Test(list, counts_its_memory_and_gives_it_back)
{
	rgc_auto rgc_int *item = rgc_int_new(12345);
	size_t before = rgc_heap_bytes();
	rgc_list *list = rgc_list_new();
	size_t empty = rgc_heap_bytes();
	for (int i = 0; i < 10000; i++)
		cr_assert_eq(rgc_list_append(list, item), 0);
	cr_assert_geq(rgc_heap_bytes() - empty, 10000 * sizeof(void *));
	cr_assert_leq(rgc_heap_bytes() - empty, 10000 * sizeof(void *) * 5 / 4);
	cr_assert_eq(rgc_refcount(item), 10001);
	while (rgc_list_length(list))
		cr_assert_eq(rgc_list_delete(list, -1), 0);
	cr_assert_eq(rgc_heap_bytes(), empty);
	rgc_decref(list);
	cr_assert_eq(rgc_refcount(item), 1);
	cr_assert_eq(rgc_heap_bytes(), before);
}

/* ---- user code that changes the list ---- */

typedef struct guard {
	RGC_HEAD;
	long value;
} guard;

static void (*on_finalize)(guard *self);

static void guard_finalize(void *self)
{
	if (on_finalize)
		on_finalize(self);
}

RGC_DEFINE_TYPE_WITH((guard_finalize, NULL, NULL, NULL), guard);

static rgc_list *victim;

static rgc_list *guards_new(size_t count)
{
	rgc_list *list = rgc_list_new();
	for (size_t i = 0; i < count; i++) {
		guard *item = rgc_new(guard);
		item->value = (long)i;
		cr_assert_eq(rgc_list_append_steal(list, item), 0);
	}
	return list;
}

static void append_to_victim(guard *self)
{
	if (self->value < 1000) {
		guard *next = rgc_new(guard);
		next->value = self->value + 1000;
		cr_assert_eq(rgc_list_append_steal(victim, next), 0);
	}
}

static void clear_victim(guard *self)
{
	(void)self;
	rgc_list_clear(victim);
}

Test(list, is_whole_while_finalizers_run)
{
	victim = guards_new(10);
	on_finalize = append_to_victim;
	rgc_list_clear(victim);
	cr_assert_eq(rgc_list_length(victim), 10); /* what the finalizers appended */
	rgc_auto rgc_int *item = rgc_int_new(1);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(rgc_list_set(victim, 0, item), 0);
	on_finalize = clear_victim;
	cr_assert_eq(rgc_list_delete(victim, 3), 0);
	cr_assert_eq(rgc_list_length(victim), 0);
	cr_assert_eq(rgc_list_append_steal(victim, rgc_new(guard)), 0);
	cr_assert_eq(rgc_list_append_steal(victim, rgc_new(guard)), 0);
	cr_assert_eq(rgc_list_set(victim, 0, item), 0);
	cr_assert_eq(rgc_list_length(victim), 0);
	on_finalize = NULL;
	rgc_clear(&victim);
	cr_assert_eq(rgc_verify(), 0);
}

static int clear_in_equal(void *data)
{
	rgc_list_clear(data);
	return 0;
}

static int fail_in_equal(void *data)
{
	(void)data;
	errno = EDOM;
	return -1;
}

Test(list, bears_changes_while_it_compares)
{
	rgc_auto rgc_list *list = rgc_list_new(), *same = rgc_list_new();
	rgc_auto evil *wanted = evil_new(3);
	for (int i = 0; i < 8; i++) {
		cr_assert_eq(rgc_list_append_steal(list, evil_new(i)), 0);
		cr_assert_eq(rgc_list_append_steal(same, evil_new(i)), 0);
	}
	cr_assert_eq(rgc_list_find(list, wanted), 3);
	cr_assert_eq(rgc_list_count(list, wanted), 1);
	cr_assert_eq(rgc_equal(list, same), 1);
	evil_act = fail_in_equal;
	cr_assert(rgc_list_find(list, wanted) == -1 && errno == EDOM);
	cr_assert(rgc_list_count(list, wanted) == -1 && errno == EDOM);
	cr_assert(rgc_list_remove(list, wanted) == -1 && errno == EDOM);
	cr_assert(rgc_equal(list, same) == -1 && errno == EDOM);
	evil_act = clear_in_equal;
	evil_data = list;
	cr_assert_eq(rgc_equal(list, same), 0);
	for (int i = 0; i < 8; i++)
		cr_assert_eq(rgc_list_append_steal(list, evil_new(i)), 0);
	cr_assert(rgc_list_find(list, wanted) == -1 && errno == ENOENT);
	cr_assert_eq(rgc_list_length(list), 0);
	evil_act = NULL;
}

/* ---- without memory ---- */

static void check_numbers(const rgc_list *list, size_t count)
{
	cr_assert_eq(rgc_list_length(list), count);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(id_of(rgc_list_get(list, (ssize_t)i)), 1000 + (long)i);
}

static int slice_all(rgc_list *list)
{
	rgc_auto rgc_list *slice = rgc_list_slice(list, 0, SSIZE_MAX);
	return slice ? 0 : -1;
}

static int extend_by_itself(rgc_list *list)
{
	size_t count = rgc_list_length(list);
	if (rgc_list_extend(list, list))
		return -1;
	while (rgc_list_length(list) > count)
		rgc_decref(rgc_list_pop(list, -1));
	return 0;
}

static int append_new(rgc_list *list)
{
	rgc_auto rgc_list *copy = rgc_list_slice(list, 0, SSIZE_MAX);
	if (!copy || rgc_list_append_steal(copy, rgc_int_new(5000)))
		return -1;
	return rgc_list_insert(copy, 0, list);
}

static int print(rgc_list *list)
{
	rgc_auto rgc_str *form = rgc_repr(list);
	return form ? 0 : -1;
}

Test(list, is_unchanged_when_memory_ends)
{
	int (*const operations[])(rgc_list *) = {slice_all, extend_by_itself, append_new, print};
	rgc_set_pool(false);
	rgc_auto rgc_list *list = rgc_list_new();
	for (long i = 0; i < 40; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(1000 + i)), 0);
	for (size_t o = 0; o < sizeof(operations) / sizeof(operations[0]); o++) {
		size_t bytes = rgc_heap_bytes();
		int result = -1;
		for (long left = 0; result; left++) {
			errno = 0;
			allocations_left = left;
			result = operations[o](list);
			int error = errno;
			allocations_left = -1;
			cr_assert(result == 0 || error == ENOMEM);
			cr_assert(result == 0 || bytes == rgc_heap_bytes());
			check_numbers(list, 40);
			cr_assert(left > 0 || result, "operation %zu allocates nothing", o);
			cr_assert_lt(left, 1000);
		}
		cr_assert_eq(rgc_verify(), 0);
	}
}

Test(list, removes_and_counts_equals)
{
	rgc_auto rgc_list *list = rgc_list_new();
	for (long i = 0; i < 9; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(i % 3)), 0);
	rgc_auto rgc_float *one = rgc_float_new(1), *none = rgc_float_new(1.5);
	cr_assert_eq(rgc_list_count(list, one), 3);
	cr_assert_eq(rgc_list_remove(list, one), 0);
	cr_assert_eq(rgc_list_count(list, one), 2);
	cr_assert_eq(id_of(rgc_list_get(list, 1)), 2);
	cr_assert_eq(rgc_list_count(list, none), 0);
	cr_assert(rgc_list_remove(list, none) == -1 && errno == ENOENT);
	cr_assert_eq(rgc_list_length(list), 8);
}

Test(list, shrinks_without_memory)
{
	rgc_auto rgc_list *list = rgc_list_new();
	for (long i = 0; i < 1000; i++)
		cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(1000 + i)), 0);
	errno = 0;
	allocations_left = 0;
	for (size_t count = 1000; count > 0; count--) {
		rgc_auto rgc_int *last = rgc_list_pop(list, -1);
		cr_assert(last && errno == 0);
	}
	allocations_left = -1;
	cr_assert_eq(rgc_list_length(list), 0);
}

/* ---- cycles, depth ---- */

Test(list, is_tracked_from_its_first_tracked_child)
{
	rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_append_steal(list, rgc_int_new(1)), 0);
	cr_assert(!rgc_is_tracked(list));
	cr_assert_eq(rgc_list_append(list, list), 0);
	cr_assert(rgc_is_tracked(list));
	rgc_auto rgc_str *form = rgc_repr(list);
	cr_assert_str_eq(rgc_str_get(form), "[1, ...]");
	rgc_weak *weak = rgc_weak_new(list, NULL, NULL);
	rgc_decref(list);
	cr_assert_eq(rgc_weak_get(weak), list);
	cr_assert_eq(rgc_collect(2), 1);
	cr_assert_null(rgc_weak_get(weak));
	rgc_decref(weak);
}

Test(list, finds_no_end_in_endless_lists)
{
	rgc_auto rgc_list *a = rgc_list_new(), *b = rgc_list_new();
	cr_assert_eq(rgc_list_append(a, a), 0);
	cr_assert_eq(rgc_list_append(b, b), 0);
	for (int i = 0; i < 3; i++)
		cr_assert(rgc_equal(a, b) == -1 && errno == ELOOP);
	cr_assert_eq(rgc_equal(a, a), 1);
	size_t hash;
	cr_assert(rgc_hash(a, &hash) == -1 && errno == ENOTSUP);
	rgc_list_clear(a);
	rgc_list_clear(b);
}

struct deep {
	long depth;
	const char *fault;
};

static void *make_deep_and_drop(void *data)
{
	struct deep *deep = data;
	rgc_list *top = rgc_list_new();
	for (long i = 0; i < deep->depth; i++) {
		rgc_list *outer = rgc_list_new();
		/* Siblings on both sides, so that the way down leads through the middle of each. */
		if (rgc_list_append_steal(outer, rgc_int_new(1000)) || rgc_list_append_steal(outer, top) ||
		    rgc_list_append_steal(outer, rgc_float_new(2)))
			deep->fault = "append";
		top = outer;
	}
	rgc_auto rgc_str *form = rgc_repr(top);
	if (!form || !strstr(rgc_str_get(form), "..."))
		deep->fault = "repr";
	rgc_decref(top);
	if (rgc_heap_bytes() > 4096)
		deep->fault = "memory";
	return NULL;
}

Test(list, drops_deep_structures_on_a_small_stack)
{
	struct deep deep = {100000, NULL};
	on_small_stack(make_deep_and_drop, &deep);
	cr_assert_null(deep.fault, "%s", deep.fault);
}

/* An object that ends with what a close() may say, and is equal to nothing that it can be compared with. */
typedef struct handle {
	RGC_HEAD;
} handle;
static rgc_list *handles;

static int handle_traverse(void *self, rgc_visit visit, void *argument)
{
	(void)self, (void)visit, (void)argument;
	return 0;
}

static void handle_clear(void *self)
{
	(void)self;
	errno = EBADF;
}

static int handle_equal(const void *self, const void *other)
{
	(void)self, (void)other;
	rgc_list_clear(handles);
	errno = ELOOP;
	return -1;
}

static const struct rgc_type RGC_TYPE(handle) = {.name = "handle",
						 .size = sizeof(handle),
						 .traverse = handle_traverse,
						 .clear = handle_clear,
						 .equal = handle_equal};

Test(list, keeps_the_error_of_equal_when_an_item_ends)
{
	rgc_auto rgc_list *other = rgc_list_new();
	rgc_auto rgc_int *one = rgc_int_new(1000);
	cr_assert_eq(rgc_list_append(other, one), 0);
	handles = rgc_list_new();
	rgc_list_append_steal(handles, rgc_new(handle));
	cr_expect(rgc_list_find(handles, one) == -1 && errno == ELOOP, "find: %d", errno);
	rgc_list_append_steal(handles, rgc_new(handle));
	cr_expect(rgc_list_count(handles, one) == -1 && errno == ELOOP, "count: %d", errno);
	rgc_list_append_steal(handles, rgc_new(handle));
	cr_expect(rgc_equal(handles, other) == -1 && errno == ELOOP, "equal: %d", errno);
	handle *alone = rgc_new(handle);
	errno = 7;
	rgc_decref(alone);
	cr_expect_eq(errno, 7, "an end alone: %d", errno);
	rgc_decref(handles);
}
