/*
 * html_page.h - recordings as a page: what views tell of each, put into html's hands.
 */
#ifndef MPROF_REPORTER_VIEWS_HTML_PAGE_H
#define MPROF_REPORTER_VIEWS_HTML_PAGE_H

#include "html/page.h"
#include "views/view.h"

/* The recordings of a page: open ones, or by their paths, and then each is open only while it is written. */
struct page_recordings {
	struct profile *const *profiles; /* NULL: by path */
	const char *const *paths;
	size_t count;
	struct profile *like;                  /* paths are opened as this one was, and have its run; or */
	const struct profile_options *options; /* in this way */
};

struct page_options {
	const char *title, *editor; /* the latter NULL: the usual one */
	enum html_sources sources;
	const struct document *verdict; /* of a gate; NULL: there was none */
	bool data;                      /* alone, without the page */
};

/* Those that cannot be read are left out, and of very many those with less than the greatest peaks, with
 * warnings on standard error.  The request says what figures
 * are of, and how many rows tables have. */
void page_write(FILE *out, const struct page_recordings *recordings, const struct page_options *options,
		const struct request *request);

#endif
