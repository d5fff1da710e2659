/*
 * events.h - what is to be counted at the instructions of a function: of its own code and of copies in it,
 * several at one instruction in the order in which they are.
 */
#ifndef MPROF_REPORTER_PLANNER_EVENTS_H
#define MPROF_REPORTER_PLANNER_EVENTS_H

#include "body.h"

/* At one instruction, in this order. */
enum event_turn {
	EVENT_CAME_OUT, /* control comes out of a copy, inner ones first */
	EVENT_OWN,      /* own code's entry, or a line */
	EVENT_COPYS,    /* a copy's entry or line, outer ones first */
	EVENT_RETURNS,  /* the function ends in a copy, inner ones first */
	EVENT_OWN_END,
	EVENT_GOES_IN, /* a copy is entered that begins right behind */
};

struct event {
	size_t at;      /* instruction */
	uint32_t copy;  /* as index + 1; 0: own code */
	uint32_t line;  /* that begins */
	uint32_t order; /* among those of one instruction */
	uint8_t does;   /* enum plan_does, or-ed */
};

struct events {
	struct event *list; /* by instruction, in order, once they are placed */
	size_t count, capacity;
};

void events_finish(struct events *events);

/* `depth`: of the copy, how many are around it. */
void events_add(struct events *events, const struct event *event, enum event_turn turn, uint32_t depth);

/* Orders them, moves them up within their blocks to where a jump fits, and says in `does` of the body's
 * instructions where some are. */
void events_place(struct events *events, struct body *body);

#endif
