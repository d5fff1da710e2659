/*
 * order.c - which of two objects is less.
 */
#include "order.h"
#include "../core/call.h"
#include "../core/missing.h"

#include <errno.h>

static APART int call_foreign_compare(const rgc_object *object, const rgc_object *other, int *order)
{
	struct call call MUST_RETURN;
	call_begin(&call, "compare", object->type);
	int result = object->type->compare(object, other, order);
	call_end(&call);
	return result;
}

/* As the compare of the object's type; ENOTSUP without one. */
static inline int call_compare(const rgc_object *object, const rgc_object *other, int *order)
{
	if (!object->type->compare) {
		errno = ENOTSUP;
		return -1;
	}
	return type_is_ours(object->type) ? object->type->compare(object, other, order)
					  : call_foreign_compare(object, other, order);
}

static int compare(const rgc_object *a, const rgc_object *b, int *order)
{
	if (!call_compare(a, b, order))
		return 0;
	if (a->type == b->type || errno != ENOTSUP || call_compare(b, a, order))
		return -1;
	*order = (*order < 0) - (*order > 0);
	return 0;
}

int rgc_compare(const void *a, const void *b, int *order)
{
	if (missing(a) || missing(b) || missing_pointer(order))
		return -1;
	int saved_errno = errno, found;
	if (compare(a, b, &found))
		return -1;
	errno = saved_errno;
	*order = (found > 0) - (found < 0);
	return 0;
}

static int is_less(const struct ordered *ordered, rgc_object *a, rgc_object *b)
{
	if (!ordered->compare) {
		int order;
		return rgc_compare(a, b, &order) ? -1 : order < 0;
	}
	struct call call MUST_RETURN;
	call_begin(&call, "compare of a list", NULL);
	int order = ordered->compare(a, b, ordered->data);
	call_end(&call);
	return order < 0;
}

int rgc__ordered_less(const struct ordered *ordered, rgc_object *a, rgc_object *b)
{
	rgc_incref(a);
	rgc_incref(b);
	int less = is_less(ordered, a, b), error = errno;
	rgc_decref(b);
	rgc_decref(a);
	errno = error;
	if (less >= 0 && rgc_list_length(ordered->list) != ordered->length) {
		errno = EBUSY;
		return -1;
	}
	return less;
}
