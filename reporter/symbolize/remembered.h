/*
 * remembered.h - the answers of symbolize.h from the names that a trace holds, in place of objects and debug
 * information.
 *
 * Functions become known one by one as frames bring them, as they do when they are looked up: ids, and what
 * is ordered by them, are the same.  What the names do not tell is looked up all the same.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_REMEMBERED_H
#define MPROF_REPORTER_SYMBOLIZE_REMEMBERED_H

#include "private.h"

struct remembered {
	struct symbolizer *symbolizer;
	const struct names *names;
	const char **texts;                 /* interned */
	struct source_function **functions; /* by function of the names; NULL: not met yet */
	struct frames **frames;             /* by code; NULL: not asked for yet */
	struct map pairs;                   /* (called, entered) -> struct names_pair */
	char *callees;                      /* one of each number that codes call or enter */
};

/* NULL: no memory.  The warnings of the names become the symbolizer's. */
struct remembered *remembered_create(struct symbolizer *symbolizer, const struct names *names);
void remembered_destroy(struct remembered *remembered); /* NULL is fine */

/* The frames of code; NULL: nothing is said of it. */
const struct frames *remembered_frames(struct remembered *remembered, const struct names_key *key);

/* As symbolizer_called, symbolizer_entered, symbolizer_left_out. */
const struct code_function *remembered_called(const struct remembered *remembered,
					      const struct trace_code *code);
const struct code_function *remembered_entered(const struct remembered *remembered,
					       const struct trace_code *code);
struct frames *remembered_left_out(struct remembered *remembered, const struct code_function *called,
				   const struct code_function *entered);

const char *remembered_export(const struct remembered *remembered, const struct trace_code *code);
unsigned remembered_runtimes(const struct remembered *remembered, const char *path);
size_t remembered_marks(struct remembered *remembered, const struct source_function *const **functions);
const unsigned char *remembered_md5(const struct remembered *remembered, const char *file);

#endif
