/*
 * area.h - the memory in which a module's trampolines lie, near enough for jumps, and their making.
 *
 * Raw system calls.  Nothing leads into an area until its module is patched.
 */
#ifndef MPROF_PRELOAD_TRACER_AREA_H
#define MPROF_PRELOAD_TRACER_AREA_H

#include "preload/tracer/object.h"
#include "preload/unwind/original.h"
#include "preload/tracer/plan_file.h"

struct area {
	uint8_t *memory;
	size_t bytes;
	uint32_t *starts; /* of each site's trampoline, from `first` */
	uint8_t *first;
	uint32_t count;
};

/* Makes trampolines for all sites of the module that have a place; NULL, or what was refused. */
const char *area_make(struct area *area, const struct plan_file *plan, const struct plan_module *module,
		      const struct object *object);

/* Memory for so many bytes of code, near enough to jump there and back; NULL if there is none.  It may be
 * written. */
uint8_t *area_near(const struct object *object, size_t bytes);

/* Where nothing leads there; and, where nobody knows of the area, how its trampolines lie. */
void area_drop_code(struct area *area);
void area_drop_starts(struct area *area);

/* As the unwinder wants it. */
struct tracer_area area_known(const struct area *area, const struct plan_file *plan,
			      const struct plan_module *module, const struct object *object);

#endif
