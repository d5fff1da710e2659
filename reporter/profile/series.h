/*
 * series.h - the heap over time, and the parts in it of those groups of call paths that held most at any
 * time.
 */
#ifndef MPROF_REPORTER_PROFILE_SERIES_H
#define MPROF_REPORTER_PROFILE_SERIES_H

#include "profile/groups.h"

/* One group's part, at each point; exact. */
struct series_part {
	const struct group *group;
	const uint64_t *bytes;
	uint64_t greatest_bytes;
};

/* Points are the beginning, and of each interval its highest heap and its end. */
struct series {
	size_t count;
	const uint64_t *time_ns, *heap_bytes;
	const uint64_t *rss_bytes;       /* greatest of the interval; 0 where none was seen */
	const uint64_t *allocated_bytes; /* within the interval, at its end; else 0 */
	const struct series_part *parts; /* greatest first */
	size_t part_count;
	const uint64_t *rest_bytes; /* of all others */
	size_t rest_groups;         /* how many these are */
};

/* At most `most` parts (of 0 no name is looked up, and the rest is one group) by a grouping, of what the
 * profile's view is of (all others are left out of heap_bytes, too).  Lives as long as the profile.  0, or
 * -errno with a diagnostic: -ENOTSUP where there is no time line. O(entries of the time line). */
int profile_series(struct profile *profile, enum grouping grouping, size_t most, struct series *out,
		   struct diagnostic *diagnostic);

#endif
