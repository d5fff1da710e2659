/*
 * iter.h - what an iterator is made of, for the files that have kinds of them.
 */
#ifndef RGC_GC_CONTAINERS_ITER_H
#define RGC_GC_CONTAINERS_ITER_H

#include "../core/base.h"

#include <mprof/rgc.h>

#include <errno.h>

MPROF_RUNTIME

/* Gives the next item as rgc_iter_next does.  The iterator is kept alive meanwhile; its source is not NULL at
 * first, but may be after any call of the program's functions. */
typedef int (*iterator_step)(rgc_iterator *self, rgc_object **item);

/* Fields and nothing else, so that the collector and the end of long chains need no function of it. */
struct rgc_iterator {
	RGC_HEAD;
	rgc_object *source; /* what items come from; NULL: there are no more */
	rgc_object *second; /* a function's data, or whatever the kind needs; may be NULL */
	iterator_step step;
	union {
		struct {
			size_t place, length;
		} sequence;
		struct {
			rgc_cursor cursor;
			size_t length; /* when the iterator was made */
		} table;
		struct {
			int64_t value, step;
			uint64_t left;
		} range;
		struct {
			rgc_next_function next;
			bool has_data, running;
		} generator;
		struct {
			size_t taken, wanted, stop, step;
		} slice;
		rgc_map_function map;
		rgc_filter_function filter;
		int64_t number;
	} state;
};

/* rgc_decref where errno says already what happened. */
static inline void let_go_of(void *object)
{
	int saved_errno = errno;
	rgc_decref(object);
	errno = saved_errno;
}

#pragma GCC visibility push(hidden)

/* A new iterator with its own reference to a source, which is not NULL; owned, NULL with ENOMEM. */
rgc_iterator *rgc__iterator_make(iterator_step step, void *source);

/* There are no more items: drops what the iterator refers to, and returns 0; errno stays. */
int rgc__iterator_end(rgc_iterator *self);

/* The `iter` functions of the library's own types. */
rgc_iterator *rgc__list_iter(void *list);
rgc_iterator *rgc__tuple_iter(void *tuple);
rgc_iterator *rgc__str_iter(void *string);
rgc_iterator *rgc__dict_iter(void *dict);
rgc_iterator *rgc__set_iter(void *set);
rgc_iterator *rgc__frozenset_iter(void *set);
rgc_iterator *rgc__deque_iter(void *deque);
rgc_iterator *rgc__counter_iter(void *counter);
rgc_iterator *rgc__defaultdict_iter(void *dict);
rgc_iterator *rgc__array_iter(void *array);
rgc_iterator *rgc__bytes_iter(void *bytes);

#pragma GCC visibility pop

#endif
