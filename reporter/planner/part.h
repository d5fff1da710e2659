/*
 * part.h - a copy of a function as code by itself, within the code of its host.
 */
#ifndef MPROF_REPORTER_PLANNER_PART_H
#define MPROF_REPORTER_PLANNER_PART_H

#include "copies.h"
#include "events.h"
#include "lines.h"

/* A way from one instruction to another that is not the next: of a direct jump, or of an exception. */
struct way {
	size_t from, to;
};

/* The host, as all parts of it see it: read, and with nothing else in `does` than where it ends. */
struct host {
	const struct body *body;
	struct way *out, *in; /* the same ways, by `from` and by `to` */
	size_t way_count, way_capacity;
	uint8_t *place; /* by instruction, of the part that is being read */
};

void host_init(struct host *host, const struct body *body, const struct code *code);
void host_finish(struct host *host);

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
