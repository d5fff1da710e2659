/*
 * exported.h - what libc itself exports, whatever else in the process goes by that name.
 *
 * Reads libc's own symbol table, and asks nobody: dlsym would go by the order in which objects were loaded,
 * and may itself be another's.  Allocates nothing, locks nothing; safe before any constructor.
 */
#ifndef MPROF_PRELOAD_LIBC_EXPORTED_H
#define MPROF_PRELOAD_LIBC_EXPORTED_H

#include <stdbool.h>

/* The default version of a function; NULL if libc has none. */
void *exported_by_libc(const char *name) __attribute__((visibility("hidden")));

#endif
