/*
 * tree.h - call paths as one tree: from where programs and threads begin down to the functions that allocate,
 * or, with `callers`, from these up.  Views, flame graphs and exports all walk this one.
 *
 * Nodes lie in preorder, children greatest first by a figure.  What a node's subtree has in all lies between
 * two sums of what came before, so sums are exact whatever is rounded: the root's is the whole, and each
 * node's is its own and that of its children.
 */
#ifndef MPROF_REPORTER_PROFILE_TREE_H
#define MPROF_REPORTER_PROFILE_TREE_H

#include "profile/measure.h"

struct tree_query {
	enum figure figure; /* orders children */
	bool callers;       /* the root's children are the functions that allocate */
	/* With `callers`: what has less than this part of the figure need not be told by callers, but may
	 * stand as if it had none.  Such trees are large.  0: all of it. */
	double least_share;
	bool lines;  /* frames of one function at different lines stay apart */
	bool codes;  /* and those at different places of code; without `callers`, as the next */
	bool paths;  /* of_node is wanted */
	bool system; /* with frames of the C library, of allocators and of start-up code, which else count as
			their callers; a path of only such frames has them anyway */
	const struct measure_place *place; /* frames that lie there stay apart from others; NULL: none do */
};

/* What a node is of: a function, or with `lines` a line of it.  Each once. */
struct tree_frame {
	const struct source_function *function;
	const char *place; /* as of a call site; of the root "(root)" */
	uint32_t line;     /* with `lines` that, else where the function begins; 0 if unknown */
	bool inlined;      /* wherever it was met */
	bool system;       /* not the program's own */
	bool there;        /* lies at the query's place */
	/* With `codes`: of which code (0: none), and which of its frames, innermost 0. */
	uint32_t code, within;
};

struct tree {
	const struct tree_frame *frames; /* [0] is the root's */
	size_t frame_count, count;
	const uint32_t *parent; /* by node; the root is node 0 and its own */
	const uint32_t *frame;
	/* A node's first child is the node behind it, if that is before its end. */
	const uint32_t *end;   /* behind the last node of the subtree: the next sibling, if there is one */
	const uint32_t *first; /* index of its own sum in `before` */
	const struct amounts *before; /* what all nodes before have, one for each that has anything */
	const uint32_t *of_node; /* with `codes` or `paths`, by node of the recording: whose own figures are
				    its; 0: it has none */
};

/* Of the paths that pass the filter; the result lives as long as the profile.  Takes the names of all code.
 */
struct tree *profile_tree(struct profile *profile, const struct tree_query *query);

/* What is small: has less than this part of the whole, of each of some figures. */
struct tree_share {
	const enum figure *figures;
	size_t figure_count;
	double least;
};

/* The tree without subtrees that are small: in their place their parent has a child "(other)", before the
 * others, with all that they had.  Lives as long as the profile. */
struct tree *tree_cut(struct profile *profile, const struct tree *tree, const struct tree_share *share);

/* The tree in which no path is deeper than this and its distinct frames together: beyond it a frame that its
 * path has above already is the innermost of those again, with what lies below it.  Sums are as before;
 * children are in order of the figure.  The same tree if it is not deeper.  Lives as long as the profile. */
const struct tree *tree_fold(struct profile *profile, const struct tree *tree, enum figure figure,
			     size_t deepest);

/* How many frames the longest path has, without the root.  O(nodes). */
size_t tree_depth(const struct tree *tree);

/* What a node did itself, and with its whole subtree. */
struct amounts tree_self(const struct tree *tree, uint32_t node);
struct amounts tree_total(const struct tree *tree, uint32_t node);

/* The same of one figure. */
uint64_t tree_self_figure(const struct tree *tree, uint32_t node, enum figure figure);
uint64_t tree_figure(const struct tree *tree, uint32_t node, enum figure figure);

static inline const struct tree_frame *tree_frame(const struct tree *tree, uint32_t node)
{
	return &tree->frames[tree->frame[node]];
}

/* A function, or with `lines` a line of it: what it did itself, and what was done below it, once however
 * often a path passes it. */
struct tree_row {
	const struct tree_frame *frame;
	struct amounts self, total;
};

/* Every frame that has anything, greatest first by a figure (of it alone, if `self`), ties by name: an array
 * that lives as long as the profile. */
const struct tree_row *tree_rows(struct profile *profile, const struct tree *tree, enum figure figure,
				 bool self, size_t *count);

#endif
