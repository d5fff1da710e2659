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

/* ---- all items of one ---- */

/* Takes the item. */
typedef int (*add_function)(void *container, void *item);

static int add_to_list(void *list, void *item)
{
	return rgc_list_append_steal(list, item);
}

static int add_to_set(void *set, void *item)
{
	int added = rgc_set_add(set, item);
	let_go_of(item);
	return added < 0 ? -1 : 0;
}

static int add_rest(void *container, rgc_iterator *iterator, add_function add)
{
	void *item;
	int found;
	while ((found = rgc_iter_next(iterator, &item)) == 1)
		if (add(container, item))
			return -1;
	return found;
}

static int add_all(void *container, void *iterable, add_function add)
{
	rgc_iterator *iterator = rgc_iter(iterable);
	if (!iterator)
		return -1;
	rgc_incref(container);
	int result = add_rest(container, iterator, add);
	let_go_of(container);
	let_go_of(iterator);
	return result;
}

int rgc_list_extend_from(rgc_list *list, void *iterable)
{
	if (missing(list) || missing(iterable))
		return -1;
	return RGC_IS(iterable, rgc_list) ? rgc_list_extend(list, iterable)
					  : add_all(list, iterable, add_to_list);
}

int rgc_set_update_from(rgc_set *set, void *iterable)
{
	if (missing(set) || missing(iterable))
		return -1;
	return RGC_IS(iterable, rgc_set) ? rgc_set_update(set, iterable) : add_all(set, iterable, add_to_set);
}

rgc_set *rgc_set_from(void *iterable)
{
	if (missing(iterable))
		return NULL;
	rgc_incref(iterable);
	rgc_set *set = rgc_set_new();
	if (set && rgc_set_update_from(set, iterable)) {
		let_go_of(set);
		set = NULL;
	}
	let_go_of(iterable);
	return set;
}

rgc_tuple *rgc_tuple_from(void *iterable)
{
	rgc_list *list = rgc_list_from(iterable);
	rgc_tuple *tuple = list ? rgc_tuple_new(rgc_list_length(list)) : NULL;
	for (size_t i = 0; tuple && i < rgc_tuple_length(tuple); i++)
		rgc_tuple_init_steal(tuple, i, rgc_list_ref(list, (ssize_t)i));
	let_go_of(list);
	return tuple;
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
