/*
 * host.h - a function that copies of others are inlined in: its instructions, and the ways that control takes
 * between them.
 */
#ifndef MPROF_REPORTER_PLANNER_HOST_H
#define MPROF_REPORTER_PLANNER_HOST_H

#include "body.h"

/* One end of a way from an instruction to another that is not the next: of a direct jump, or of an exception.
 */
struct way {
	size_t at, other; /* instructions */
};

struct way_list {
	struct way *list; /* by `at`, then by `other` */
	size_t count, capacity;
};

/* Those at one instruction: what is left of them. */
struct way_run {
	const struct way *next, *end;
};

/* Where an instruction is, as the part that is being read has it. */
enum host_place { PLACE_OUTSIDE = 0, PLACE_OWN, PLACE_BETWEEN, PLACE_LEFT_TO };

/* As all parts of it see it: read, and with nothing else in `does` than where it ends. */
struct host {
	const struct body *body;
	struct way_list in, out; /* the same ways, by where they lead and by where they come from */
	uint8_t *place;          /* enum host_place, by instruction */
};

/* Finds the ways of a body, which is to stay.  O(n log n) in its jumps and landing pads. */
void host_init(struct host *host, const struct body *body, const struct code *code);
void host_finish(struct host *host);

/* Ways to an instruction, and from one; `other` is their other end. */
struct way_run host_ways_to(const struct host *host, size_t i);
struct way_run host_ways_from(const struct host *host, size_t i);

/* Whether control comes to an instruction from the one before it, and goes on to the one behind it. */
bool host_falls_into(const struct host *host, size_t i);
bool host_falls_out_of(const struct host *host, size_t i);

static inline bool host_is_between(const struct host *host, size_t i)
{
	return host->place[i] == PLACE_BETWEEN;
}

/* The copy's own, or passed over between its pieces. */
static inline bool host_is_inside(const struct host *host, size_t i)
{
	return host->place[i] == PLACE_OWN || host_is_between(host, i);
}

#endif
