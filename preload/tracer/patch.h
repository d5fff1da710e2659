/*
 * patch.h - putting the jumps of a module into its code.
 *
 * All of them or none, while no code of the module runs: there is one thread, or the loader has not let the
 * object go yet.  With signals blocked by the caller.
 */
#ifndef MPROF_PRELOAD_TRACER_PATCH_H
#define MPROF_PRELOAD_TRACER_PATCH_H

#include "preload/tracer/area.h"

/* NULL; or what was refused, and the code is as it was. */
const char *patch_module(const struct plan_file *plan, const struct plan_module *module,
			 const struct object *object, const struct area *area);

/* Puts bytes of code in place of others.  False: the system lets no code be changed, and it is as it was. */
bool patch_bytes(uintptr_t place, const uint8_t *bytes, size_t count);

#endif
