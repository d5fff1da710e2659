/*
 * private.h - what the files of reporter/html share; nobody else includes it.
 */
#ifndef MPROF_REPORTER_HTML_PRIVATE_H
#define MPROF_REPORTER_HTML_PRIVATE_H

#include "base/texts.h"
#include "html/page.h"
#include "profile/partial.h"
#include "profile/tree.h"

/* Data on their way. */
struct writer {
	FILE *out;
	const struct html_page *page;
	struct texts texts;
	size_t nodes_left, recordings_left; /* of what a page holds */
	struct pool pool;                   /* of these: */
	const char **remarks;               /* what a recording cannot tell, and why */
	size_t remark_count, remark_capacity;
};

/* A line among the recording's warnings. */
void writer_remark(struct writer *writer, const char *remark);

/* A document as an object, or null with a remark; without its source text, which is elsewhere. */
void writer_print_document(struct writer *writer, const char *name, struct profile *profile);

/* A call tree as the page has it: of large ones the nodes with the greatest shares of any figure, and what is
 * left out of a node below one child of it, by whose it is. */
struct shown_tree {
	const struct tree *tree;
	enum figure figures[PARTIAL_FIGURES];
	size_t figure_count;
	uint32_t *number;         /* by node of the tree: that of the page */
	bool *left;               /* by node of the tree: it is left out */
	uint32_t *parent, *frame; /* by node of the page, in preorder */
	size_t count;
	size_t left_out;    /* nodes of the tree */
	double other_share; /* greatest part of any figure that these have, 0 to 1 */
};

/* At most so many nodes, where that can be.  shown.c */
void shown_tree_make(struct shown_tree *shown, struct profile *profile, size_t most);
void shown_tree_finish(struct shown_tree *shown);

/* "figures", "frames", "nodes" and "cut", with commas between.  nodes.c */
void shown_tree_print(struct writer *writer, const struct shown_tree *shown, const struct overview *run);

/* An array of `count` numbers, each that many behind the one before. */
void print_differences(FILE *out, const uint32_t *numbers, size_t count);

/* "time": the run over time, by these nodes; null where that is not known.  time.c */
void time_print(struct writer *writer, struct profile *profile, const struct shown_tree *shown);

/* "sources": as much text as the page is to have.  sources.c */
void sources_print(struct writer *writer, struct profile *profile, const struct tree *tree);

/* One recording.  recording.c */
void recording_print(struct writer *writer, struct profile *profile);

#endif
