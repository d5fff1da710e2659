/*
 * code_object.h - which loaded object covers an address, without a lock.
 *
 * _dl_find_object (glibc 2.35) is safe in signal handlers and under the loader's lock, which
 * dl_iterate_phdr is not.  Where it is missing nothing is ever found, and walks are left to
 * the frame-pointer guess.
 */
#ifndef MPROF_PRELOAD_BASE_CODE_OBJECT_H
#define MPROF_PRELOAD_BASE_CODE_OBJECT_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#pragma weak _dl_find_object

static inline bool code_object_find(uintptr_t pc, struct dl_find_object *object)
{
	return _dl_find_object != NULL && _dl_find_object((void *)pc, object) == 0;
}

#endif
