/*
 * trie.h - call paths put together: each node once by its parent and what it is of, in the order in which
 * paths bring them, so parents before children.  Private to the tree.
 */
#ifndef MPROF_REPORTER_PROFILE_TRIE_H
#define MPROF_REPORTER_PROFILE_TRIE_H

#include "base/pool.h"
#include "profile/figure.h"

struct tree;

struct trie {                           /* after trie_init */
	uint32_t *parent, *frame, *sum; /* by node: the last is the index of its amounts + 1, or 0 */
	size_t count, parent_capacity, frame_capacity, sum_capacity;
	struct amounts *sums; /* of those nodes that have anything of their own; unweighed */
	size_t sum_count, sums_capacity;
	uint32_t *slots; /* node + 1, by a hash of parent and frame */
	size_t slot_count;
};

void trie_init(struct trie *trie); /* with its root, node 0 */
void trie_finish(struct trie *trie);

/* The child of a node that is of this frame; new or known. */
uint32_t trie_child(struct trie *trie, uint32_t parent, uint32_t frame);

/* Adds to what a node did itself. */
void trie_add(struct trie *trie, uint32_t node, const struct amounts *own);

/* What the nodes are when put into order: columns of struct tree. */
struct trie_columns {
	uint32_t *parent, *frame, *end, *first;
	struct amounts *before;
	uint32_t *place; /* by node as it was: where it is now; the caller's to free() */
};

/* Children greatest first by a figure, ties by the names of their frames. */
struct trie_ordering {
	enum figure figure;
	const char *(*name)(const void *context, uint32_t frame);
	const void *context;
};

/* In preorder, with sums weighed; of the pool.  Nothing may be added any more. */
struct trie_columns trie_order(struct trie *trie, const struct trie_ordering *ordering, uint64_t sample_bytes,
			       struct pool *pool);

/* Puts a trie of the tree's frames into order, and makes it the tree's nodes.  Returns trie_columns.place. */
uint32_t *tree_take(struct tree *tree, struct trie *trie, enum figure figure, uint64_t sample_bytes,
		    struct pool *pool);

#endif
