/*
 * model.h - replay: from events in order to live blocks, totals, the exact peak and visits.
 *
 * Knows node ids and scope ids, never DWARF.  Memory: nodes + live blocks + scopes x threads.
 * A scope is an opaque number for "a source line" or "a source function": the caller says
 * which scopes each node's own frames stand in.
 */
#ifndef MPROF_REPORTER_MODEL_H
#define MPROF_REPORTER_MODEL_H

#include "figures/figures.h"
#include "reader/reader.h"

#include <stddef.h>
#include <stdint.h>

struct model;

/* Scopes of node n are ids[first[n]] .. ids[first[n + 1] - 1]: those of its own frames,
 * inlined ones included, not of its ancestors.  Borrowed until model_destroy. */
struct model_scopes {
	uint32_t scope_count;
	const uint32_t *first; /* node_count + 1 entries */
	const uint32_t *ids;
};

/* What happened under a scope, callees included, as far as it needs order; sums are the
 * caller's to build from nodes.  A visit: consecutive events of one thread under the scope. */
struct model_scope {
	uint64_t visits;
	uint64_t entry_bytes; /* process-wide live bytes before a visit's first event; its maximum */
	uint64_t exit_bytes;  /* process-wide live bytes after a visit's last event; its maximum */
};

/* nodes: as in trace_info, borrowed.  scopes may be NULL: no visits are followed then.
 * Returns NULL with errno ENOMEM. */
struct model *model_create(const struct trace_node *nodes, size_t node_count,
			   const struct model_scopes *scopes);
void model_destroy(struct model *model); /* NULL is fine */

/* Before any event: blocks were sampled at this mean interval, and figures are estimates; see weight.h. */
void model_sampled(struct model *model, uint64_t sample_bytes);

/* Blocks that a fork child inherited, so that its frees of them can be named; copies. */
int model_inherit(struct model *model, const struct trace_inherited *blocks, const uint64_t *sizes_bytes,
		  size_t count);

/* A trace_events_fn; context is the model.  Nodes are below node_count, which is the reader's to check;
 * ordinals of ALLOC only grow.  Returns -ENOMEM, or -EBADMSG for a free of a block that is not live. */
int model_events(void *model, const struct trace_event *events, size_t count);

/* Figures that somebody else has counted, with no events to replay: only the getters of totals and
 * nodes may be used.  Borrows the summary until model_destroy.  NULL with errno ENOMEM. */
struct model *model_from_summary(const struct figures_summary *summary);

/* Ends all visits and brings peak figures up to date; then the getters are valid. */
void model_finish(struct model *model);

const struct model_totals *model_totals(const struct model *model);
const struct model_node *model_node(const struct model *model, uint32_t node);
const struct model_scope *model_scope(const struct model *model, uint32_t scope);

#endif
