/*
 * tuple.c - rgc_tuple: a fixed array of objects.
 */
#include "items.h"
#include "iter.h"
#include "tuple.h"
#include "../core/descent.h"
#include "../core/tracking.h"
#include "../core/missing.h"

#include <errno.h>

struct rgc_tuple {
	RGC_VAR_HEAD;
	rgc_object *items[];
};

static inline struct items tuple_items(const void *self)
{
	const rgc_tuple *tuple = self;
	return (struct items){tuple->items, tuple->rgc_head.count};
}

rgc_tuple *rgc_tuple_new(size_t count)
{
	return rgc_new_items(rgc_tuple, count);
}

static void tuple_fill_steal(rgc_tuple *tuple, size_t index, void *item)
{
	RGC_CHECK_STORE_(item);
	rgc_object *old = tuple->items[index];
	tuple->items[index] = item;
	track_child(tuple, item);
	rgc_decref(old);
}

/* Consumes the arguments' references, on failure too. */
static rgc_tuple *tuple_of_steal(size_t count, va_list arguments, bool some_missing)
{
	rgc_tuple *tuple = some_missing ? NULL : rgc_tuple_new(count);
	int error = errno;
	for (size_t i = 0; i < count; i++) {
		void *item = va_arg(arguments, void *);
		if (tuple)
			tuple_fill_steal(tuple, i, item);
		else
			rgc_decref(item);
	}
	errno = error;
	return tuple;
}

rgc_tuple *rgc__tuple_vof(const char *function, size_t count, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	bool some_missing = false;
	/* Before the tuple is made: that may collect, and a finalizer drop what only lent these. */
	for (size_t i = 0; i < count; i++) {
		void *item = va_arg(arguments, void *);
		check_argument(item, function);
		some_missing |= missing_pointer(item);
		rgc_incref(item);
	}
	rgc_tuple *tuple = tuple_of_steal(count, again, some_missing);
	va_end(again);
	return tuple;
}

rgc_tuple *rgc_tuple_of_steal(size_t count, ...)
{
	va_list arguments, again;
	va_start(arguments, count);
	va_copy(again, arguments);
	bool some_missing = false;
	for (size_t i = 0; i < count; i++)
		some_missing |= missing_pointer(va_arg(arguments, void *));
	va_end(arguments);
	rgc_tuple *tuple = tuple_of_steal(count, again, some_missing);
	va_end(again);
	return tuple;
}

rgc_tuple *rgc_tuple_of(size_t count, ...)
{
	va_list arguments;
	va_start(arguments, count);
	rgc_tuple *tuple = rgc__tuple_vof(__func__, count, arguments);
	va_end(arguments);
	return tuple;
}

int rgc_tuple_init_steal(rgc_tuple *tuple, size_t index, void *item)
{
	if (missing(item))
		return -1;
	if (missing(tuple)) {
		rgc_decref(item);
		return -1;
	}
	if (index >= tuple->rgc_head.count) {
		rgc_decref(item);
		errno = ERANGE;
		return -1;
	}
	tuple_fill_steal(tuple, index, item);
	return 0;
}

size_t rgc_tuple_length(const rgc_tuple *tuple)
{
	if (missing(tuple))
		return 0;
	return tuple->rgc_head.count;
}

void *rgc_tuple_get(const rgc_tuple *tuple, ssize_t index)
{
	if (missing(tuple))
		return NULL;
	return rgc__items_get(tuple_items(tuple), index);
}

void *rgc_tuple_ref(const rgc_tuple *tuple, ssize_t index)
{
	check_object(tuple);
	return rgc_ref(rgc_tuple_get(tuple, index));
}

static int tuple_traverse(void *self, rgc_visit visit, void *argument)
{
	return rgc__items_traverse(tuple_items(self), visit, argument);
}

static void tuple_clear(void *self)
{
	rgc_tuple *tuple = self;
	for (size_t i = tuple->rgc_head.count; i > 0; i--)
		rgc_clear(&tuple->items[i - 1]);
}

/* The rotation brings high bits, which depend on all below them, to where tables look. */
static inline uint64_t hash_add(uint64_t hash, uint64_t item)
{
	hash = (hash + item) * 0x9e3779b97f4a7c15;
	return hash << 29 | hash >> 35;
}

static int tuple_hash(const void *self, size_t *hash)
{
	const rgc_tuple *tuple = self;
	uint64_t all = tuple->rgc_head.count + 1;
	int error = rgc__descent_begin();
	if (error)
		return error;
	for (size_t i = 0; i < tuple->rgc_head.count && !error; i++) {
		size_t item = 0;
		if (tuple->items[i])
			error = rgc_hash(tuple->items[i], &item);
		all = hash_add(all, item);
	}
	rgc__descent_end();
	if (!error)
		*hash = (size_t)all;
	return error;
}

static int tuple_equal(const void *self, const void *other)
{
	return RGC_IS(other, rgc_tuple) ? rgc__items_equal(tuple_items, self, other) : 0;
}

static int tuple_compare(const void *self, const void *other, int *order)
{
	if (RGC_IS(other, rgc_tuple))
		return rgc__items_compare(tuple_items, self, other, order);
	errno = ENOTSUP;
	return -1;
}

static rgc_str *tuple_repr(const void *self)
{
	return rgc__items_repr(tuple_items, self, "(", ",", ")");
}

const struct rgc_type RGC_TYPE(rgc_tuple) = {
	.name = "rgc_tuple",
	.size = sizeof(rgc_tuple),
	.item_size = sizeof(rgc_object *),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_IMMUTABLE,
	.traverse = tuple_traverse,
	.clear = tuple_clear,
	.hash = tuple_hash,
	.equal = tuple_equal,
	.repr = tuple_repr,
	.compare = tuple_compare,
	.iter = rgc__tuple_iter,
};
