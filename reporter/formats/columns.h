/*
 * columns.h - documents for a page: every section as columns and rows, with what a column is called and of
 * what kind its cells are.
 *
 *     {"sections": [{"name", "title", "note", "layout": "table" | "facts" | "tree" | "blocks",
 *                    "columns": [{"key", "title", "kind"}], "rows": [[cell, ...], ...],
 *                    "depth": [...] of a tree, "inner": [{"columns", "rows", "gap": [truth, ...]}, ...]
 *                    of blocks: their tables, and where rows are left out before one}]}
 *
 * Kinds are text, words (an array), count, change, bytes, bytes_change, share (of 1), time (realtime, ns),
 * duration (ns), truth, and rows, which has "columns" of its own and whose cells are arrays of rows.  What is
 * unknown is null.
 */
#ifndef MPROF_REPORTER_FORMATS_COLUMNS_H
#define MPROF_REPORTER_FORMATS_COLUMNS_H

#include "formats/document.h"

#include <stdio.h>

/* What programs get of the document, but for columns of these names (ending with NULL). */
void columns_print(FILE *out, const struct document *document, const char *const *without);

#endif
