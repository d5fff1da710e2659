/*
 * list.c - rgc_list: a growing array of objects.
 *
 * User code runs only where a reference is dropped, and in equal and compare.  The list is whole by then, and
 * what was read of it before is read again after.
 */
#include "items.h"
#include "iter.h"
#include "list.h"
#include "size.h"
#include "sort.h"
#include "../core/buffer.h"
#include "../core/call.h"
#include "../core/quick.h"
#include "../core/tracking.h"
#include "../core/missing.h"

#include <errno.h>
#include <string.h>

struct rgc_list {
	RGC_HEAD;
	rgc_object **items;
	size_t length, capacity;
};

static inline struct items list_items(const void *self)
{
	const rgc_list *list = self;
	return (struct items){list->items, list->length};
}

rgc_list *rgc_list_new(void)
{
	return quick_lazy(&RGC_TYPE(rgc_list), sizeof(rgc_list));
}

static int set_capacity(rgc_list *list, size_t capacity)
{
	rgc_object **items = NULL;
	size_t bytes, old_bytes = list->capacity * sizeof(*items);
	if (__builtin_mul_overflow(capacity, sizeof(*items), &bytes) || bytes > PTRDIFF_MAX) {
		errno = ENOMEM;
		return -1;
	}
	if (!capacity)
		rgc__buffer_free(object_is_shared(&list->rgc_head), list->items, old_bytes);
	else if (!(items = rgc__buffer_resize(&list->rgc_head, list->items, old_bytes, bytes)))
		return -1;
	list->items = items;
	list->capacity = capacity;
	return 0;
}

/* Makes room for `more` items. */
static __attribute__((noinline)) int list_grow(rgc_list *list, size_t more)
{
	size_t needed = list->length + more;
	size_t capacity = items_roomy(needed);
	/* A long list that joins a short one gets no more than its length. */
	if (more > capacity - needed)
		capacity = (needed + 3) & ~(size_t)3;
	return set_capacity(list, capacity);
}

static inline int list_reserve(rgc_list *list, size_t more)
{
	return likely(list->capacity - list->length >= more) ? 0 : list_grow(list, more);
}

/* After items were removed.  Keeps its memory if there is none for the move to less. */
static inline void list_shrink(rgc_list *list)
{
	if (likely(list->length >= list->capacity / 2))
		return;
	int saved_errno = errno;
	if (set_capacity(list, list->length ? items_roomy(list->length) : 0))
		errno = saved_errno;
}

size_t rgc_list_length(const rgc_list *list)
{
	if (missing(list))
		return 0;
	return list->length;
}

void *rgc_list_get(const rgc_list *list, ssize_t index)
{
	if (missing(list))
		return NULL;
	return rgc__items_get(list_items(list), index);
}

void *rgc_list_ref(const rgc_list *list, ssize_t index)
{
	check_object(list);
	return rgc_ref(rgc_list_get(list, index));
}

int rgc_list_set(rgc_list *list, ssize_t index, void *item)
{
	if (missing(list) || missing(item))
		return -1;
	rgc_object *old = rgc_list_get(list, index);
	if (!old)
		return -1;
	RGC_CHECK_STORE_(item);
	rgc_incref(item);
	list->items[index < 0 ? (size_t)index + list->length : (size_t)index] = item;
	track_child(list, item);
	rgc_decref(old);
	return 0;
}

int rgc_list_append(rgc_list *list, void *item)
{
	if (missing(list) || missing(item))
		return -1;
	if (unlikely(list_reserve(list, 1)))
		return -1;
	RGC_CHECK_STORE_(item);
	rgc_incref(item);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list with room has its array */
	list->items[list->length++] = item;
	track_child(list, item);
	return 0;
}

int rgc_list_append_steal(rgc_list *list, void *item)
{
	if (missing(item))
		return -1;
	if (missing(list) || unlikely(list_reserve(list, 1))) {
		rgc_decref(item);
		return -1;
	}
	RGC_CHECK_STORE_(item);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): as above */
	list->items[list->length++] = item;
	track_child(list, item);
	return 0;
}

static size_t bound(const rgc_list *list, ssize_t index)
{
	return items_bound(list->length, index);
}

int rgc_list_insert(rgc_list *list, ssize_t index, void *item)
{
	if (missing(list) || missing(item))
		return -1;
	if (list_reserve(list, 1))
		return -1;
	RGC_CHECK_STORE_(item);
	rgc_object **place = list->items + bound(list, index);
	memmove(place + 1, place, (size_t)(list->items + list->length - place) * sizeof(*place));
	rgc_incref(item);
	*place = item;
	list->length++;
	track_child(list, item);
	return 0;
}

/* Into reserved space. */
static void list_add_all(rgc_list *list, rgc_object *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		rgc_incref(items[i]);
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): as above */
		list->items[list->length++] = items[i];
		track_child(list, items[i]);
	}
}

int rgc_list_extend(rgc_list *list, const rgc_list *other)
{
	if (missing(list) || missing(other))
		return -1;
	size_t count = other->length;
	if (list_reserve(list, count))
		return -1;
	list_add_all(list, other->items, count);
	return 0;
}

void *rgc_list_pop(rgc_list *list, ssize_t index)
{
	check_object(list);
	rgc_object *item = rgc_list_get(list, index);
	if (!item)
		return NULL;
	rgc_object **place = list->items + bound(list, index);
	size_t after = list->length - 1 - (size_t)(place - list->items);
	if (after)
		memmove(place, place + 1, after * sizeof(*place));
	list->length--;
	list_shrink(list);
	return item;
}

int rgc_list_delete(rgc_list *list, ssize_t index)
{
	check_object(list);
	rgc_object *item = rgc_list_pop(list, index);
	if (!item)
		return -1;
	rgc_decref(item);
	return 0;
}

ssize_t rgc_list_find(const rgc_list *list, const void *item)
{
	if (missing(list) || missing(item))
		return -1;
	ssize_t found = -1;
	int equal = 0;
	rgc_incref(list);
	for (size_t i = 0; i < list->length && !equal; i++) {
		equal = rgc__items_equal_one(list->items[i], (rgc_object *)(uintptr_t)item);
		if (equal > 0)
			found = (ssize_t)i;
	}
	rgc_decref(list);
	if (!equal)
		errno = ENOENT;
	return found;
}

ssize_t rgc_list_count(const rgc_list *list, const void *item)
{
	if (missing(list) || missing(item))
		return -1;
	ssize_t count = 0;
	int equal = 0;
	rgc_incref(list);
	for (size_t i = 0; i < list->length && equal >= 0; i++) {
		equal = rgc__items_equal_one(list->items[i], (rgc_object *)(uintptr_t)item);
		count += equal > 0;
	}
	rgc_decref(list);
	return equal < 0 ? -1 : count;
}

int rgc_list_remove(rgc_list *list, const void *item)
{
	check_object(list);
	check_object(item);
	rgc_incref(list); /* equal may drop what only lent it */
	ssize_t place = rgc_list_find(list, item);
	int result = place < 0 ? -1 : rgc_list_delete(list, place);
	int error = errno;
	rgc_decref(list);
	errno = error;
	return result;
}

rgc_list *rgc_list_slice(const rgc_list *list, ssize_t from, ssize_t to)
{
	if (missing(list))
		return NULL;
	/* Bounds come after this: it may collect, and a finalizer change the list. */
	rgc_list *slice = rgc_list_new();
	if (!slice)
		return NULL;
	size_t first = bound(list, from), last = bound(list, to);
	if (first >= last)
		return slice;
	if (set_capacity(slice, last - first)) {
		rgc_decref(slice);
		return NULL;
	}
	list_add_all(slice, list->items + first, last - first);
	return slice;
}

void rgc_list_reverse(rgc_list *list)
{
	if (missing(list))
		return;
	if (!list->length)
		return;
	for (rgc_object **low = list->items, **high = low + list->length - 1; low < high; low++, high--) {
		rgc_object *item = *low;
		*low = *high;
		*high = item;
	}
}

/* A list's array, outside of it. */
struct contents {
	rgc_object **items;
	size_t length, capacity;
};

static struct contents contents_take(rgc_list *list)
{
	struct contents contents = {list->items, list->length, list->capacity};
	list->items = NULL;
	list->length = list->capacity = 0;
	return contents;
}

static void contents_put(rgc_list *list, struct contents contents)
{
	list->items = contents.items;
	list->length = contents.length;
	list->capacity = contents.capacity;
}

/* Of a list that may end meanwhile. */
static void contents_drop(struct contents contents, bool shared)
{
	rgc__items_drop((struct items){contents.items, contents.length});
	rgc__buffer_free(shared, contents.items, contents.capacity * sizeof(*contents.items));
}

int rgc_list_sort(rgc_list *list, int (*compare)(const void *a, const void *b, void *data), void *data)
{
	if (missing(list))
		return -1;
	if (!compare && rgc__sort_is_by_value(list->items, list->length))
		return rgc__sort_items(list->items, list->length, NULL, NULL);
	rgc_incref(list);
	struct contents own = contents_take(list);
	struct call call MUST_RETURN;
	call_begin(&call, "compare of a sort", NULL);
	int result = rgc__sort_items(own.items, own.length, compare, data);
	call_end(&call);
	struct contents foreign = contents_take(list);
	contents_put(list, own);
	bool disturbed = foreign.length > 0;
	contents_drop(foreign, object_is_shared(&list->rgc_head));
	rgc_decref(list);
	if (!disturbed)
		return result;
	errno = EBUSY;
	return -1;
}

void rgc_list_clear(rgc_list *list)
{
	if (missing(list))
		return;
	bool shared = object_is_shared(&list->rgc_head);
	contents_drop(contents_take(list), shared);
}

rgc_object **rgc__list_array(rgc_list *list)
{
	return list->items;
}

size_t rgc__list_owned_bytes(const void *list)
{
	return ((const rgc_list *)list)->capacity * sizeof(rgc_object *);
}

static int list_traverse(void *self, rgc_visit visit, void *argument)
{
	return rgc__items_traverse(list_items(self), visit, argument);
}

static void list_clear(void *self)
{
	rgc_list_clear(self);
}

static int list_equal(const void *self, const void *other)
{
	return RGC_IS(other, rgc_list) ? rgc__items_equal(list_items, self, other) : 0;
}

static int list_compare(const void *self, const void *other, int *order)
{
	if (RGC_IS(other, rgc_list))
		return rgc__items_compare(list_items, self, other, order);
	errno = ENOTSUP;
	return -1;
}

static rgc_str *list_repr(const void *self)
{
	return rgc__items_repr(list_items, self, "[", "", "]");
}

const struct rgc_type RGC_TYPE(rgc_list) = {
	.name = "rgc_list",
	.size = sizeof(rgc_list),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_UNHASHABLE,
	.traverse = list_traverse,
	.clear = list_clear,
	.equal = list_equal,
	.repr = list_repr,
	.compare = list_compare,
	.iter = rgc__list_iter,
};
