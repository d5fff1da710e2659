/*
 * order.h - comparisons of a list's items while functions of the program run, which may change the list.
 */
#ifndef RGC_GC_CONTAINERS_ORDER_H
#define RGC_GC_CONTAINERS_ORDER_H

#include "../core/base.h"

#include <mprof/rgc.h>

/* A list that is kept in order, or made use of. */
struct ordered {
	rgc_list *list;
	size_t length; /* which it must keep */
	rgc_compare_function compare;
	void *data;
};

/* Whether a, which is kept alive meanwhile like b, is less: 1, 0, or -1 with an error, as EBUSY. */
int rgc__ordered_less(const struct ordered *ordered, rgc_object *a, rgc_object *b);

#endif
