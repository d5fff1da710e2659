/*
 * buffer.h - memory that an object owns besides its block: arrays and tables of containers.  It is counted by
 * rgc_heap_bytes, unless its owner is shared, and under a recording mprof it is of its owner's type.
 *
 * Who owns a buffer knows how many bytes it has.  NULL with 0 bytes is a buffer, too, in which nothing is.
 */
#ifndef RGC_GC_CORE_BUFFER_H
#define RGC_GC_CORE_BUFFER_H

#include "base.h"

#include <mprof/rgc/type.h>

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Not zeroed; NULL with ENOMEM. */
void *rgc__buffer_new(const rgc_object *owner, size_t bytes);
/* As realloc, for sizes other than 0: NULL with ENOMEM and nothing changed. */
void *rgc__buffer_resize(const rgc_object *owner, void *buffer, size_t bytes, size_t new_bytes);
/* `shared`: whether its owner, which may be gone already, is a shared object. */
void rgc__buffer_free(bool shared, void *buffer, size_t bytes);

#pragma GCC visibility pop

#endif
