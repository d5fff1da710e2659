/*
 * scopes.h - which source lines and functions the code of call paths stands in, as the numbers the model
 * follows.
 */
#ifndef MPROF_REPORTER_PROFILE_SCOPES_H
#define MPROF_REPORTER_PROFILE_SCOPES_H

#include "replay/visits.h"
#include "profile/ownership.h"

/* A line of a function, or with line 0 the whole function, or its code that is of no single line. */
struct scope {
	uint32_t function, line;
};

#define LINE_NONE UINT32_MAX

struct scope_map {
	struct model_scopes model;
	const struct scope *scopes; /* by function, then line; a scope's id is its index */
};

/*
 * Scopes of the functions for which wanted[id] holds: each function as a whole and, if
 * `lines`, each of its lines that is met.  Returns 0 or -ENOMEM; then nothing is held.
 */
int scope_map_init(struct scope_map *map, size_t code_count, struct frame_source source, const bool *wanted,
		   bool lines);
void scope_map_finish(struct scope_map *map); /* a zeroed map is fine */

#define SCOPE_NONE UINT32_MAX

/* The id of a scope, or SCOPE_NONE. */
uint32_t scope_find(const struct scope_map *map, uint32_t function, uint32_t line);

/*
 * Adds each node's own figures to every scope on its path, once per scope however often the
 * path passes it.  sums has one entry per scope; remains is by node (enum remains).
 * Returns 0 or -ENOMEM.
 */
int scope_sums_add(const struct scope_map *map, const struct trace_node *nodes,
		   const struct figures_nodes *figures, const uint8_t *remains, uint64_t sample_bytes,
		   struct amounts *sums);

#endif
