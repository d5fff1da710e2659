/*
 * firefox.h - what the two files of one format share; nobody else includes it.
 */
#ifndef MPROF_REPORTER_EXPORTS_FIREFOX_H
#define MPROF_REPORTER_EXPORTS_FIREFOX_H

#include "base/map.h"
#include "exports/blocks_made.h"
#include "exports/export.h"
#include "base/texts.h"
#include "profile/measure.h"

#include <inttypes.h>

struct firefox {
	FILE *out; /* packs */
	const struct export_source *source;
	const struct tree *tree;
	const struct trace_info *info;
	struct blocks_made made;
	struct texts texts, files, modules; /* the latter two by numbers of their own */
	struct map function_ids;            /* by source_function: index + 1 */
	const struct source_function **functions;
	size_t function_count, function_capacity;
};

/* Tables are columns: of so many rows by a function, or all alike; and their length at the end. */
typedef void cell_fn(struct firefox *writing, size_t row);
void firefox_column(struct firefox *writing, const char *name, size_t count, cell_fn *cell);
void firefox_same(struct firefox *writing, const char *name, size_t count, const char *cell);
void firefox_length(struct firefox *writing, size_t count, const char *behind);

static inline void print_number(FILE *out, uint64_t number)
{
	fprintf(out, "%" PRIu64, number);
}

/* Stacks, frames, functions and where they stand; then, of what these have named, modules. */
void firefox_code(struct firefox *writing);
void firefox_modules(struct firefox *writing);

#endif
