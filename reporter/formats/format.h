/*
 * format.h - how a document is printed: formats.def is the list.
 */
#ifndef MPROF_REPORTER_FORMATS_FORMAT_H
#define MPROF_REPORTER_FORMATS_FORMAT_H

#include "formats/document.h"
#include "formats/style.h"

#include <stdio.h>

/* Write errors stay with the stream, for its owner to see. */
typedef void format_fn(FILE *out, const struct document *document, const struct style *style);

struct format {
	const char *name, *words; /* as in --format; what it is, for help */
	bool for_people;          /* leaves out what programs alone need, and is told the reader's width */
	format_fn *print;
};

extern const struct format formats[]; /* ends with a NULL name; the first is the usual one */

const struct format *format_find(const char *name); /* NULL: there is none */

/* Their names, for errors: "text, json or csv". */
void format_names(char *text, size_t text_bytes);

/* The formats themselves. */
#define FORMAT(name, words, for_people) format_fn format_as_##name;
#include "formats/formats.def"
#undef FORMAT

/* Whether a column is to be shown to people in this style. */
bool format_shows(const struct column *column, const struct style *style);

/* The columns of a table that people get, at most TABLE_COLUMNS_MAX, ending with NULL. */
void format_columns(const struct table *table, const struct style *style,
		    const struct column *shown[TABLE_COLUMNS_MAX + 1]);

/* A name in --columns that is no column's that may be asked for; NULL: all are.  `known`: those that are. */
const char *format_unknown_column(const struct document *document, const struct style *style, char *known,
				  size_t known_bytes);

#endif
