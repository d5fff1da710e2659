/*
 * tables.h - what events refer to: nodes, modules, labels, copied from session to trace once.
 *
 * Nodes and modules are written in order of their ids, so a batch ends before the first event
 * whose node the producer has not finished yet.
 */
#ifndef MPROF_REPORTER_DRAIN_TABLES_H
#define MPROF_REPORTER_DRAIN_TABLES_H

#include "drain/batch.h"
#include "drain/mapping.h"
#include "drain/timebase.h"

#include <stdbool.h>
#include <stdint.h>

struct tables {
	const struct mapping *mapping;
	const struct timebase *timebase;
	uint32_t nodes_ready, nodes_written;     /* ids below are; node 0 is known to all */
	uint32_t modules_ready, modules_written; /* indices below are */
	uint8_t *unloaded;                       /* per module: whether its end is written */
	uint64_t *labels;                        /* ids that are written */
	size_t label_count, label_capacity;
};

/* 0 or -ENOMEM; tables_finish in any case. */
int tables_init(struct tables *tables, const struct mapping *mapping, const struct timebase *timebase);
void tables_finish(struct tables *tables);

/* Looks how far nodes are finished; whether this one is. */
bool tables_look(struct tables *tables, uint32_t node);

/* Whether this node can be written by now. */
static inline bool tables_ready(struct tables *tables, uint32_t node)
{
	return node < tables->nodes_ready || tables_look(tables, node);
}

/* The process is dead or its thread stuck: what is not finished becomes a node without a place. */
void tables_give_up_waiting(struct tables *tables, uint32_t node);

/* Adds MODULES, UNLOADED and NODES blocks for what is new. */
void tables_write(struct tables *tables, struct batch *batch);

/* Adds the label with this id, if it is new. */
void tables_label(struct tables *tables, struct batch *batch, uint64_t id);

/* Remembers that a label is in the trace.  0 or -ENOMEM. */
int tables_know_label(struct tables *tables, uint64_t id);

#endif
