/*
 * output.h - where a command writes its result: standard output or a file.
 */
#ifndef MPROF_REPORTER_CLI_OUTPUT_H
#define MPROF_REPORTER_CLI_OUTPUT_H

#include "base/diagnostic.h"
#include "base/whole_file.h"
#include "options.h"

#include <stdbool.h>
#include <stdio.h>

struct output_file {
	FILE *stream;
	struct whole_file file; /* unless that is standard output */
};

/* NULL or "-" is standard output.  A recording is never written over (-EEXIST): whoever is used to `run -o`
 * means that one.  A file keeps what it has until output_close.  `path` stays as long.  0 or -errno with a
 * diagnostic. */
int output_open(struct output_file *output, const char *path, struct diagnostic *diagnostic);

/* Puts the file in its place; a write that failed at any time is an error here: 0 or -errno with a
 * diagnostic. */
int output_close(struct output_file *output, struct diagnostic *diagnostic);

/* The same where there is nothing to show: the file is as if nobody had opened it. */
void output_drop(struct output_file *output);

/* Opens a file, has `write` fill it, and closes it.  0, or -errno with a diagnostic. */
typedef int output_write_fn(FILE *out, void *context, struct diagnostic *diagnostic);
int output_write(const char *path, output_write_fn *write, void *context, struct diagnostic *diagnostic);

/* A recording's name with another ending; the caller's to free(). */
char *output_beside(const char *trace, const char *ending);

/* "always", "never" or "auto", which is how it begins; false for other words. */
bool output_choose_color(const char *when);

/* Colour is for people: terminals only, and NO_COLOR is respected, unless it was asked for. */
bool output_is_colorful(FILE *out);

/* A style with the options' precision, and colour and directory as fits the stream. */
struct style output_style(const struct output_options *options, FILE *out);

#endif
