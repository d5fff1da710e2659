/*
 * dump.h - a trace as it is: its tables, and its events one per line.
 */
#ifndef MPROF_REPORTER_COMMANDS_DUMP_H
#define MPROF_REPORTER_COMMANDS_DUMP_H

#include "base/diagnostic.h"
#include "reader/reader.h"
#include "symbolize/symbolize.h"
#include "formats/format.h"

#include <stdio.h>

struct dump_options {
	const struct format *format; /* text, json or csv */
	uint64_t from, count;
	bool no_names;                           /* as profile_options.no_names */
	const struct symbolizer_options *frames; /* NULL: without call paths */
};

/* Command, run, end, modules and threads, in text. */
void dump_info(FILE *out, struct trace *trace);

/* 0 or -errno with a diagnostic. */
int dump_events(FILE *out, struct trace *trace, const struct dump_options *options,
		struct diagnostic *diagnostic);

#endif
