/*
 * branches.h - where call paths branch: of functions that hold memory, those whose callees hold it do not say
 * where it goes.
 */
#ifndef MPROF_REPORTER_PROFILE_BRANCHES_H
#define MPROF_REPORTER_PROFILE_BRANCHES_H

#include "profile/profile.h"

#define BRANCH_CANDIDATES 64 /* the greatest are looked at */
#define BRANCH_SHARE 0.9 /* of a function's figure: if one callee has so much, the function passes it on */

/* By index, whether a function of these (at most BRANCH_CANDIDATES, greatest first) passes nearly all of its
 * figure on to another one of them: *passes_on is filled in. */
void find_branches(struct profile *profile, const struct source_function *const *functions, size_t count,
		   enum figure figure, bool *passes_on);

#endif
