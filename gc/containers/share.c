/*
 * share.c - rgc_share: values that several threads may refer to.  Runs no code of the program's.
 */
#include "items.h"
#include "../core/descent.h"
#include "../core/header.h"
#include "../core/missing.h"
#include "../core/shared.h"

#include <errno.h>
#include <string.h>

/* Those of which all that is behind the head tells what they are, and nothing comes of a second one. */
static bool is_value(const rgc_object *object)
{
	return RGC_IS(object, rgc_str) || RGC_IS(object, rgc_int) || RGC_IS(object, rgc_float) ||
	       RGC_IS(object, rgc_bytes);
}

static void *copy_value(const rgc_object *value)
{
	const struct rgc_type *type = value->type;
	rgc_object *copy = type->item_size ? rgc__shared_new_items(type, ((const rgc_var *)value)->count)
					   : rgc_new_shared_(type);
	if (copy)
		memcpy(copy + 1, value + 1, object_bytes(value) - sizeof(*value));
	return copy;
}

/* The copy, with the items, or NULL if it is that, or there are none to be had. */
static rgc_tuple *copy_items(const rgc_tuple *tuple, rgc_tuple *copy)
{
	for (size_t i = 0; copy && i < rgc_tuple_length(tuple); i++) {
		const rgc_object *item = rgc_tuple_get(tuple, (ssize_t)i);
		rgc_object *shared = item ? rgc_share(item) : NULL;
		if (shared)
			(void)rgc_tuple_init_steal(copy, i, shared);
		if (!item || shared)
			continue;
		int error = errno;
		rgc_decref(copy);
		errno = error;
		return NULL;
	}
	return copy;
}

static rgc_tuple *copy_tuple(const rgc_tuple *tuple)
{
	if (rgc__descent_begin())
		return NULL;
	rgc_tuple *copy =
		copy_items(tuple, rgc__shared_new_items(&RGC_TYPE(rgc_tuple), rgc_tuple_length(tuple)));
	rgc__descent_end();
	return copy;
}

bool rgc_is_shared(const void *object)
{
	return !missing(object) && ((const rgc_object *)object)->refs < 0;
}

void *rgc_share(const void *pointer)
{
	if (missing(pointer))
		return NULL;
	rgc_object *object = (rgc_object *)(uintptr_t)pointer;
	if (rgc_is_shared(object))
		return rgc_ref(object);
	if (is_value(object))
		return copy_value(object);
	if (RGC_IS(object, rgc_tuple))
		return copy_tuple((const rgc_tuple *)pointer);
	errno = ENOTSUP;
	return NULL;
}
