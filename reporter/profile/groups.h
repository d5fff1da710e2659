/*
 * groups.h - call paths that have a figure, from their call sites outwards, and what they have in common:
 * site, function, file, module, type or thread.
 *
 * Paths that differ only within their site are one.  The parts that paths share are kept once, so that memory
 * goes by what differs between them, however many there are.
 */
#ifndef MPROF_REPORTER_PROFILE_GROUPS_H
#define MPROF_REPORTER_PROFILE_GROUPS_H

#include "profile/profile.h"
#include "profile/ways.h"

#define GROUP_FRAMES_MAX WAY_DEPTH_MAX /* of a path: those within the site and outer ones */

enum grouping {
	GROUP_PATH, /* each by itself */
	GROUP_SITE,
	GROUP_FUNCTION, /* of the site, as the next two */
	GROUP_FILE,
	GROUP_MODULE,
	GROUP_TYPE,   /* of the blocks (mprof_track) */
	GROUP_THREAD, /* that allocated them; profile_breakdown must have told, and figures be of the whole
			 run */
	GROUPINGS,
};

/* "path", "site" ...; GROUPINGS: there is none of this name. */
enum grouping grouping_find(const char *name);
const char *grouping_name(enum grouping grouping);

/* What some paths amount to. */
struct group {
	const struct site *site; /* of its greatest path, with the amounts of the whole site */
	const char *type;        /* NULL: none, or several */
	uint32_t thread;         /* as kinds know it, by GROUP_THREAD */
	uint32_t path;           /* the greatest one: for profile_group_frames */
	uint32_t path_count;     /* those that have the figure */
	uint64_t greatest;       /* the figure of the greatest */
	struct amounts amounts;  /* of all of it, with the figure or not */
	uint32_t id, node;       /* groups.c's own */
};

struct groups {
	const struct group *list; /* greatest first, ties by place */
	size_t count;
	struct amounts total; /* of all call paths that the view is of, whether they have the figure or not */
};

/* All groups that have the figure; lives as long as the profile, and may be asked for again, by other figures
 * too. */
const struct groups *profile_groups(struct profile *profile, enum grouping grouping, enum figure figure);

/* The same, and of each node its group's index + 1, 0 for none; the caller's to free(). */
const struct groups *profile_groups_of_nodes(struct profile *profile, enum grouping grouping,
					     enum figure figure, uint32_t **of_node);

/* The frames of a group's greatest path, from its site outwards as far as the program's own code reaches;
 * how many. */
size_t profile_group_frames(const struct profile *profile, const struct group *group,
			    struct source_frame frames[GROUP_FRAMES_MAX]);

#endif
