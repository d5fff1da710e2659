/*
 * numbering.h - consecutive numbers for those call-path nodes at which something happens.
 *
 * Most nodes are only passed on the way to others: what is kept of events is kept by number, and a node costs
 * no more than to know its own.  Numbers begin with 1; 0 stands for none.
 */
#ifndef MPROF_TRACE_NUMBERING_H
#define MPROF_TRACE_NUMBERING_H

#include <stddef.h>
#include <stdint.h>

struct numbering { /* all zero: no node has one */
	uint32_t *of_node;
	size_t node_capacity;
	uint32_t *nodes; /* by number */
	size_t capacity;
	uint32_t count; /* the last number that was given */
};

void numbering_finish(struct numbering *numbering);

/* The node's number, 0 if it has none. */
static inline uint32_t numbering_find(const struct numbering *numbering, uint32_t node)
{
	return node < numbering->node_capacity ? numbering->of_node[node] : 0;
}

/* The number of a node that has none yet.  0: no memory. */
uint32_t numbering_add(struct numbering *numbering, uint32_t node);

/* The node's number, given now if it has none yet.  0: no memory. */
static inline uint32_t numbering_number(struct numbering *numbering, uint32_t node)
{
	uint32_t number = numbering_find(numbering, node);

	return number ? number : numbering_add(numbering, node);
}

#endif
