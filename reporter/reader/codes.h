/*
 * codes.h - the code that nodes stand at, each once: call paths are many, instructions that call are few.
 */
#ifndef MPROF_REPORTER_READER_CODES_H
#define MPROF_REPORTER_READER_CODES_H

#include "reader/reader.h"
#include "base/vector.h"

struct codes {              /* all zero: empty */
	struct vector list; /* of struct trace_code */
	uint32_t *table;    /* index, 0: empty slot; at most half full */
	size_t slots;       /* a power of two */
};

void codes_finish(struct codes *codes);

/* The root has no code: its index is 0, and nothing else's.  0 or -ENOMEM; first of all. */
int codes_add_root(struct codes *codes);

/* The code's index; 0: no memory. */
uint32_t codes_index(struct codes *codes, const struct trace_code *code);

/* Gives back what only adding needs. */
void codes_complete(struct codes *codes);

#endif
