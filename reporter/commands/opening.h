/*
 * opening.h - which recording an argument means, and how it is opened: what the commands that read recordings
 * share.
 */
#ifndef MPROF_REPORTER_COMMANDS_OPENING_H
#define MPROF_REPORTER_COMMANDS_OPENING_H

#include "base/diagnostic.h"
#include "base/progress.h"
#include "cli/options.h"
#include "profile/profile.h"

/* What TRACE means, for the help. */
#define OPENING_TRACE_DOC                                                                                    \
	"TRACE is a file or an index of 'mprof list'; without it, the program of the newest run here."

/* For parsers of commands that take one TRACE. */
error_t opening_take_one(struct argp_state *state, char *argument, const char **trace);

/* How a profile is to be opened: where code and source are found, and whom to tell of progress. */
void opening_fill(struct profile_options *profile, const struct symbol_options *symbols,
		  struct progress *progress);

/* Calls back with the path of the trace that is meant, once it is up to date; returns what that returns, or
 * -errno. */
int opening_trace(const char *argument,
		  int (*with)(const char *path, void *context, struct diagnostic *diagnostic), void *context,
		  struct diagnostic *diagnostic);

#endif
