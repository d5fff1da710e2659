/*
 * filter.h - which call paths a view is of.
 */
#ifndef MPROF_REPORTER_PROFILE_FILTER_H
#define MPROF_REPORTER_PROFILE_FILTER_H

#include "profile/profile.h"

/* Globs, each list ending with NULL and each may be NULL: no filter.  A module is meant by its path or by
 * what follows any "/" in it. */
struct filter {
	struct selection keep;      /* paths that pass a function that matches */
	const char *const *modules; /* and code of a module that matches */
	const char *const *ignore;  /* but none that pass a function, file or module that matches */
	const char *const *types;   /* and whose blocks have such a type (mprof_track) */
};

bool filter_empty(const struct filter *filter);

/* What is asked from now on is of these call paths alone; before any part is made.  The filter is borrowed.
 */
void profile_filter(struct profile *profile, const struct filter *filter);

/* Whether a call path is among them. */
bool profile_passes(const struct profile *profile, uint32_t node);

/* By node, whether its path passes code that is `lying`, or the root if `all`: the caller's to free(). */
bool *profile_below(const struct profile *profile, const bool *lying, bool all);

#endif
