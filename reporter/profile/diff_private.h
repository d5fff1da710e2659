/* diff_private.h - what the files of the comparison share; nobody else includes it. */
#ifndef MPROF_REPORTER_PROFILE_DIFF_PRIVATE_H
#define MPROF_REPORTER_PROFILE_DIFF_PRIVATE_H

#include "profile/diff.h"
#include "profile/private.h"

/* A call site of one recording. */
struct diff_site {
	const struct source_function *function;
	uint64_t spot;
	const char *place;
	uint32_t line;          /* 0: unknown */
	struct amounts amounts; /* not weighed yet */
};

/* What rows are of: those sites of one recording that have a name in common. */
struct diff_thing {
	const char *key;           /* what the other recording's must be called */
	const char *name;          /* as it is shown */
	const char *file, *module; /* tell namesakes apart; "" if unknown */
	struct diff_site *sites;   /* by spot */
	size_t site_count;
	const struct diff_thing *other; /* the same in the other recording; NULL: there is none */
};

struct diff_side {
	struct profile *profile;
	struct diff_site *sites;
	size_t site_count;
	struct diff_thing *things;
	size_t thing_count;
	struct amounts total; /* weighed */
};

/* With the sites of both profiles made.  diff_side.c */
void diff_side_init(struct diff_side *side, struct profile *profile, const struct profile *other,
		    enum diff_group group);
void diff_side_finish(struct diff_side *side);

/* Whether a function's module was the same file in both recordings, to the byte: then addresses tell, too. */
bool diff_same_build(const struct profile *profile, const struct profile *other,
		     const struct source_function *function);

/* Finds each one's `other`.  diff_match.c */
void diff_match(struct diff_side *old, struct diff_side *new);

/* Two places, one of which may be missing. */
struct diff_pair {
	const struct diff_site *old, *new;
};

/* Which places of one function are the same, in order; one of the two things may be NULL.  At most as many
 * pairs as both have sites; returns how many.  diff_align.c */
size_t diff_align(const struct diff_side *old_side, const struct diff_thing *old,
		  const struct diff_side *new_side, const struct diff_thing *new, struct diff_pair *pairs);

/* The text of a site's line, if what is at hand is what was recorded; else NULL. */
const char *diff_source(struct profile *profile, const struct diff_site *site);

/* Of "lib/x/y.c" it is "y.c". */

#endif
