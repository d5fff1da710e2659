/*
 * paths.h - the call paths of call sites: by which of them a site comes to its part in a figure.
 */
#ifndef MPROF_REPORTER_PROFILE_PATHS_H
#define MPROF_REPORTER_PROFILE_PATHS_H

#include "profile/ways.h"

struct site_paths {
	struct way *ways; /* greatest first; value is the figure, as it is shown */
	size_t count;
};

/* The paths of each of these sites, as profile_sites or profile_all_sites gave them: an array for the caller
 * to finish.  Of a site that has the figure those that have any of it; of another one all. */
struct site_paths *profile_site_paths(struct profile *profile, const struct site *const *sites, size_t count,
				      enum figure figure);
void site_paths_finish(struct site_paths *paths, size_t count);

#endif
