/*
 * itertools.c - iterators that take from others: map, filter, chain and so on.
 */
#include "items.h"
#include "iter.h"
#include "tuple.h"
#include "../core/descent.h"
#include "../core/call.h"
#include "../core/missing.h"

#include <stdarg.h>

/* An iterator that takes from one over the iterable; `data` is a function's, or NULL. */
static rgc_iterator *over(void *iterable, iterator_step step, void *data)
{
	rgc_incref(data);
	rgc_iterator *source = rgc_iter(iterable);
	rgc_iterator *self = source ? rgc__iterator_make(step, source) : NULL;
	let_go_of(source);
	if (!self) {
		let_go_of(data);
		return NULL;
	}
	RGC_CHECK_STORE_(data);
	self->second = data;
	return self;
}

/* rgc_iter_next of an iterator behind another. */
static int take(rgc_object *iterator, void **item)
{
	if (rgc__descent_begin())
		return -1;
	int found = rgc_iter_next((rgc_iterator *)iterator, item);
	rgc__descent_end();
	return found;
}

static bool no_function(bool given)
{
	return !given && rgc__missing();
}

/* ---- functions of each item ---- */

static int map_step(rgc_iterator *self, rgc_object **item)
{
	void *taken;
	int found = take(self->source, &taken);
	if (found != 1)
		return found;
	struct call call MUST_RETURN;
	call_begin(&call, "function of a map", NULL);
	*item = self->state.map(taken, self->second);
	call_end(&call);
	let_go_of(taken);
	return *item ? 1 : -1;
}

rgc_iterator *rgc_map(void *iterable, rgc_map_function function, void *data)
{
	check_object(data);
	if (missing(iterable) || no_function(function))
		return NULL;
	rgc_iterator *self = over(iterable, map_step, data);
	if (self)
		self->state.map = function;
	return self;
}

static int passes(rgc_iterator *self, void *item)
{
	struct call call MUST_RETURN;
	call_begin(&call, "function of a filter", NULL);
	int result = self->state.filter(item, self->second);
	call_end(&call);
	return result;
}

static int filter_step(rgc_iterator *self, rgc_object **item)
{
	void *taken;
	int found;
	while ((found = take(self->source, &taken)) == 1) {
		int result = passes(self, taken);
		if (result > 0) {
			*item = taken;
			return 1;
		}
		let_go_of(taken);
		if (result < 0)
			return -1;
	}
	return found;
}

rgc_iterator *rgc_filter(void *iterable, rgc_filter_function function, void *data)
{
	check_object(data);
	if (missing(iterable) || no_function(function))
		return NULL;
	rgc_iterator *self = over(iterable, filter_step, data);
	if (self)
		self->state.filter = function;
	return self;
}

/* ---- chain ---- */

/* Has the iterator over the next iterable be the second: 1, or as rgc_iter_next. */
static int chain_begin_next(rgc_iterator *self)
{
	void *iterable;
	int found = take(self->source, &iterable);
	if (found != 1)
		return found;
	rgc_iterator *next = rgc_iter(iterable);
	let_go_of(iterable);
	if (!next)
		return -1;
	rgc_steal(&self->second, (rgc_object *)next);
	return 1;
}

static int chain_step(rgc_iterator *self, rgc_object **item)
{
	while (self->source) {
		void *taken;
		int found = self->second ? take(self->second, &taken) : 0;
		if (found == 1)
			*item = taken;
		if (found)
			return found;
		found = chain_begin_next(self);
		if (found == 1)
			continue;
		rgc__iterator_end(self);
		return found;
	}
	return 0;
}

rgc_iterator *rgc_chain_from(void *iterables)
{
	return missing(iterables) ? NULL : over(iterables, chain_step, NULL);
}

rgc_iterator *rgc_chain(size_t count, ...)
{
	va_list arguments;
	va_start(arguments, count);
	rgc_tuple *iterables = rgc__tuple_vof(__func__, count, arguments);
	va_end(arguments);
	rgc_iterator *self = iterables ? rgc_chain_from(iterables) : NULL;
	let_go_of(iterables);
	return self;
}

/* ---- islice ---- */

/* Takes and drops what is before the wanted item: 1 if that may be there, or as rgc_iter_next. */
static int slice_skip(rgc_iterator *self)
{
	while (self->source && self->state.slice.taken < self->state.slice.wanted) {
		void *between;
		int found = take(self->source, &between);
		if (found != 1)
			return found;
		self->state.slice.taken++;
		let_go_of(between);
	}
	return self->source && self->state.slice.taken < self->state.slice.stop;
}

static int slice_step(rgc_iterator *self, rgc_object **item)
{
	void *taken;
	int found = slice_skip(self);
	if (found == 1)
		found = take(self->source, &taken);
	if (found != 1) {
		rgc__iterator_end(self);
		return found;
	}
	*item = taken;
	size_t stop = self->state.slice.stop, next = self->state.slice.wanted + self->state.slice.step;
	self->state.slice.taken++;
	self->state.slice.wanted = next < stop ? next : stop;
	return 1;
}

rgc_iterator *rgc_islice(void *iterable, ssize_t start, ssize_t stop, ssize_t step)
{
	if (missing(iterable))
		return NULL;
	if (start < 0 || stop < 0 || step < 1) {
		errno = EINVAL;
		return NULL;
	}
	rgc_iterator *self = over(iterable, slice_step, NULL);
	if (!self)
		return NULL;
	self->state.slice.wanted = (size_t)start;
	self->state.slice.stop = (size_t)stop;
	self->state.slice.step = (size_t)step;
	return self;
}

/* ---- tuples ---- */

static int enumerate_step(rgc_iterator *self, rgc_object **item)
{
	void *taken;
	int found = take(self->source, &taken);
	if (found != 1)
		return found;
	rgc_int *number = rgc_int_new(self->state.number);
	self->state.number = (int64_t)((uint64_t)self->state.number + 1);
	*item = (rgc_object *)rgc_tuple_of(2, number, taken);
	rgc_decref(number);
	let_go_of(taken);
	return *item ? 1 : -1;
}

rgc_iterator *rgc_enumerate(void *iterable, int64_t start)
{
	if (missing(iterable))
		return NULL;
	rgc_iterator *self = over(iterable, enumerate_step, NULL);
	if (self)
		self->state.number = start;
	return self;
}

static int zip_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_tuple *sources = (const rgc_tuple *)self->source;
	size_t count = rgc_tuple_length(sources);
	rgc_tuple *tuple = count ? rgc_tuple_new(count) : NULL;
	if (!tuple)
		return count ? -1 : 0;
	for (size_t i = 0; i < count; i++) {
		void *taken;
		int found = take(rgc_tuple_get(sources, (ssize_t)i), &taken);
		if (found != 1) {
			let_go_of(tuple);
			return found;
		}
		rgc_tuple_init_steal(tuple, i, taken);
	}
	*item = (rgc_object *)tuple;
	return 1;
}

/* A new tuple of iterators over the items of one; NULL with errno. */
static rgc_tuple *iterators_of(const rgc_tuple *iterables)
{
	size_t count = rgc_tuple_length(iterables);
	rgc_tuple *iterators = rgc_tuple_new(count);
	for (size_t i = 0; i < count && iterators; i++) {
		rgc_iterator *iterator = rgc_iter(rgc_tuple_get(iterables, (ssize_t)i));
		if (!iterator) {
			let_go_of(iterators);
			return NULL;
		}
		rgc_tuple_init_steal(iterators, i, iterator);
	}
	return iterators;
}

rgc_iterator *rgc_zip(size_t count, ...)
{
	va_list arguments;
	va_start(arguments, count);
	rgc_tuple *iterables = rgc__tuple_vof(__func__, count, arguments);
	va_end(arguments);
	rgc_tuple *iterators = iterables ? iterators_of(iterables) : NULL;
	rgc_iterator *self = iterators ? rgc__iterator_make(zip_step, iterators) : NULL;
	let_go_of(iterators);
	let_go_of(iterables);
	return self;
}
