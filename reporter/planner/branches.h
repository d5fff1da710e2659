/*
 * branches.h - where control may come to in a function, but from the instruction before; and whether all of
 * that is known.
 */
#ifndef MPROF_REPORTER_PLANNER_BRANCHES_H
#define MPROF_REPORTER_PLANNER_BRANCHES_H

#include "body.h"
#include "object_code.h"
#include "trace/plan.h"

/* Marks leaders, dead fillers, and the jumps that leave the function (PLAN_LEAVES).  PLAN_TRACED, or
 * PLAN_COMPUTED_GOTO where a jump may go anywhere. */
enum plan_refusal branches_read(struct body *body, struct object_code *object);

#endif
