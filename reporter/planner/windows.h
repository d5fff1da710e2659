/*
 * windows.h - how each site of a function is patched, and which instructions that displaces.
 */
#ifndef MPROF_REPORTER_PLANNER_WINDOWS_H
#define MPROF_REPORTER_PLANNER_WINDOWS_H

#include "body.h"

struct window {
	size_t first, count;  /* instructions */
	size_t bytes;         /* of these */
	size_t springs;       /* springboards inside: five bytes each, behind its own five */
	uint64_t springboard; /* of a PLAN_SHORT_JUMP */
	uint8_t way;          /* enum plan_way */
};

struct windows {
	struct window *list; /* by address */
	size_t count, capacity;
};

/* One window a site, of those within another's trampoline an empty one behind it; the caller's to finish. */
void windows_choose(struct windows *windows, const struct body *body);
void windows_finish(struct windows *windows);

#endif
