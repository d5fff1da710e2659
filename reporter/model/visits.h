/*
 * visits.h - when a thread enters and leaves scopes, and what was live then.
 *
 * Only nodes with scopes of their own matter; they form a tree much smaller than that of all
 * nodes, and a thread stands at its nearest such ancestor.  Moving from one place to another costs the
 * nodes between both and their common ancestor.
 */
#ifndef MPROF_REPORTER_MODEL_VISITS_H
#define MPROF_REPORTER_MODEL_VISITS_H

#include "model/model.h"

struct visits_thread;
struct visits_node;

struct visits {
	const struct model_scopes *scopes;
	struct visits_node *nodes;     /* one per node of the trace */
	struct model_scope *results;   /* one per scope */
	struct visits_thread *threads; /* grown as threads turn up */
	size_t thread_count;
};

/* nodes are read only here; scopes are borrowed until visits_finish.  0 or -ENOMEM. */
int visits_init(struct visits *visits, const struct trace_node *nodes, size_t node_count,
		const struct model_scopes *scopes);
void visits_finish(struct visits *visits);

/* An event of the thread at the node changed live bytes from `before` to `after`.  0 or -ENOMEM. */
int visits_event(struct visits *visits, uint32_t thread, uint32_t node, uint64_t before, uint64_t after);

/* Ends the visits that are still open, each as of its thread's last event. */
void visits_end(struct visits *visits);

#endif
