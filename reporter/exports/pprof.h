/*
 * pprof.h - what the two files of one format share; nobody else includes it.
 */
#ifndef MPROF_REPORTER_EXPORTS_PPROF_H
#define MPROF_REPORTER_EXPORTS_PPROF_H

#include "base/map.h"
#include "exports/export.h"
#include "base/texts.h"
#include "profile/measure.h"
#include "trace/buffer.h"

/* Fields of messages, by message. */
enum { SAMPLE_TYPE = 1, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING };
enum { TIME = 9, DURATION, PERIOD_TYPE, PERIOD, COMMENT, DEFAULT_TYPE };
enum { TYPE_NAME = 1, TYPE_UNIT };
enum { SAMPLE_LOCATIONS = 1, SAMPLE_VALUES, SAMPLE_LABEL };
enum { LABEL_KEY = 1, LABEL_TEXT, LABEL_NUMBER, LABEL_UNIT };
enum { MAPPING_ID = 1, MAPPING_START, MAPPING_LIMIT, MAPPING_OFFSET, MAPPING_FILE, MAPPING_BUILD_ID };
enum { MAPPING_HAS_FUNCTIONS = 7, MAPPING_HAS_INLINE_FRAMES = 10 }; /* and files and lines between */
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_ADDRESS, LOCATION_LINE };
enum { LINE_FUNCTION = 1, LINE_NUMBER };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME, FUNCTION_FILE, FUNCTION_LINE };

#define VALUES 7 /* of a sample */

struct pprof {
	const struct export_source *source;
	const struct trace_info *info;
	FILE *out; /* packs */
	bool known[VALUES];
	uint64_t *mappings;                 /* their ids, by module */
	struct buffer message, part, inner; /* on their way */
	struct texts texts;                 /* 0 is "" */
	struct buffer locations, functions; /* fields of the profile */
	struct map runs, location_ids;      /* see run_of; by run */
	struct map function_ids;            /* by source_function */
	size_t run_count, location_count, function_count;
	uint32_t *threads;      /* by node of the tree: as kinds know it, + 1; 0: none; NULL: not known */
	uint32_t *thread_texts; /* by thread + 1: number of its name */
};

/* A field with a number; and one with a message, or with numbers one after the other. */
void pprof_put_number(struct buffer *message, uint32_t field, uint64_t value);
void pprof_put_bytes(struct buffer *message, uint32_t field, const struct buffer *inner);

/* The number of a text. */
static inline uint64_t pprof_text(struct pprof *writing, const char *text)
{
	return texts_number(&writing->texts, text);
}

/* Writes the part that was made as a field of the profile. */
void pprof_write_part(struct pprof *writing, uint32_t field);

/* The node behind (further out than) those of one place in the code: functions inlined there, innermost
 * first. Of a recursive call each is a place by itself. */
uint32_t pprof_run_end(const struct tree *tree, uint32_t node);

/* The number of such a place, from a node to the one behind it. */
uint64_t pprof_location(struct pprof *writing, uint32_t node, uint32_t end);

/* Before any place is asked for.  The executable is there even if no call path leads through it. */
void pprof_write_mappings(struct pprof *writing);

#endif
