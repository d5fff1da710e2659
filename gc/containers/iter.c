/*
 * iter.c - rgc_iterator: what holds for iterators of all kinds, and what is done with all items of one.
 */
#include "iter.h"
#include "../core/call.h"
#include "../core/missing.h"

#include <errno.h>

RGC_DEFINE_PUBLIC_TYPE((NULL, NULL, NULL, NULL), rgc_iterator, source, second);

static rgc_iterator *call_iter(rgc_object *iterable)
{
	struct call call MUST_RETURN;
	call_begin(&call, "iter", iterable->type);
	rgc_iterator *iterator = iterable->type->iter(iterable);
	call_end(&call);
	return iterator;
}

rgc_iterator *rgc_iter(void *iterable)
{
	if (missing(iterable))
		return NULL;
	rgc_object *object = iterable;
	if (RGC_IS(object, rgc_iterator))
		return rgc_ref((rgc_iterator *)iterable);
	if (!object->type->iter) {
		errno = ENOTSUP;
		return NULL;
	}
	rgc_incref(object);
	rgc_iterator *iterator = call_iter(object);
	let_go_of(object);
	return iterator;
}

rgc_iterator *rgc__iterator_make(iterator_step step, void *source)
{
	/* Before the iterator is made: that may collect, and a finalizer drop what only lent it. */
	rgc_incref(source);
	rgc_iterator *self = rgc_new(rgc_iterator);
	if (!self) {
		rgc_decref(source);
		return NULL;
	}
	RGC_CHECK_STORE_(source);
	self->source = source;
	self->step = step;
	return self;
}

int rgc__iterator_end(rgc_iterator *self)
{
	let_go_of(rgc_take(&self->source));
	let_go_of(rgc_take(&self->second));
	return 0;
}

int rgc_iter_next(rgc_iterator *iterator, void **item)
{
	if (missing(iterator) || missing_pointer(item))
		return -1;
	if (!iterator->source)
		return 0;
	rgc_object *next = NULL;
	int saved_errno = errno;
	rgc_incref(iterator);
	int found = iterator->step(iterator, &next);
	let_go_of(iterator);
	if (found < 0)
		return found;
	errno = saved_errno; /* functions of the program may have changed it */
	if (found)
		*item = next;
	return found;
}

void *rgc_next(rgc_iterator *iterator)
{
	check_object(iterator);
	void *item = NULL;
	return rgc_iter_next(iterator, &item) == 1 ? item : NULL;
}

static int add_rest(rgc_list *list, rgc_iterator *iterator)
{
	void *item;
	int found;
	while ((found = rgc_iter_next(iterator, &item)) == 1)
		if (rgc_list_append_steal(list, item))
			return -1;
	return found;
}

int rgc_list_extend_from(rgc_list *list, void *iterable)
{
	if (missing(list) || missing(iterable))
		return -1;
	if (RGC_IS(iterable, rgc_list))
		return rgc_list_extend(list, iterable);
	rgc_iterator *iterator = rgc_iter(iterable);
	if (!iterator)
		return -1;
	rgc_incref(list);
	int result = add_rest(list, iterator);
	let_go_of(list);
	let_go_of(iterator);
	return result;
}

rgc_list *rgc_list_from(void *iterable)
{
	if (missing(iterable))
		return NULL;
	rgc_incref(iterable);
	rgc_list *list = rgc_list_new();
	if (list && rgc_list_extend_from(list, iterable)) {
		let_go_of(list);
		list = NULL;
	}
	let_go_of(iterable);
	return list;
}
