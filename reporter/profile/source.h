/* source.h - the text that code was compiled from. */
#ifndef MPROF_REPORTER_PROFILE_SOURCE_H
#define MPROF_REPORTER_PROFILE_SOURCE_H

#include "profile/profile.h"

/* The text of a file by its recorded path, which lives as long as the profile: NULL where there is none, or
 * another than was compiled.  Where only parts of it were recorded, the other lines are empty. */
const struct source_text *profile_source(struct profile *profile, const char *file);

#endif
