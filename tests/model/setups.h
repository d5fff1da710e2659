/*
 * setups.h - the configurations of the chunk queue that are tried.
 */
#ifndef MPROF_TESTS_MODEL_SETUPS_H
#define MPROF_TESTS_MODEL_SETUPS_H

#include <stdbool.h>
#include <stddef.h>

#define PRODUCERS_MAX 3
#define CHUNKS_MAX 16

struct setup {
	const char *name;
	unsigned producers, events;
	bool leaves;      /* threads see their end, and leave their slots to the next ones */
	bool reuse;       /* the second begins when the first has ended, whose slot may be free then */
	unsigned signals; /* that may interrupt the first */
	unsigned burst;   /* events of each; 0: one */
	unsigned kills;
	bool late; /* nobody takes over before the first producer has ended */
	unsigned soft_cap;
	unsigned chunks;
	bool may_lose; /* more may be wanted than there are chunks at all */
	bool clock;    /* one for all, which the drainer shows and goes by */
	bool pauses;   /* the second, before its last event */
	unsigned deviations;
};

/* Whose every schedule with so many deviations is tried, each setup in a second or a few. */
extern const struct setup small_setups[];
extern const size_t small_setup_count;

/* Too large for that: tried at random. */
extern const struct setup large_setups[];
extern const size_t large_setup_count;

#endif
