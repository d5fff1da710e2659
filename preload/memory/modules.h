/*
 * modules.h - loaded objects as the session names them.
 *
 * An object is registered when code of it is first met.  Lock-free, safe in signal handlers;
 * the same object met by two threads at once may get two entries, which say the same.
 */
#ifndef MPROF_PRELOAD_MEMORY_MODULES_H
#define MPROF_PRELOAD_MEMORY_MODULES_H

#include "trace/session.h"

#include <dlfcn.h>

/* Once, at start, before any other call.  `clock_ticks` stamps modules as they are met; `program` is the path
 * of what the dynamic linker has no name for, and must stay. */
void modules_init(uint64_t (*clock_ticks)(void), const char *program);

/* Index + 1 of the object in the session's table (at most NODE_MODULE_MASK); 0 if there is no
 * session or no room. */
uint32_t modules_find(const struct dl_find_object *object);

/* After a dlclose and before unwind_code_changed: marks the modules that are gone, so that what
 * is loaded in their place later is another module. */
struct arena;
void modules_after_dlclose(struct arena *arena, uint64_t ticks);

#endif
