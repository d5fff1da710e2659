/*
 * list.h - a list's array, for those who put its items in order.
 */
#ifndef RGC_GC_CONTAINERS_LIST_H
#define RGC_GC_CONTAINERS_LIST_H

#include "../core/base.h"

#include <mprof/rgc.h>

/* Its items may be exchanged with each other.  Good until the list changes. */
rgc_object **rgc__list_array(rgc_list *list);

#endif
