/*
 * outputs.h - where a check's result goes: several formats at once, to files and to standard output.
 */
#ifndef MPROF_REPORTER_GATE_FORMATS_OUTPUTS_H
#define MPROF_REPORTER_GATE_FORMATS_OUTPUTS_H

#include "gate/formats/formats.h"
#include "base/diagnostic.h"

#include <stddef.h>

struct output {
	const struct check_format *format;
	const char *path; /* NULL: the standard stream; %e is the program's name, %p the process, %% a % */
};

/* "FORMAT" or "FORMAT=FILE"; 0 or -EINVAL with a diagnostic.  The path is borrowed from the text. */
int output_parse(const char *text, struct output *out, struct diagnostic *diagnostic);

/* Whether what is printed can be written there, asked before it costs anything; a name with a % in it is
 * taken on trust.  0 or -errno with a diagnostic. */
int outputs_check(const struct output *outputs, size_t count, struct diagnostic *diagnostic);

/* Whether each has a place of its own: no file is named twice, and what is to be read by machines has nothing
 * beside it on the standard stream.  0 or -EINVAL with a diagnostic. */
int outputs_parted(const struct output *outputs, size_t count, struct diagnostic *diagnostic);

struct output_place {
	FILE *standard; /* what has no file goes there */
	int pid;        /* for %p */
	struct check_style style;
};

/*
 * Prints all outputs: files as a whole or not at all.  Where none goes to the standard stream, text does. The
 * Markdown of it all is appended to the file that $GITHUB_STEP_SUMMARY names.  One that cannot be written
 * keeps none of the others back.  0 or -errno with a diagnostic that names them.
 */
int outputs_print(const struct output *outputs, size_t count, const struct check_result *result,
		  const struct output_place *place, struct diagnostic *diagnostic);

#endif
