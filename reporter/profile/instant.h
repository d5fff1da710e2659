/*
 * instant.h - moments of a run as users write them.
 */
#ifndef MPROF_REPORTER_PROFILE_INSTANT_H
#define MPROF_REPORTER_PROFILE_INSTANT_H

#include "profile/profile.h"

/* Times as users write them. */
#define INSTANT_TIMES                                                                                        \
	"1.5s, 20%, start, peak, end, or the name of a mark or phase: load, load:end, load#3 (the third)"

struct instant {
	uint64_t time_ns;
	uint64_t events; /* how many came before; INSTANT_BY_TIME: it is known by its time alone */
	bool peak;       /* the highest point of the whole run */
};

#define INSTANT_BY_TIME UINT64_MAX

/* See struct window_choice.  0, or -EINVAL with a diagnostic that says what there is. */
int instant_parse(struct profile *profile, const char *option, const char *text, struct instant *out,
		  struct diagnostic *diagnostic);

#endif
