/*
 * valgrind.c - see valgrind.h.  Reads the loader's list of objects without its lock: those that are preloaded
 * stay at its beginning.
 */
#include "preload/base/valgrind.h"

#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

/* It preloads a library of its own into all that it runs. */
static bool is_loaded(void)
{
	for (const struct link_map *object = _r_debug.r_map; object; object = object->l_next)
		if (strstr(object->l_name, "/vgpreload_core"))
			return true;
	return false;
}

bool valgrind_runs_us(void)
{
	static _Atomic int answer; /* 0: not known */
	/* Relaxed: the word is all there is, and any thread finds the same. */
	int known = atomic_load_explicit(&answer, memory_order_relaxed);
	if (known == 0) {
		known = is_loaded() ? 1 : -1;
		atomic_store_explicit(&answer, known, memory_order_relaxed);
	}
	return known > 0;
}
