/*
 * leaks.h - why blocks that were not freed are not counted as leaked: by which suppression, and by what is
 * known of libraries.
 */
#ifndef MPROF_REPORTER_PROFILE_LEAKS_H
#define MPROF_REPORTER_PROFILE_LEAKS_H

#include "profile/profile.h"

/* What one rule kept from being counted. */
struct leak_rule {
	const char *rule;    /* of suppressions "leak:PATTERN", as in the file */
	const char *pattern; /* of suppressions; NULL: none */
	const char *file;    /* that the suppression stands in; NULL: built in */
	size_t line;
	uint64_t limit_bytes;  /* of a suppression that suppresses no more; 0: none */
	uint64_t beyond_bytes; /* what matched, but was over the limit */
	uint64_t blocks, bytes;
};

/* All suppressions, those that suppressed nothing too, in the order in which they are tried; of the whole
 * program, whatever a view is of. */
const struct leak_rule *profile_suppression_rules(struct profile *profile, size_t *count);

/* What is known of libraries that kept blocks of the call paths that the view is of; greatest first. */
const struct leak_rule *profile_keeper_rules(struct profile *profile, size_t *count);

#endif
