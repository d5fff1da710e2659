/*
 * counter.c - rgc_counter: a hash table of keys with numbers.  User code runs only while a key is searched
 * for and when references are dropped, which is always the last thing done.
 */
#include "iter.h"
#include "size.h"
#include "table.h"
#include "text.h"
#include "../core/tracking.h"
#include "../core/missing.h"

#include <errno.h>
#include <stdlib.h>

struct rgc_counter {
	RGC_HEAD;
	struct table table;
};

/* The table takes it for a pair without a value. */
struct count {
	struct pair pair;
	int64_t number;
};

#define STRIDE sizeof(struct count)

static struct count *count_at(const rgc_counter *counter, ptrdiff_t number)
{
	return table_entry(&counter->table, STRIDE, (size_t)number);
}

static ptrdiff_t find(const rgc_counter *counter, const void *key, size_t *hash)
{
	return unlikely(table_hash(key, hash)) ? TABLE_FAILED
					       : table_find(&counter->table, STRIDE, key, *hash);
}

/* Adds a key that was just found to be absent. */
static int append(rgc_counter *counter, rgc_object *key, size_t hash, int64_t number)
{
	if (table_reserve(counter, &counter->table, STRIDE))
		return -1;
	struct count *count = rgc__table_append(&counter->table, STRIDE, key, hash);
	count->pair.value = NULL;
	count->number = number;
	track_child(counter, key);
	return 0;
}

rgc_counter *rgc_counter_new(void)
{
	return rgc_new(rgc_counter);
}

rgc_counter *rgc_counter_copy(const rgc_counter *counter)
{
	if (missing(counter))
		return NULL;
	rgc_counter *copy = rgc_counter_new();
	if (!copy || !rgc__table_copy(copy, &copy->table, &counter->table, STRIDE))
		return copy;
	rgc_decref(copy);
	return NULL;
}

size_t rgc_counter_length(const rgc_counter *counter)
{
	if (missing(counter))
		return 0;
	return counter->table.live;
}

int rgc_counter_get(const rgc_counter *counter, const void *key, int64_t *count)
{
	if (missing(counter))
		return -1;
	check_object(key);
	size_t hash;
	ptrdiff_t number = find(counter, key, &hash);
	if (number == TABLE_FAILED)
		return -1;
	if (count)
		*count = number >= 0 ? count_at(counter, number)->number : 0;
	return number >= 0;
}

int rgc_counter_set(rgc_counter *counter, void *key, int64_t count)
{
	if (missing(counter))
		return -1;
	check_object(key);
	size_t hash;
	ptrdiff_t number = find(counter, key, &hash);
	if (number < 0)
		return number == TABLE_ABSENT ? append(counter, key, hash, count) : -1;
	count_at(counter, number)->number = count;
	return 0;
}

int rgc_counter_discard(rgc_counter *counter, const void *key)
{
	if (missing(counter))
		return -1;
	check_object(key);
	size_t hash;
	ptrdiff_t number = find(counter, key, &hash);
	if (number < 0)
		return number == TABLE_ABSENT ? 0 : -1;
	rgc_object *own = count_at(counter, number)->pair.entry.key;
	rgc__table_remove(&counter->table, STRIDE, (size_t)number);
	rgc_decref(own);
	return 1;
}

/* ---- arithmetic ---- */

/* Of two counts of a key; true if the result is out of range. */
typedef bool (*operation_function)(int64_t a, int64_t b, int64_t *result);

static bool plus(int64_t a, int64_t b, int64_t *result)
{
	return __builtin_add_overflow(a, b, result);
}

static bool minus(int64_t a, int64_t b, int64_t *result)
{
	return __builtin_sub_overflow(a, b, result);
}

static bool greater(int64_t a, int64_t b, int64_t *result)
{
	*result = a > b ? a : b;
	return false;
}

static bool smaller(int64_t a, int64_t b, int64_t *result)
{
	*result = a < b ? a : b;
	return false;
}

static int compute(operation_function operation, int64_t a, int64_t b, int64_t *result)
{
	if (likely(!operation(a, b, result)))
		return 0;
	errno = ERANGE;
	return -1;
}

/* The key's count becomes what the operation makes of it, or of 0, and `number`. */
static int change(rgc_counter *counter, rgc_object *key, size_t hash, operation_function operation,
		  int64_t number)
{
	ptrdiff_t at = table_find(&counter->table, STRIDE, key, hash);
	int64_t result;
	if (at == TABLE_FAILED ||
	    compute(operation, at >= 0 ? count_at(counter, at)->number : 0, number, &result))
		return -1;
	if (at == TABLE_ABSENT)
		return append(counter, key, hash, result);
	count_at(counter, at)->number = result;
	return 0;
}

int rgc_counter_add(rgc_counter *counter, void *key, int64_t count)
{
	if (missing(counter))
		return -1;
	check_object(key);
	size_t hash;
	return unlikely(table_hash(key, &hash)) ? -1 : change(counter, key, hash, plus, count);
}

/* What is done with each key of a counter and its count, which may change meanwhile: 1 to go on, others end
 * it and are the result. */
typedef int (*step_function)(void *context, const struct count *count);

/* 1 after the last key, else the first other result of the step; -1 with EBUSY if keys came or went. */
static int for_each(const rgc_counter *counter, step_function step, void *context)
{
	rgc_cursor cursor = {0, 0};
	struct entry *entry;
	int found;
	while ((found = rgc__table_next(&counter->table, STRIDE, &cursor, &entry)) == 1) {
		struct count count = *(struct count *)(void *)entry;
		rgc_incref(count.pair.entry.key);
		int result = step(context, &count);
		int error = errno;
		rgc_decref(count.pair.entry.key);
		errno = error;
		if (result != 1)
			return result;
	}
	return found ? -1 : 1;
}

struct changing {
	rgc_counter *counter;
	operation_function operation;
};

static int step_change(void *context, const struct count *count)
{
	const struct changing *changing = context;
	const struct entry *entry = &count->pair.entry;
	return change(changing->counter, entry->key, entry->hash, changing->operation, count->number) ? -1
												      : 1;
}

int rgc_counter_update(rgc_counter *counter, const rgc_counter *other)
{
	if (missing(counter) || missing(other))
		return -1;
	struct changing changing = {counter, plus};
	return for_each(other, step_change, &changing) == 1 ? 0 : -1;
}

int rgc_counter_subtract(rgc_counter *counter, const rgc_counter *other)
{
	if (missing(counter) || missing(other))
		return -1;
	struct changing changing = {counter, minus};
	return for_each(other, step_change, &changing) == 1 ? 0 : -1;
}

/* Goes through `a` with `b` as the other one, then through `b` for what is not in `a`. */
struct combination {
	rgc_counter *result;
	const rgc_counter *other;
	operation_function operation;
	bool only_absent;
};

static int step_combine(void *context, const struct count *count)
{
	const struct combination *combination = context;
	const struct entry *entry = &count->pair.entry;
	ptrdiff_t at = table_find(&combination->other->table, STRIDE, entry->key, entry->hash);
	if (at == TABLE_FAILED)
		return -1;
	if (at >= 0 && combination->only_absent)
		return 1;
	int64_t theirs = at >= 0 ? count_at(combination->other, at)->number : 0, number;
	int64_t a = combination->only_absent ? theirs : count->number,
		b = combination->only_absent ? count->number : theirs;
	if (compute(combination->operation, a, b, &number))
		return -1;
	return number <= 0 || !append(combination->result, entry->key, entry->hash, number) ? 1 : -1;
}

static rgc_counter *combine(const rgc_counter *a, const rgc_counter *b, operation_function operation)
{
	rgc_counter *result = rgc_counter_new();
	if (!result)
		return NULL;
	struct combination left = {result, b, operation, false}, right = {result, a, operation, true};
	size_t version = a->table.version;
	if (for_each(a, step_combine, &left) == 1 && for_each(b, step_combine, &right) == 1) {
		if (a->table.version == version)
			return result;
		errno = EBUSY;
	}
	int error = errno;
	rgc_decref(result);
	errno = error;
	return NULL;
}

rgc_counter *rgc_counter_plus(const rgc_counter *a, const rgc_counter *b)
{
	if (missing(a) || missing(b))
		return NULL;
	return combine(a, b, plus);
}

rgc_counter *rgc_counter_minus(const rgc_counter *a, const rgc_counter *b)
{
	if (missing(a) || missing(b))
		return NULL;
	return combine(a, b, minus);
}

rgc_counter *rgc_counter_union(const rgc_counter *a, const rgc_counter *b)
{
	if (missing(a) || missing(b))
		return NULL;
	return combine(a, b, greater);
}

rgc_counter *rgc_counter_intersection(const rgc_counter *a, const rgc_counter *b)
{
	if (missing(a) || missing(b))
		return NULL;
	return combine(a, b, smaller);
}

int rgc_counter_total(const rgc_counter *counter, int64_t *total)
{
	if (missing(counter))
		return -1;
	int64_t sum = 0;
	rgc_cursor cursor = {0, 0};
	struct entry *entry;
	while (rgc__table_next(&counter->table, STRIDE, &cursor, &entry) == 1)
		if (compute(plus, sum, ((struct count *)(void *)entry)->number, &sum))
			return -1;
	*total = sum;
	return 0;
}

/* ---- the most common ---- */

/* Until the end each `key` is that of an entry, whose address tells the order of insertion. */
static bool is_before(const struct rgc_count *a, const struct rgc_count *b)
{
	return a->count != b->count ? a->count > b->count : (uintptr_t)a->key < (uintptr_t)b->key;
}

/* Restores a heap whose first is the last of all, but for the one at `at`, which may come before. */
static void sift(struct rgc_count *heap, size_t size, size_t at)
{
	for (size_t child; (child = 2 * at + 1) < size; at = child) {
		if (child + 1 < size && is_before(&heap[child], &heap[child + 1]))
			child++;
		if (!is_before(&heap[at], &heap[child]))
			return;
		struct rgc_count upper = heap[at];
		heap[at] = heap[child];
		heap[child] = upper;
	}
}

static void make_heap(struct rgc_count *counts, size_t size)
{
	for (size_t at = size / 2; at > 0; at--)
		sift(counts, size, at - 1);
}

/* From a heap. */
static void put_in_order(struct rgc_count *counts, size_t size)
{
	for (size_t last = size; last-- > 1;) {
		struct rgc_count first = counts[0];
		counts[0] = counts[last];
		counts[last] = first;
		sift(counts, last, 0);
	}
}

size_t rgc_counter_most_common(const rgc_counter *counter, struct rgc_count *counts, size_t capacity)
{
	if (missing(counter) || !capacity)
		return 0;
	size_t size = 0;
	rgc_cursor cursor = {0, 0};
	struct entry *entry;
	while (rgc__table_next(&counter->table, STRIDE, &cursor, &entry) == 1) {
		struct rgc_count count = {entry, ((struct count *)(void *)entry)->number};
		if (size < capacity) {
			counts[size++] = count;
			if (size == capacity)
				make_heap(counts, size);
		} else if (is_before(&count, &counts[0])) {
			counts[0] = count;
			sift(counts, size, 0);
		}
	}
	if (size < capacity)
		make_heap(counts, size);
	put_in_order(counts, size);
	for (size_t i = 0; i < size; i++)
		counts[i].key = ((struct entry *)counts[i].key)->key;
	return size;
}

/* ---- as a whole ---- */

static void counter_clear(void *self)
{
	rgc__table_clear(self, &((rgc_counter *)self)->table, STRIDE);
}

void rgc_counter_clear(rgc_counter *counter)
{
	if (missing(counter))
		return;
	counter_clear(counter);
}

int rgc_counter_next(const rgc_counter *counter, rgc_cursor *cursor, void **key, int64_t *count)
{
	if (missing(counter))
		return -1;
	struct entry *entry;
	int found = rgc__table_next(&counter->table, STRIDE, cursor, &entry);
	if (found == 1 && key)
		*key = entry->key;
	if (found == 1 && count)
		*count = ((struct count *)(void *)entry)->number;
	return found;
}

size_t rgc__counter_owned_bytes(const void *counter)
{
	return rgc__table_bytes(&((const rgc_counter *)counter)->table, STRIDE);
}

static int counter_traverse(void *self, rgc_visit visit, void *argument)
{
	return rgc__table_traverse(&((rgc_counter *)self)->table, STRIDE, visit, argument);
}

static int step_is_same(void *other, const struct count *count)
{
	ptrdiff_t at = table_find(&((rgc_counter *)other)->table, STRIDE, count->pair.entry.key,
				  count->pair.entry.hash);
	if (at == TABLE_FAILED)
		return -1;
	return count->number == (at >= 0 ? count_at(other, at)->number : 0);
}

/* What is missing counts as 0. */
static int counter_equal(const void *self, const void *other)
{
	if (!RGC_IS(other, rgc_counter))
		return 0;
	int same = for_each(self, step_is_same, (void *)(uintptr_t)other);
	return same == 1 ? for_each(other, step_is_same, (void *)(uintptr_t)self) : same;
}

/* Of a copy, as the forms of keys may change the counter. */
static rgc_str *form_of(const rgc_counter *copy)
{
	size_t length = copy->table.live;
	struct rgc_count *counts = malloc(length * sizeof(*counts));
	if (!counts)
		return NULL;
	struct text text = {0};
	rgc__text_add_string(&text, "Counter({");
	length = rgc_counter_most_common(copy, counts, length);
	for (size_t i = 0; i < length; i++) {
		rgc__text_add_string(&text, i ? ", " : "");
		rgc__text_add_repr(&text, counts[i].key);
		rgc__text_add_string(&text, ": ");
		rgc__text_add_number(&text, counts[i].count);
	}
	rgc__text_add_string(&text, "})");
	free(counts);
	return rgc__text_finish(&text);
}

static rgc_str *counter_repr(const void *self)
{
	rgc_auto rgc_counter *copy = rgc_counter_copy(self);
	if (!copy)
		return NULL;
	return copy->table.live ? form_of(copy) : rgc_str_new("Counter()");
}

const struct rgc_type RGC_TYPE(rgc_counter) = {
	.name = "rgc_counter",
	.size = sizeof(rgc_counter),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_UNHASHABLE,
	.traverse = counter_traverse,
	.clear = counter_clear,
	.equal = counter_equal,
	.repr = counter_repr,
	.iter = rgc__counter_iter,
};
