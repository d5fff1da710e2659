/*
 * set.c - rgc_set: a hash table of items.  User code runs only while an item is searched for and when
 * references are dropped, which is always the last thing done.
 */
#include "size.h"
#include "table.h"
#include "text.h"
#include "../core/tracking.h"
#include "../core/missing.h"

#include <errno.h>

struct rgc_set {
	RGC_HEAD;
	struct table table;
};

#define STRIDE sizeof(struct entry)

rgc_set *rgc_set_new(void)
{
	return rgc_new(rgc_set);
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
	if (table_reserve(&set->table, STRIDE))
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

rgc_set *rgc_set_copy(const rgc_set *set)
{
	if (missing(set))
		return NULL;
	rgc_set *copy = rgc_set_new();
	if (!copy)
		return NULL;
	if (rgc__table_copy(copy, &copy->table, &set->table, STRIDE)) {
		rgc_decref(copy);
		return NULL;
	}
	return copy;
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

int rgc_set_is_subset(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return -1;
	if (a->table.live > b->table.live)
		return 0;
	return for_each(a, step_contains, (void *)(uintptr_t)b);
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

static rgc_set *select_items(const rgc_set *from, const rgc_set *other, int wanted)
{
	struct selection selection = {rgc_set_new(), other, wanted};
	if (!selection.result)
		return NULL;
	if (for_each(from, step_select, &selection) == 1)
		return selection.result;
	int error = errno;
	rgc_decref(selection.result);
	errno = error;
	return NULL;
}

rgc_set *rgc_set_intersection(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return NULL;
	bool a_is_smaller = a->table.live <= b->table.live;
	return a_is_smaller ? select_items(a, b, 1) : select_items(b, a, 1);
}

rgc_set *rgc_set_difference(const rgc_set *a, const rgc_set *b)
{
	if (missing(a) || missing(b))
		return NULL;
	return select_items(a, b, 0);
}

static void set_clear(void *self)
{
	rgc__table_clear(&((rgc_set *)self)->table, STRIDE);
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

static int set_equal(const void *self, const void *other)
{
	const rgc_set *left = self, *right = other;
	if (!RGC_IS(other, rgc_set) || left->table.live != right->table.live)
		return 0;
	return rgc_set_is_subset(left, right);
}

static rgc_str *set_repr(const void *self)
{
	if (!rgc_set_length(self))
		return rgc_str_new("set()");
	struct text text = {0};
	rgc_cursor cursor = {0, 0};
	void *item;
	int found;
	rgc__text_add_string(&text, "{");
	for (const char *separator = ""; (found = rgc_set_next(self, &cursor, &item)) == 1;
	     separator = ", ") {
		rgc__text_add_string(&text, separator);
		rgc__text_add_repr(&text, item);
	}
	if (found && !text.error)
		text.error = errno;
	rgc__text_add_string(&text, "}");
	return rgc__text_finish(&text);
}

const struct rgc_type RGC_TYPE(rgc_set) = {
	.name = "rgc_set",
	.size = sizeof(rgc_set),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_UNHASHABLE,
	.traverse = set_traverse,
	.clear = set_clear,
	.equal = set_equal,
	.repr = set_repr,
};
