/*
 * world_parts.h - what the parts of the world share.  In every operation the oracle moves first.
 */
#ifndef WORLD_PARTS_H
#define WORLD_PARTS_H

#include "graph.h"
#include "world.h"

#include <mprof/rgc.h>

typedef struct leaf {
	RGC_HEAD;
	long value;
} leaf;
RGC_DECLARE_TYPE(leaf);

typedef struct node {
	RGC_HEAD;
	long value;
	void *first, *second;
} node;
RGC_DECLARE_TYPE(node);

typedef struct fancy {
	RGC_HEAD;
	int id;
	void *fields[2];
} fancy;
RGC_DECLARE_TYPE(fancy);

struct world_state {
	const uint8_t *at, *end;
	int depth;         /* of user code */
	int running_ahead; /* the oracle has done what the library does step by step */
	bool has_drained;  /* the same, until the drops at hand are done */
	bool dropping;     /* the library may only queue what is dropped now */
	bool dropping_outside;
	bool enabled;
	unsigned thresholds[RGC_GENERATIONS];
	bool explicitly; /* inside rgc_collect */
	unsigned starts; /* of collections */
	struct rgc_stats sums[RGC_GENERATIONS];
};

extern struct graph graph;
extern struct world_state now;

/* ---- world_state.c ---- */

void must(bool ok, const char *what, int id);
unsigned next_byte(void);
int choose(int count);
struct object *get(int id);
void *real(int id); /* NULL for NOBODY */

/* Whether the oracle knows the exact counts. */
bool is_certain(void);
/* When drops have been carried out; in the middle of them. */
void settle(void);
void drain_early(void);

void hold(int id);
void release(int id);
/* Consumes a reference. */
void put_root(int root, int id);
/* An object at the end of a short path from a root, or NOBODY. */
int pick(void);

/* ---- world_functions.c ---- */

void run_user_code(void);
void on_weak(rgc_weak *pointer, void *argument);

/* ---- world_collector.c ---- */

void on_collection(enum rgc_phase phase, const struct rgc_info *info, void *unused);
void do_collect(void);
void set_enabled(bool on);
void do_threshold(void);
void do_freeze(bool freeze);
void do_save_all(void);
void do_garbage_clear(void);

/* ---- world_changes.c ---- */

bool is_container(enum kind kind);
void do_change(void);
void do_clear(void);
void do_track(bool track);

/* ---- world_compare.c ---- */

void forget_dead(void);
void compare(void);

/* ---- world.c ---- */

void do_weak_get(int id);
void operate(void);

#endif
