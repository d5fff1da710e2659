/*
 * sites.h - where in a function something is to be counted: at its entry, where lines begin, and where it
 * ends.
 */
#ifndef MPROF_REPORTER_PLANNER_SITES_H
#define MPROF_REPORTER_PLANNER_SITES_H

#include "body.h"

/* Fills in `does`, where branches_read has not.  `opening` is the line on which the function opens, and its
 * entry counts for.  Gives the instruction of the entry's site. */
size_t sites_place(struct body *body, uint32_t opening);

#endif
