/*
 * graph.h - the oracle of the property test: objects, edges, generations and weak references in plain arrays,
 * and what a collection of them must find.  It knows rgc's contract, and calls nothing of it.
 */
#ifndef GRAPH_H
#define GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#define GRAPH_OBJECTS 96
#define GRAPH_EDGES 8
#define GRAPH_ROOTS 12
#define NOBODY (-1)

/* FANCY objects report their finalizer and their clearing; all others end without notice. */
enum kind { LEAF, NODE, FANCY, WEAK, LIST, TUPLE, DICT, SET, KINDS };

/* Where the collector has an object: a generation, or one of these. */
enum place { OLDEST = 2, UNTRACKED, FROZEN, GARBAGE, DOOMED, PLACES };

enum state {
	UNUSED,
	ALIVE,
	ENDING, /* FANCY, without references: waits for what it reports */
	LIMBO,  /* others without references: has ended by now or will soon, which only the end of the
		   operation shows */
	DEAD,   /* forgotten when the operation ends */
};

struct object {
	enum kind kind;
	enum state state;
	int place; /* a generation or an enum place */
	void *real;
	unsigned serial; /* of two with one address the higher is the one that may still be alive */
	int refs;
	int edges[GRAPH_EDGES]; /* NOBODY is an empty field */
	int edge_count;
	bool finalized;
	bool stubborn; /* keeps its edges when the collector clears it */
	/* WEAK; edge 0 is the argument. */
	int target;   /* NOBODY once that is forgotten */
	bool cleared; /* gives NULL */
	bool has_callback, called;
	bool held;         /* the library keeps it until it is called */
	bool by_collector; /* held since a collection, not a drop */
	bool silent;       /* was unreachable itself when its target ended */
};

struct graph {
	struct object objects[GRAPH_OBJECTS];
	int roots[GRAPH_ROOTS];
	int limbo; /* objects in LIMBO */
	unsigned made;
	bool collecting, transitioned, saving_all;
	/* Of the running or the last collection. */
	int generation;
	size_t candidates, found, uncollectable;
	size_t long_lived_total, long_lived_pending;
};

void graph_init(struct graph *graph);

/* A new object with one reference; NOBODY if there is no room. */
int graph_room(const struct graph *graph);
void graph_add(struct graph *graph, int id, enum kind kind, void *real, int edge_count);

void graph_incref(struct graph *graph, int id);
void graph_decref(struct graph *graph, int id);

/* Replaces one edge; either may be NOBODY.  Containers become tracked as they must. */
void graph_set_edge(struct graph *graph, int id, int edge, int child);
void graph_insert_edge(struct graph *graph, int id, int edge, int child);
/* Removes an edge; its reference is the caller's. */
int graph_take_edge(struct graph *graph, int id, int edge);

/* Ends all objects in limbo. */
void graph_drain(struct graph *graph);

/* Clears the weak references to an object that ends. */
void graph_clear_weak(struct graph *graph, int target);
/* Holds the weak references that are to be called because of `target`, which has ended. */
void graph_hold_callbacks(struct graph *graph, int target);
/* Whether the weak reference must have been called when the operation is over. */
bool graph_is_due(const struct object *weak);

/* The first part of a collection: finds the doomed and clears weak references to them. */
void graph_begin_collection(struct graph *graph, int generation);
/* The second, after all finalizers: those still doomed end or become garbage. */
void graph_end_doomed(struct graph *graph);

/* Objects of a place. */
size_t graph_count(const struct graph *graph, int place);
bool graph_may_be_in_cycle(const struct graph *graph, int id);

#endif
