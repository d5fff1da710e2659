/*
 * exported.h - what an object exports, libc above all, whatever else in the process goes by that name.
 *
 * Reads the object's own symbol table, and asks nobody: dlsym would go by the order in which objects were
 * loaded, and may itself be another's.  Allocates nothing, locks nothing; safe before any constructor.
 */
#ifndef MPROF_PRELOAD_LIBC_EXPORTED_H
#define MPROF_PRELOAD_LIBC_EXPORTED_H

#include <link.h>

/* The default version of a function; NULL if the object has none. */
const ElfW(Sym) * exported_by(const struct link_map *object, const char *name)
			  __attribute__((visibility("hidden")));

/* The same of libc, where it lies. */
void *exported_by_libc(const char *name) __attribute__((visibility("hidden")));

#endif
