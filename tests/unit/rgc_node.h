/* rgc_node.h - the object that the tests of rgc build graphs from. */
#ifndef RGC_NODE_H
#define RGC_NODE_H

#include <mprof/rgc.h>

typedef struct node {
	RGC_HEAD;
	struct node *next, *prev;
	long value;
} node;
RGC_DECLARE_TYPE(node);

/* Acyclic. */
typedef struct leaf {
	RGC_HEAD;
	long value;
} leaf;
RGC_DECLARE_TYPE(leaf);

/* Calls `on_finalize`. */
typedef struct guard {
	RGC_HEAD;
	void *next; /* any object */
	long value;
} guard;
RGC_DECLARE_TYPE(guard);
extern void (*on_finalize)(guard *self);

/* Two nodes that only refer to each other; returns the first, borrowed. */
node *make_pair(void);
/* The same with guards, values as given. */
guard *make_guard_pair(long first, long second);

#endif
