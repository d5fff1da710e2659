/*
 * document.h - what a view makes and a format prints: sections of columns and rows.
 *
 * Every format prints every section and column that is for it; so text cannot show a figure that JSON lacks,
 * nor a name differ.
 */
#ifndef MPROF_REPORTER_FORMATS_DOCUMENT_H
#define MPROF_REPORTER_FORMATS_DOCUMENT_H

#include "base/pool.h"
#include "formats/table.h"

enum layout {
	LAYOUT_TABLE, /* for programs an array of objects */
	LAYOUT_FACTS, /* of one row: "Header: value" lines; an object, or, without a name, the document's keys
		       */
	LAYOUT_TREE,  /* rows in preorder, by depth: indented; nested in "children", from one root */
	LAYOUT_BLOCKS, /* each row a headline and a table of its own (`inner`) */
};

struct section {
	const char *name;  /* key of programs */
	const char *title; /* for people; headers below one have a rule, in text; NULL: none */
	enum layout layout;
	struct table table;
	uint32_t (*depth)(const void *row); /* of a tree: of the root 0 */
	/* Of blocks: a row's own table, and whether people are to see what lies between two of its rows as
	 * "...", which has no row.  Blocks have columns for people only as lines above their tables. */
	struct table (*inner)(const void *row);
	bool (*follows)(const void *before, const void *row);
	const char *note;  /* for people, below the rows, or in their place; NULL: none */
	bool for_programs; /* not shown to people: they have it in another form */
	bool only_if_rows; /* nothing is shown to people where there are none */
	bool has_warnings; /* people read them there */
};

struct document {
	struct pool pool; /* of what the sections refer to, as far as it is nobody else's */
	struct section *sections;
	size_t count, capacity;
	const char *main; /* the section that CSV has unless told otherwise */
	bool bare;        /* JSON is the main section alone */
};

void document_finish(struct document *document); /* an all-zero document is an empty one */

/* Adds a section; what it refers to lives at least as long as the document. */
struct section *document_add(struct document *document, const struct section *section);

/* NULL if there is none of this name. */
const struct section *document_find(const struct document *document, const char *name);

/* The names of those that programs have, with commas between. */
void document_names(const struct document *document, char *names, size_t names_bytes);

/* Takes columns of these names, or with one of them as a part ("totals.frees"), out of all sections; `names`
 * ends with NULL. */
void document_without(struct document *document, const char *const *names);

/* A copy of a row that lives as long as the document. */
void *document_keep(struct document *document, const void *row, size_t row_bytes);

/* These words, ending with NULL, for cells of words and lines; the words themselves are borrowed. */
const char *const *document_words(struct document *document, const char *const *words, size_t count);

#endif
