/*
 * begins.h - where in a function lines begin.
 *
 * A line begins where the line table says that a statement of it does, and where a jump leads to its code
 * from another line, or back.  Visits of one line that follow upwards are one: the tracer sees to that.
 */
#ifndef MPROF_REPORTER_PLANNER_BEGINS_H
#define MPROF_REPORTER_PLANNER_BEGINS_H

#include "body.h"
#include "trace/plan.h"

/* Fills in PLAN_BEGINS of `does` and `begun`; and `unseen`, where code of a line begins but no visit of it.
 */
void begins_place(struct body *body);

static inline void begins_here(struct instruction *one, uint32_t line)
{
	one->does |= PLAN_BEGINS;
	one->begun = line;
}

#endif
