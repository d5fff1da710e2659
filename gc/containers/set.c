/*
 * set.c - rgc_set and rgc_frozenset: a hash table of items.  User code runs only while an item is searched
 * for and when references are dropped, which is always the last thing done.
 */
#include "items.h"
#include "iter.h"
#include "size.h"
#include "table.h"
#include "text.h"
#include "../core/descent.h"
#include "../core/quick.h"
#include "../core/tracking.h"
#include "../core/missing.h"

#include <errno.h>
#include <stdarg.h>

struct rgc_set {
	RGC_HEAD;
	struct table table;
};

/* Static functions here that take a set take this one as well. */
struct rgc_frozenset {
	struct rgc_set set;
	_Atomic size_t hash; /* 0: not known yet */
};

#define STRIDE sizeof(struct entry)

rgc_set *rgc_set_new(void)
{
	return quick_lazy(&RGC_TYPE(rgc_set), sizeof(rgc_set));
}

size_t rgc_set_length(const rgc_set *set)
{
	if (missing(set))
		return 0;
	return set->table.live;
}

static int contains_hashed(const rgc_set *set, const rgc_object *item, size_t hash)
{
	ptrdiff_t number = table_find(&set->table, STRIDE, item, hash);
	return number >= 0 ? 1 : number == TABLE_ABSENT ? 0 : -1;
}

int rgc_set_contains(const rgc_set *set, const void *item)
{
	if (missing(set))
		return -1;
	check_object(item);
	size_t hash;
	return unlikely(table_hash(item, &hash)) ? -1 : contains_hashed(set, item, hash);
}

static int add_hashed(rgc_set *set, rgc_object *item, size_t hash)
{
	int found = contains_hashed(set, item, hash);
	if (found)
		return found < 0 ? -1 : 0;
	if (table_reserve(set, &set->table, STRIDE))
		return -1;
	rgc__table_append(&set->table, STRIDE, item, hash);
	track_child(set, item);
	return 1;
}

int rgc_set_add(rgc_set *set, void *item)
{
	if (missing(set))
		return -1;
	check_object(item);
	size_t hash;
	return unlikely(table_hash(item, &hash)) ? -1 : add_hashed(set, item, hash);
}

int rgc_set_add_steal(rgc_set *set, void *item)
{
	int result = rgc_set_add(set, item);
	int error = errno;
	rgc_decref(item);
	errno = error;
	return result;
}

/* Removes an item; its reference is the caller's then. */
static rgc_object *remove_item(rgc_set *set, size_t number)
{
	rgc_object *item = ((const struct entry *)table_entry(&set->table, STRIDE, number))->key;
	rgc__table_remove(&set->table, STRIDE, number);
	return item;
}

int rgc_set_discard(rgc_set *set, const void *item)
{
	if (missing(set))
		return -1;
	check_object(item);
	size_t hash;
	if (unlikely(table_hash(item, &hash)))
		return -1;
	ptrdiff_t number = table_find(&set->table, STRIDE, item, hash);
	if (number < 0)
		return number == TABLE_ABSENT ? 0 : -1;
	rgc_decref(remove_item(set, (size_t)number));
	return 1;
}

void *rgc_set_pop(rgc_set *set)
{
	if (missing(set))
		return NULL;
	if (!set->table.live) {
		errno = ENOENT;
		return NULL;
	}
	return remove_item(set, set->table.used - 1); /* the last one is never a removed one */
}

/* The result, a set that was made for this, or NULL; if the step failed for an item, it is dropped. */
static rgc_set *completed(rgc_set *result, int last_step)
{
	if (last_step == 1)
		return result;
	int error = errno;
	rgc_decref(result);
	errno = error;
	return NULL;
}

static rgc_set *copy_into(rgc_set *copy, const rgc_set *set)
{
	return copy ? completed(copy, rgc__table_copy(copy, &copy->table, &set->table, STRIDE) ? -1 : 1)
		    : NULL;
}

rgc_set *rgc_set_copy(const rgc_set *set)
{
	if (missing(set))
		return NULL;
	return copy_into(rgc_set_new(), set);
}

/* What is done with each item of a set: 1 to go on, others end it and are the result. */
typedef int (*step_function)(void *context, rgc_object *item, size_t hash);

/* 1 after the last item, else the first other result of the step; -1 with EBUSY if the set changed.  Items
 * are kept alive meanwhile. */
static int for_each(const rgc_set *set, step_function step, void *context)
{
	rgc_cursor cursor = {0, 0};
	struct entry *entry;
	int found;
	while ((found = rgc__table_next(&set->table, STRIDE, &cursor, &entry)) == 1) {
		rgc_object *item = rgc_ref(entry->key);
		int result = step(context, item, entry->hash);
		int error = errno;
		rgc_decref(item);
		errno = error;
		if (result != 1)
			return result;
	}
	return found ? -1 : 1;
}

static int step_add(void *set, rgc_object *item, size_t hash)
{
	return add_hashed(set, item, hash) < 0 ? -1 : 1;
}

int rgc_set_update(rgc_set *set, const rgc_set *other)
{
	if (missing(set) || missing(other))
		return -1;
	return set == other || for_each(other, step_add, set) == 1 ? 0 : -1;
}

static int step_contains(void *set, rgc_object *item, size_t hash)
{
	return contains_hashed(set, item, hash);
}

static int is_subset(const rgc_set *a, const rgc_set *b)
{
	if (a->table.live > b->table.live)
		return 0;
	return for_each(a, step_contains, (void *)(uintptr_t)b);
}

int rgc_set_is_subset(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return -1;
	return is_subset(a, b);
}

struct selection {
	rgc_set *result;
	const rgc_set *other;
	int wanted; /* whether items are taken that are in the other set, or those that are not */
};

static int step_select(void *context, rgc_object *item, size_t hash)
{
	const struct selection *selection = context;
	int found = contains_hashed(selection->other, item, hash);
	if (found < 0)
		return -1;
	return found == selection->wanted ? step_add(selection->result, item, hash) : 1;
}

static rgc_set *select_items(rgc_set *result, const rgc_set *from, const rgc_set *other, int wanted)
{
	struct selection selection = {result, other, wanted};
	return result ? completed(result, for_each(from, step_select, &selection)) : NULL;
}

static rgc_set *intersection(rgc_set *result, const rgc_set *a, const rgc_set *b)
{
	bool a_is_smaller = a->table.live < b->table.live;
	return a_is_smaller ? select_items(result, a, b, 1) : select_items(result, b, a, 1);
}

rgc_set *rgc_set_intersection(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return NULL;
	return intersection(rgc_set_new(), a, b);
}

rgc_set *rgc_set_difference(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return NULL;
	return select_items(rgc_set_new(), a, b, 0);
}

static void set_clear(void *self)
{
	rgc_set *set = self;
	rgc__table_clear(set, &set->table, STRIDE);
}

void rgc_set_clear(rgc_set *set)
{
	if (missing(set))
		return;
	set_clear(set);
}

int rgc_set_next(const rgc_set *set, rgc_cursor *cursor, void **item)
{
	if (missing(set))
		return -1;
	struct entry *entry;
	int found = rgc__table_next(&set->table, STRIDE, cursor, &entry);
	if (found == 1 && item)
		*item = entry->key;
	return found;
}

size_t rgc__set_owned_bytes(const void *set)
{
	return rgc__table_bytes(&((const rgc_set *)set)->table, STRIDE);
}

static int set_traverse(void *self, rgc_visit visit, void *argument)
{
	return rgc__table_traverse(&((rgc_set *)self)->table, STRIDE, visit, argument);
}

static bool is_set(const void *object)
{
	return RGC_IS(object, rgc_set) || RGC_IS(object, rgc_frozenset);
}

/* Frozen or not makes no difference. */
static int set_equal(const void *self, const void *other)
{
	const rgc_set *left = self, *right = other;
	if (!is_set(other) || left->table.live != right->table.live)
		return 0;
	if (rgc__descent_begin())
		return -1;
	int equal = is_subset(left, right);
	rgc__descent_end();
	return equal;
}

static rgc_str *items_repr(const rgc_set *set, const char *open, const char *close)
{
	struct text text = {0};
	rgc_cursor cursor = {0, 0};
	struct entry *entry;
	int found;
	rgc__text_add_string(&text, open);
	for (const char *separator = ""; (found = rgc__table_next(&set->table, STRIDE, &cursor, &entry)) == 1;
	     separator = ", ") {
		rgc__text_add_string(&text, separator);
		rgc__text_add_repr(&text, entry->key);
	}
	if (found && !text.error)
		text.error = errno;
	rgc__text_add_string(&text, close);
	return rgc__text_finish(&text);
}

static rgc_str *set_repr(const void *self)
{
	return rgc_set_length(self) ? items_repr(self, "{", "}") : rgc_str_new("set()");
}

const struct rgc_type RGC_TYPE(rgc_set) = {
	.name = "rgc_set",
	.size = sizeof(rgc_set),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_UNHASHABLE,
	.traverse = set_traverse,
	.clear = set_clear,
	.equal = set_equal,
	.repr = set_repr,
	.iter = rgc__set_iter,
};

/* ---- frozen ---- */

static rgc_set *frozenset_new(void)
{
	return (rgc_set *)rgc_new(rgc_frozenset);
}

/* What a set function made of frozenset_new's. */
static rgc_frozenset *frozen(rgc_set *set)
{
	return (rgc_frozenset *)set;
}

/* True with errno if it is neither a set nor a frozenset. */
static bool is_no_set(const void *object)
{
	if (missing(object))
		return true;
	if (is_set(object))
		return false;
	errno = EINVAL;
	return true;
}

rgc_frozenset *rgc_frozenset_new(const void *items)
{
	if (is_no_set(items))
		return NULL;
	return frozen(copy_into(frozenset_new(), items));
}

rgc_set *rgc_frozenset_thaw(const rgc_frozenset *set)
{
	if (missing(set))
		return NULL;
	return copy_into(rgc_set_new(), &set->set);
}

rgc_frozenset *rgc_frozenset_of(size_t count, ...)
{
	va_list arguments;
	va_start(arguments, count);
	rgc_auto rgc_list *items = rgc_list_new(); /* as hash and equal may drop what only lent them */
	int failed = !items;
	for (size_t i = 0; i < count && !failed; i++)
		failed = rgc_list_append(items, va_arg(arguments, void *));
	va_end(arguments);
	rgc_set *set = failed ? NULL : frozenset_new();
	for (size_t i = 0; i < count && set; i++) {
		rgc_object *item = rgc_list_get(items, (ssize_t)i);
		size_t hash;
		bool added = !table_hash(item, &hash) && add_hashed(set, item, hash) >= 0;
		set = completed(set, added ? 1 : -1);
	}
	return frozen(set);
}

size_t rgc_frozenset_length(const rgc_frozenset *set)
{
	if (missing(set))
		return 0;
	return set->set.table.live;
}

int rgc_frozenset_contains(const rgc_frozenset *set, const void *item)
{
	if (missing(set))
		return -1;
	check_object(item);
	size_t hash;
	return unlikely(table_hash(item, &hash)) ? -1 : contains_hashed(&set->set, item, hash);
}

rgc_frozenset *rgc_frozenset_union(const rgc_frozenset *a, const void *b)
{
	if (missing(a) || is_no_set(b))
		return NULL;
	rgc_set *result = copy_into(frozenset_new(), &a->set);
	return frozen(result ? completed(result, for_each(b, step_add, result)) : NULL);
}

rgc_frozenset *rgc_frozenset_intersection(const rgc_frozenset *a, const void *b)
{
	if (missing(a) || is_no_set(b))
		return NULL;
	return frozen(intersection(frozenset_new(), &a->set, b));
}

rgc_frozenset *rgc_frozenset_difference(const rgc_frozenset *a, const void *b)
{
	if (missing(a) || is_no_set(b))
		return NULL;
	return frozen(select_items(frozenset_new(), &a->set, b, 0));
}

rgc_frozenset *rgc_frozenset_symmetric_difference(const rgc_frozenset *a, const void *b)
{
	if (missing(a) || is_no_set(b))
		return NULL;
	rgc_set *only_a = select_items(frozenset_new(), &a->set, b, 0);
	return frozen(select_items(only_a, b, &a->set, 0));
}

int rgc_frozenset_is_subset(const rgc_frozenset *a, const void *b)
{
	if (missing(a) || is_no_set(b))
		return -1;
	return is_subset(&a->set, b);
}

int rgc_frozenset_next(const rgc_frozenset *set, rgc_cursor *cursor, void **item)
{
	if (missing(set))
		return -1;
	struct entry *entry;
	int found = rgc__table_next(&set->set.table, STRIDE, cursor, &entry);
	if (found == 1 && item)
		*item = entry->key;
	return found;
}

/* Of all items' hashes, in any order: each is spread over all bits, so that sums of different items differ.
 */
static size_t hash_of_all(const struct table *table)
{
	const uint64_t factor = 0x9e3779b97f4a7c15; /* 2^64 / golden ratio: odd, without pattern */
	uint64_t sum = (table->live + 1) * factor;
	for (size_t i = table->first; i < table->used; i++) {
		const struct entry *entry = table_entry(table, STRIDE, i);
		uint64_t word = (entry->hash ^ (uint64_t)entry->hash >> 32 ^ 0x6a09e667f3bcc909) * factor;
		sum += (word ^ word >> 29) * factor;
	}
	sum ^= sum >> 32;
	return sum ? (size_t)sum : 1;
}

/* Calls no function of the items: the table knows their hashes.  Relaxed, as str_hash. */
static int frozenset_hash(const void *self, size_t *hash)
{
	rgc_frozenset *set = (rgc_frozenset *)(uintptr_t)self;
	*hash = atomic_load_explicit(&set->hash, memory_order_relaxed);
	if (*hash)
		return 0;
	*hash = hash_of_all(&set->set.table);
	atomic_store_explicit(&set->hash, *hash, memory_order_relaxed);
	return 0;
}

static rgc_str *frozenset_repr(const void *self)
{
	return rgc_frozenset_length(self) ? items_repr(self, "frozenset({", "})")
					  : rgc_str_new("frozenset()");
}

const struct rgc_type RGC_TYPE(rgc_frozenset) = {
	.name = "rgc_frozenset",
	.size = sizeof(rgc_frozenset),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_IMMUTABLE,
	.traverse = set_traverse,
	.clear = set_clear,
	.hash = frozenset_hash,
	.equal = set_equal,
	.repr = frozenset_repr,
	.iter = rgc__frozenset_iter,
};
