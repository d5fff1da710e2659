/*
 * remember.h - adds to a trace what this machine knows of its code, so that it can be reported where program,
 * debug information and sources are not.
 */
#ifndef MPROF_REPORTER_PROFILE_REMEMBER_H
#define MPROF_REPORTER_PROFILE_REMEMBER_H

#include "profile/profile.h"

/* Adds names to a trace that has ended and has none.  That it cannot be done, since the trace is not to be
 * written to or somebody else is at it, is no error. */
void remember_names(const char *path, const struct profile_options *options);

/* The same of a profile whose names are looked up already, as those of a report are. */
void profile_remember_known(struct profile *profile);

/* Writes a copy of a trace with names and the text of the program's functions; `output` NULL: adds them to
 * it.  0, or -errno with a diagnostic. */
int remember_pack(const char *path, const char *output, const struct profile_options *options,
		  struct diagnostic *diagnostic);

#endif
