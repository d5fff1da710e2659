/* diff_rows.h - what the sections of mprof diff are made from, and those of its rows. */
#ifndef MPROF_REPORTER_VIEWS_DIFF_ROWS_H
#define MPROF_REPORTER_VIEWS_DIFF_ROWS_H

#include "profile/diff.h"
#include "views/parts.h"

enum { OLD, NEW, COMPARED }; /* the recordings */

struct comparing {
	struct document *document;
	const struct request *request;
	struct profile *const *profiles;
	const struct overview *runs[COMPARED];
	enum diff_group group;
	bool normalize;
	struct diff diff;
};

extern const char *const diff_group_names[DIFF_GROUPS];

/* "+1.2 KiB", or "+3" of what is counted. */
const char *diff_change_text(const struct comparing *of, enum figure figure, int64_t change);

/* The rows, and for programs the sums of what is left out. */
void diff_add_rows(const struct comparing *of);

#endif
