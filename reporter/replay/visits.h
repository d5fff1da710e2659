/*
 * visits.h - from moves between call paths to the visits of source lines and functions.
 *
 * A scope is an opaque number for "a source line" or "a source function": the caller says which scopes
 * each node's own frames stand in.  A visit: consecutive events of one thread under the scope, that is
 * below any node that has it.
 */
#ifndef MPROF_REPORTER_REPLAY_VISITS_H
#define MPROF_REPORTER_REPLAY_VISITS_H

#include "figures/figures.h"
#include "reader/reader.h"

/* Scopes of a node with code c are ids[first[c]] .. ids[first[c + 1] - 1]: those of its own frames,
 * inlined ones included, not of its ancestors. */
struct model_scopes {
	uint32_t scope_count;
	const uint32_t *first; /* one entry more than there are codes */
	const uint32_t *ids;
};

/* What happened under a scope, callees included, as far as it needs order; sums are the
 * caller's to build from nodes. */
struct model_scope {
	uint64_t visits;
	uint64_t entry_bytes; /* process-wide live bytes before a visit's first event; its maximum */
	uint64_t exit_bytes;  /* process-wide live bytes after a visit's last event; its maximum */
};

/* results: one per scope, zeroed by the caller.  Borrows nothing beyond the call.  0 or -ENOMEM. */
int visits_count(const struct figures_summary *summary, const struct trace_node *nodes,
		 const struct model_scopes *scopes, struct model_scope *results);

#endif
