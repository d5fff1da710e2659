/*
 * real.h - the functions behind the interposed ones.
 *
 * malloc, calloc, realloc, memalign, free, malloc_usable_size and dlclose can be called through `real` at any
 * time: until the real ones are found, they are bootstrap versions that find them on their first call. Before
 * any other, real_ensure.  Found with dlsym(RTLD_NEXT), so that a jemalloc or tcmalloc behind us stays the
 * allocator that it was; allocator.c knows those before us.
 */
#ifndef MPROF_PRELOAD_HOOKS_REAL_H
#define MPROF_PRELOAD_HOOKS_REAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct real_functions {
#define HOOK(name, result, parameters) result(*name) parameters;
#include "hooks.def"
};

extern struct real_functions real __attribute__((visibility("hidden")));

/* Finds the real functions unless that was done.  Not for signal handlers; calls the dynamic
 * loader, so the caller's reentrancy guard is INTERNAL. */
void real_resolve(void);

/* The same with the guard set; for interposed functions that have no bootstrap version.  One
 * load once it is done. */
void real_ensure(void);

/* Whether the program is built with AddressSanitizer, whose allocator must not be preceded.  To
 * be asked only where the heap is not ours: a lookup that fails leaves a message for dlerror. */
bool real_asan_present(void);

/* Finds the functions that libraries may lack.  For a constructor: a failed lookup's message is
 * taken back through dlerror, which takes libc's locale lock, and the first event of a program
 * may come from within setlocale. */
void real_find_optional(void);

/* Whether a function is of the object that the real malloc is of. */
bool real_is_of_the_allocator(const void *function);

/* Whether that object is libc itself. */
bool real_allocator_is_libc(void);

/* A function that was missing at real_resolve and may have come with a later dlopen; NULL if not. */
void *real_find_late(const char *name);

/* Blocks given to the dynamic loader before there was a real malloc.  They are never freed. */
#define REAL_BOOTSTRAP_BYTES (64u << 20) /* address space; pages come as they are touched */
extern uintptr_t real_bootstrap_start
	__attribute__((visibility("hidden"))); /* before there are any: where nothing can be */

static inline bool real_is_bootstrap(const void *block)
{
	return (uintptr_t)block - real_bootstrap_start < REAL_BOOTSTRAP_BYTES;
}

size_t real_bootstrap_size(const void *block);

/* Whether there are such blocks; once the real functions are found there come no more. */
bool real_has_bootstrap(void);

#endif
