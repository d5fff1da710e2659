/*
 * page.h - a recording, two to compare, or those of a run, as one HTML file that needs nothing else.
 *
 * The page itself is a template (page.html, made from app/) with a title and data in it: a JSON object,
 * gzipped, in base64.  Names are untrusted: they are in the data, which the page shows as text only.
 */
#ifndef MPROF_REPORTER_HTML_PAGE_H
#define MPROF_REPORTER_HTML_PAGE_H

#include "formats/document.h"
#include "profile/profile.h"

#include <stdio.h>

enum html_sources {
	HTML_SOURCES_SHOWN, /* of the functions that have line tables */
	HTML_SOURCES_NONE,
	HTML_SOURCES_ALL, /* of every file that code on call paths is of */
};

/* Fills in one of the documents that the page names.  0, or -errno with a diagnostic that says why there is
 * none: an empty one where none is missed. */
typedef int html_document_fn(const void *context, const char *name, struct profile *profile,
			     struct document *document, struct diagnostic *diagnostic);

/* A recording of the page: it may be opened when it is its turn, and is closed then; NULL: it is left out. */
typedef struct profile *html_open_fn(const void *context, size_t index);
typedef void html_close_fn(const void *context, size_t index, struct profile *profile);

struct html_page {
	const char *title;
	const char *editor;   /* where places of source lead: "vscode://file/{file}:{line}" */
	const char *narrowed; /* the options by which it is of a part only; "": it is of all */
	enum html_sources sources;
	size_t count; /* of recordings: parents first; of two to compare the older */
	html_open_fn *open;
	html_close_fn *close;
	/* Documents by name, in lists that end with NULL: of which each recording has the first row as an
	 * object; that each has; and of all recordings together (made of none). */
	const char *const *heads, *const *documents, *const *together;
	html_document_fn *make;
	const char *(*figure_title)(const struct overview *run, enum figure figure);
	const void *context; /* of all of these */
};

/* The page, or its data alone; the stream says whether writing failed.  What a recording cannot tell is left
 * out, and said among its warnings. */
void html_write(FILE *out, const struct html_page *page);
void html_write_data(FILE *out, const struct html_page *page);

#endif
