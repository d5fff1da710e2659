/*
 * opened.h - hears of objects that the program opens and closes later on, before any of their code runs.
 *
 * The loader calls a function that does nothing whenever its list of objects has changed, for debuggers
 * (struct r_debug in <link.h>, r_brk): this one is led here.  Interposing dlopen would be worse: where it
 * looks for libraries depends on who calls it.
 */
#ifndef MPROF_PRELOAD_TRACER_OPENED_H
#define MPROF_PRELOAD_TRACER_OPENED_H

#include <link.h>
#include <stdbool.h>

/* Called by the thread that opens or closes something, which holds the loader's lock: once for all that are
 * gone, then for each that is new, which is not relocated yet.  May make system calls, and wait. */
struct opened_calls {
	void (*closed)(void);
	void (*opened)(const struct link_map *object);
	void (*elsewhere)(const struct link_map *object); /* in a namespace of its own (dlmopen); often */
};

/* Once, while there is one thread; what is loaded by then is known already.  False: it cannot be. */
bool opened_begin(const struct opened_calls *calls);

/* Whether an object is loaded at this address, as of when the calls are made. */
bool opened_is_loaded(uintptr_t bias);

#endif
