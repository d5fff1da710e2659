/*
 * names.h - all that reports ask a symbolizer, asked once and written down.
 */
#ifndef MPROF_REPORTER_PROFILE_NAMES_H
#define MPROF_REPORTER_PROFILE_NAMES_H

#include "names/names.h"
#include "sources/sources.h"
#include "symbolize/symbolize.h"

/* Of all code of a trace; *names is the caller's to finish by asked_names_finish.  0 or -ENOMEM. */
struct asked_names;
int asked_names_create(const struct trace_info *info, struct symbolizer *symbolizer, struct sources *sources,
		       struct asked_names **out);
const struct names *asked_names(const struct asked_names *asked);
void asked_names_destroy(struct asked_names *asked); /* NULL is fine */

#endif
