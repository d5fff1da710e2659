/*
 * show.h - what the commands that show one recording share: which it is, and its way from the file to the
 * output.
 */
#ifndef MPROF_REPORTER_SHOW_H
#define MPROF_REPORTER_SHOW_H

#include "diagnostic.h"
#include "options.h"
#include "report/report.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

/* A TRACE at most, and --replay; an argp child whose input is the struct. */
struct trace_options {
	const char *trace; /* NULL: the program of the newest run here */
	bool replay;
};
extern const struct argp trace_argp;

/* Prints a report in the options' format.  0, or -ENOMEM; errors of the stream are left in the stream. */
typedef int show_print_fn(FILE *out, const struct view_report *report, enum view_format format,
			  const struct view_style *style, const void *context);

struct show {
	const struct trace_options *trace;
	const struct symbol_options *symbols;
	const struct output_options *output;
	size_t sites; /* call sites, or rows of a table, to show in text; 0: a few */
	show_print_fn *print;
	const void *context; /* print's */
};

/*
 * Opens the trace that is meant, with progress told on a terminal, and prints it; warnings that the format
 * has no place for go to standard error.  `options` says what of it; sources, symbols, replay and progress
 * are filled in here. 0, or -errno with a diagnostic.
 */
int show_report(const struct show *show, struct report_options *options, struct diagnostic *diagnostic);

/* Calls back with the path of the trace that is meant, once it is up to date; returns what that returns, or
 * -errno. */
int show_trace(const char *argument,
	       int (*with)(const char *path, void *context, struct diagnostic *diagnostic), void *context,
	       struct diagnostic *diagnostic);

#endif
