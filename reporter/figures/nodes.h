/*
 * nodes.h - the figures of all call-path nodes that have any, once counting is over: packed, by node.
 *
 * Traces have them as varints, mostly small ones, and that is how they are kept: some 15 bytes for a node
 * instead of 120.  Who wants them all walks, in order of nodes; who wants one finds it.
 */
#ifndef MPROF_REPORTER_FIGURES_NODES_H
#define MPROF_REPORTER_FIGURES_NODES_H

#include "trace/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one node (full call path) did itself, as words of BLOCK_SUMMARY, in this order: new ones behind. */
#define NODE_WORDS(WORD)                                                                                     \
	WORD(allocations) /* blocks that began here */                                                       \
	WORD(allocated_bytes)                                                                                \
	WORD(frees) /* blocks that were ended here, whoever allocated them */                                \
	WORD(freed_bytes)                                                                                    \
	WORD(own_frees) /* blocks that began here and ended, wherever */                                     \
	WORD(own_freed_bytes)                                                                                \
	WORD(peak_bytes) /* of the blocks that began here, at the global peak */                             \
	WORD(peak_blocks)                                                                                    \
	WORD(temporary)                                                                                      \
	WORD(stray_frees)                                                                                    \
	WORD(lifetime_ns)      /* sum over own_frees, in coarse steps; only the drainer knows it, else 0 */  \
	WORD(collected_blocks) /* of own_frees: by a collector */                                            \
	WORD(collected_bytes)

#define NODE_FIELD(name) uint64_t name;
struct model_node {
	NODE_WORDS(NODE_FIELD)
	uint64_t live_bytes, live_blocks; /* of the blocks that began here: they follow from the others */
};
#undef NODE_FIELD

static inline bool model_node_is_idle(const struct model_node *node)
{
	return node->allocations == 0 && node->frees == 0 && node->stray_frees == 0 && node->peak_blocks == 0;
}

/* Whether blocks began here: in a window of the run, at least before it. */
static inline bool model_node_has_blocks(const struct model_node *node)
{
	return node->allocations > 0 || node->peak_blocks > 0;
}

struct figures_mark;

struct figures_nodes { /* all zero: no node has any */
	struct buffer packed;
	struct figures_mark *marks; /* where some of them are */
	size_t mark_capacity;
	size_t count; /* nodes */
	uint32_t end; /* all nodes are below */
};

void figures_nodes_finish(struct figures_nodes *nodes);

/* Adds the figures of a node behind all others'; none are left out.  0 or -ENOMEM. */
int figures_nodes_add(struct figures_nodes *nodes, uint32_t node, const struct model_node *figures);

/* The node's figures; all zero if it has none. */
struct model_node figures_nodes_find(const struct figures_nodes *nodes, uint32_t node);

/* ---- one after the other --------------------------------------------------- */

struct figures_walk {
	struct varint_cursor at;
	uint32_t end; /* behind the node that was taken last */
};

struct figures_walk figures_walk(const struct figures_nodes *nodes);

/* The next node that has figures; false: there is none. */
bool figures_walk_next(struct figures_walk *walk, uint32_t *node, struct model_node *figures);

/* The figures of this node, which is behind all that were asked for or taken before; all zero if it has none.
 */
struct model_node figures_walk_to(struct figures_walk *walk, uint32_t node);

/* ---- words ------------------------------------------------------------------ */

#define NODE_WORD_COUNT(name) +1
enum { FIGURES_NODE_WORDS = 0 NODE_WORDS(NODE_WORD_COUNT) }; /* a node's figures in a trace */

void figures_node_pack(const struct model_node *figures, struct buffer *payload);

/* Whether the words do not contradict each other, as those of a whole run do not. */
bool figures_node_sound(const struct model_node *figures);

/* Takes the first so many words, the others being 0, and works out what follows from them.  False: they are
 * not there. */
bool figures_node_unpack(struct varint_cursor *payload, size_t words, struct model_node *figures);

#endif
