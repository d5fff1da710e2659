/*
 * body.h - the code of one function: its ranges, and the instructions in them.
 */
#ifndef MPROF_REPORTER_PLANNER_BODY_H
#define MPROF_REPORTER_PLANNER_BODY_H

#include "instruction.h"

struct body_range {
	uint64_t from, to;
};

struct body {
	struct body_range *ranges; /* ascending, apart from each other once they are read */
	size_t range_count, range_capacity;
	struct instruction *list; /* ascending; behind a range's come the fillers up to what is next */
	size_t count, capacity;
	uint64_t entry;
	bool switches; /* some of its jumps are indirect: where they lead was read from tables */
};

/* All zero is an empty body. */
void body_finish(struct body *body);
void body_add_range(struct body *body, uint64_t from, uint64_t to);
void body_order_ranges(struct body *body);

/* Orders the ranges and takes their code; false: another function has taken some of it. */
bool body_claim(struct body *body, struct code *code);

/* Decodes the ranges; false: something is no instruction, or there is too much. */
bool body_read(struct body *body, struct code *code);

/* The index of the first instruction at or behind an address; `count`: there is none. */
size_t body_first_from(const struct body *body, uint64_t address);

/* The instruction that begins at an address, or NULL; and the one that the address lies in. */
struct instruction *body_find(const struct body *body, uint64_t address);
struct instruction *body_around(const struct body *body, uint64_t address);

/* Whether one of its instructions calls. */
bool body_calls(const struct body *body);

/* Whether an address lies in the function's ranges. */
bool body_has(const struct body *body, uint64_t address);

/* Whether instruction i stands right behind the one before it in the list. */
static inline bool body_joined(const struct body *body, size_t i)
{
	return i > 0 && i < body->count && body->list[i - 1].at + body->list[i - 1].bytes == body->list[i].at;
}

#endif
