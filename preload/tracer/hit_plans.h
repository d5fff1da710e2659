/*
 * hit_plans.h - the plans that are being carried out, as hits need them.
 *
 * Plans are only added, by one thread at a time, while others count: what code has a number of is here before
 * that code is.
 */
#ifndef MPROF_PRELOAD_TRACER_HIT_PLANS_H
#define MPROF_PRELOAD_TRACER_HIT_PLANS_H

#include "preload/tracer/plan_file.h"

#include <stdbool.h>
#include <stdint.h>

/* What `does` has besides enum plan_does. */
#define HIT_ALSO 0x100u /* the next site is hit as well */
#define HIT_COPYS 0x200u

/* A copy is told from functions, and from other copies, by this and its number, in what stands for the
 * function. */
#define HIT_COPY (UINT32_C(1) << 31)

/* A site, as a hit needs it. */
struct hit_site {
	uint32_t row, function;
	uint32_t first_row; /* the function's: counts calls */
	uint32_t does;
};

/* A plan, as a hit needs it: numbers of others come before its own. */
struct hit_plan {
	const struct hit_site *sites;
	char *counts;
	size_t shard_bytes;
	uint32_t sites_before, sites_end, rows_before, rows_end;
};

struct hit_plans {
	volatile uint32_t *alive; /* 0 in a fork child: the page is wiped there */
	bool has_ticks;
	struct hit_plan plans[PLANS_MAX];
	uint32_t count;
	struct plan_file files[PLANS_MAX];
};

extern struct hit_plans hit_plans __attribute__((visibility("hidden")));

/* Before anything of the plan is patched, by one thread at a time: its numbers are behind those of the plans
 * before it, which are filled in.  The plan is to stay mapped.  False if there is no memory, or there are
 * PLANS_MAX. */
bool hit_plans_add(struct plan_file *plan);

/* In a fork child: from here on its hits count for itself.  Those of one that does not say that it is a child
 * are dropped. */
void hit_plans_after_fork(void);

/* In a fork child that is recorded: its counters stand in plans of its own, new files by these paths.  False
 * if it has none. */
bool hit_plans_continue(const char *path_of(uint32_t index, void *context), void *context);

#endif
