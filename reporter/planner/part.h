/*
 * part.h - a copy of a function as code by itself, within the code of its host.
 */
#ifndef MPROF_REPORTER_PLANNER_PART_H
#define MPROF_REPORTER_PLANNER_PART_H

#include "copies.h"
#include "events.h"
#include "host.h"
#include "lines.h"

struct part {
	struct body body; /* the copy's own instructions */
	bool unsure;      /* it may be entered without being counted */
	bool repeated;    /* it may be several calls': its first statement begins more than once */
};

/* Reads a copy, and adds what is to be counted of it.  `number`: its index + 1. */
void part_read(struct part *part, struct host *host, const struct copy *copy, uint32_t number,
	       const struct lines_of *of, struct events *events);
void part_finish(struct part *part);

#endif
