/*
 * model.h - replay: from events in order to live blocks, totals, the exact peak and visits.
 *
 * Knows node ids and scope ids, never DWARF.  Memory: nodes + live blocks + scopes x threads.
 * A scope is an opaque number for "a source line" or "a source function": the caller says
 * which scopes each node's own frames stand in.
 */
#ifndef MPROF_REPORTER_MODEL_H
#define MPROF_REPORTER_MODEL_H

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

struct model_totals {
	uint64_t events;
	uint64_t allocations, frees;
	uint64_t allocated_bytes, freed_bytes;
	uint64_t live_bytes, live_blocks;                           /* at the end: leaked */
	uint64_t peak_bytes, peak_blocks, peak_time_ns, peak_event; /* the first such event, from 0 */
	uint64_t temporary;   /* freed by the allocating thread before its next allocation */
	uint64_t stray_frees; /* frees of blocks that this trace does not know */
	uint64_t inherited_frees, inherited_freed_bytes; /* of them: resolved through the parent's trace */
	uint64_t lost_frees; /* blocks that ended unseen; counted in frees and freed_bytes too */
};

/* What one node (full call path) did itself. */
struct model_node {
	uint64_t allocations, allocated_bytes; /* blocks that began here */
	uint64_t frees, freed_bytes;           /* blocks that were ended here, whoever allocated them */
	uint64_t own_frees, own_freed_bytes;   /* blocks that began here and ended, wherever */
	uint64_t live_bytes, live_blocks;      /* of the blocks that began here */
	uint64_t peak_bytes, peak_blocks;      /* the same at the global peak */
	uint64_t temporary;
	uint64_t stray_frees;
	uint64_t lifetime_ns; /* sum over own_frees */
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

/* Blocks that a fork child inherited, so that its frees of them can be named; copies. */
int model_inherit(struct model *model, const struct trace_inherited *blocks, const uint64_t *sizes_bytes,
		  size_t count);

/* A trace_events_fn; context is the model.  Nodes are below node_count, which is the reader's to check;
 * ordinals of ALLOC only grow.  Returns -ENOMEM, or -EBADMSG for a free of a block that is not live. */
int model_events(void *model, const struct trace_event *events, size_t count);

/* Ends all visits and brings peak figures up to date; then the getters are valid. */
void model_finish(struct model *model);

const struct model_totals *model_totals(const struct model *model);
const struct model_node *model_node(const struct model *model, uint32_t node);
const struct model_scope *model_scope(const struct model *model, uint32_t scope);

#endif
