/*
 * diff.h - what differs between two recordings: by names, never by addresses, so that neither another build
 * nor another place in memory shows, and by lines as far as they are others, not as far as they have moved.
 *
 * Figures are those of call sites (profile_sites): what each place of the program's own asked for itself.
 */
#ifndef MPROF_REPORTER_PROFILE_DIFF_H
#define MPROF_REPORTER_PROFILE_DIFF_H

#include "profile/profile.h"

/* What a row is of. */
enum diff_group { DIFF_FUNCTION, DIFF_SITE, DIFF_FILE, DIFF_MODULE, DIFF_LINE, DIFF_GROUPS };

enum diff_state {
	DIFF_CHANGED,
	DIFF_NEW,
	DIFF_GONE,
	DIFF_VAGUE, /* within the margins of estimates: it may as well be none */
};

/* A figure and the number of blocks behind it. */
struct diff_value {
	uint64_t figure, blocks;
};

struct diff_row {
	const char *name;          /* of the function, file or module */
	const char *place;         /* of a site or line without a line number: "main+0x78"; else the name */
	const char *file, *module; /* of NEW, or of OLD if it is gone; "" if unknown, or if it has several */
	const char *source;        /* a line's text; NULL: not at hand */
	uint32_t old_line, new_line; /* 0: none, or unknown */
	enum diff_state state;
	struct diff_value old, new;
	uint64_t margin; /* of the difference, in 95 of 100 cases; 0: it is exact */
};

/* The difference that a row makes to the figure, and to blocks. */
int64_t diff_change(const struct diff_row *row);
int64_t diff_change_blocks(const struct diff_row *row);

/* Rows that are not told. */
struct diff_rest {
	size_t count;
	int64_t change, change_blocks; /* their sum */
};

struct diff_choice {
	enum diff_group group;
	enum figure figure;
	bool all;       /* changes that are no more than the figure's floor, or within margins, too */
	bool normalize; /* scale OLD, so that the sums of both are the same */
	size_t limit;   /* rows; 0: all */
};

struct diff {
	struct diff_row *rows; /* greatest change first, ties by name; none without any */
	size_t count;
	struct diff_rest below, vague, beyond; /* the floor; within margins; the limit */
	struct amounts old, new;               /* of all call paths that pass the filters, as recorded */
	uint64_t scale_new, scale_old;         /* OLD's figure was multiplied with their quotient */
	bool same_program;                     /* by the names of the executables */
};

/* What rows refer to lives as long as the two profiles. */
struct diff profile_diff(struct profile *old, struct profile *new, const struct diff_choice *choice);
void diff_finish(struct diff *diff);

#endif
