/*
 * show.h - what the commands that show recordings share: options, which recording it is, and its way from the
 * file to the output.
 */
#ifndef MPROF_REPORTER_CLI_SHOW_H
#define MPROF_REPORTER_CLI_SHOW_H

#include "base/diagnostic.h"
#include "options.h"
#include "base/progress.h"
#include "profile/profile.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

struct show_options {
	struct output_options output;
	struct symbol_options symbols; /* the command's to finish */
	const char *trace;             /* NULL: the program of the newest run here */
	bool replay;
};

/* The argp children of such a command, which sets the struct as the input of the first.  They take one TRACE
 * at most; a command that takes more of them sees to its arguments itself. */
extern const struct argp_child show_children[];

/* What TRACE means, for the help. */
#define SHOW_TRACE_DOC                                                                                       \
	"TRACE is a file or an index of 'mprof list'; without it, the program of the newest run here."

/* How a report is to be read: where code and source are found, and whom to tell of progress. */
void show_fill_options(struct profile_options *report, const struct symbol_options *symbols,
		       struct progress *progress);

/* Prints a report in the options' format.  0, or -ENOMEM; errors of the stream are left in the stream. */
typedef int show_print_fn(FILE *out, const struct view_report *report, enum view_format format,
			  const struct view_style *style, const void *context);

/* On standard error, for formats that have no place for them; `trace` is named where several are shown, else
 * NULL. */
void show_warnings(const struct view_report *report, const char *trace, bool all);

struct show {
	const struct show_options *options;
	size_t sites; /* call sites, or rows of a table, to show in text; 0: a few */
	bool all_warnings;
	show_print_fn *print;
	const void *context; /* print's */
};

/*
 * Opens the trace that is meant, with progress told on a terminal, and prints it; warnings that the format
 * has no place for go to standard error.  `options` says what of it; sources, symbols, replay and progress
 * are filled in here. 0, or -errno with a diagnostic.
 */
int show_report(const struct show *show, struct profile_options *options, struct diagnostic *diagnostic);

/* Calls back with the path of the trace that is meant, once it is up to date; returns what that returns, or
 * -errno. */
int show_trace(const char *argument,
	       int (*with)(const char *path, void *context, struct diagnostic *diagnostic), void *context,
	       struct diagnostic *diagnostic);

#endif
