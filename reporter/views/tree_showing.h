/*
 * tree_showing.h - what of a call tree is shown: to people in lines, to programs node by node.
 */
#ifndef MPROF_REPORTER_VIEWS_TREE_SHOWING_H
#define MPROF_REPORTER_VIEWS_TREE_SHOWING_H

#include "views/tree_columns.h"

struct showing {
	struct document *document;
	struct profile *profile;
	const struct request *request;
	const struct tree *tree;
	bool lines;            /* nodes are of lines */
	bool fixed;            /* the user has said which share */
	size_t depth;          /* calls; 0: any */
	uint64_t whole, floor; /* of the figure: nodes below the floor are left out */
	double share;          /* percent, of which the floor is */
};

void showing_set_share(struct showing *showing, double percent);

static inline uint64_t showing_value(const struct showing *showing, uint32_t node)
{
	return tree_figure(showing->tree, node, showing->request->figure);
}

/* For people: a chain without forks is a line.  The share is raised until that is a screen or so, unless it
 * is fixed. */
void part_tree_lines(struct showing *showing);

/* For programs: "root", and what is left out as one child "(other)" of each node. */
void part_tree_nodes(const struct showing *showing, uint64_t sample_bytes);

#endif
