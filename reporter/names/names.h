/*
 * names.h - what the symbolizer said of a trace's code, as tables that a trace can hold (BLOCK_NAMES).
 *
 * Knows how these tables are written and read, not who makes them nor what they are used for.  Reading trusts
 * nothing: what is not consistent is refused as a whole, and memory is bounded by what was read.
 */
#ifndef MPROF_REPORTER_NAMES_NAMES_H
#define MPROF_REPORTER_NAMES_NAMES_H

#include "trace/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_MD5_BYTES 16

/* Code of a trace, in the order of its names: by module, pc, and then whether the pc is exact.  Each once. */
struct names_key {
	uint64_t pc;
	uint32_t module;
	bool exact;
};

enum names_function_flags {
	NAMES_NESTED = 1,
	NAMES_MARKED = 2,
	NAMES_SYSTEM = 4,
	NAMES_ALLOCATOR = 8,
	NAMES_FUNCTION_FLAGS = 15,
};

struct names_function {
	uint32_t name, file, module; /* texts */
	uint32_t part_of;            /* 1 + the function; 0: it is a whole one */
	uint32_t first_line, last_line;
	uint32_t flags, signature;
};

struct names_frame {
	uint32_t function;
	uint32_t instance; /* a text; 0: none */
	uint32_t line;
	bool inlined, jumped;
	uint64_t offset;
};

/* Frames in names->frames. */
struct names_frames {
	uint32_t first, count;
};

struct names_code {
	struct names_frames frames;
	uint32_t called, entered; /* functions of pairs; 0: not known.  Numbers, and nothing else. */
	uint32_t exported;        /* a text; 0: none */
};

/* What jumps left out between a function called and the one that was entered. */
struct names_pair {
	uint32_t called, entered;
	struct names_frames frames;
};

struct names_module {
	uint32_t runtimes;
	bool lines; /* its debug information was there */
};

/* A source file, as it was when the names were made. */
struct names_source {
	uint32_t file; /* a text */
	uint64_t size_bytes, modified_ns;
	uint8_t md5[NAMES_MD5_BYTES];
};

struct names {
	uint64_t origin;    /* of the executable: symbolizer_origin */
	uint64_t key_crc;   /* of the keys that the codes belong to */
	const char **texts; /* [0] is "" */
	struct names_function *functions;
	struct names_frame *frames;
	struct names_code *codes; /* by key */
	struct names_pair *pairs;
	struct names_module *modules; /* by module of the trace */
	struct names_source *sources;
	uint32_t *marked;   /* functions */
	uint32_t *warnings; /* texts */
	size_t text_count, function_count, frame_count, code_count, pair_count, module_count, source_count,
		marked_count, warning_count;
	uint32_t callee_count; /* one more than the greatest number in called and entered */
	char *text_bytes;      /* of a decoded one */
	const struct names_key *keys;
};

/* Appends the tables; check out->failed. */
void names_encode(const struct names *names, struct buffer *out);

/* 0, -EBADMSG or -ENOMEM, and then all is freed.  Does not fill in keys, nor look at key_crc. */
int names_decode(struct names *names, const uint8_t *bytes, size_t count);

/* Frees the arrays, and not the keys. */
void names_finish(struct names *names);

uint64_t names_key_crc(const struct names_key *keys, size_t count);

/* The code at this place, NULL if it is not there. */
const struct names_code *names_find(const struct names *names, const struct names_key *key);

/* Of two keys, as qsort has it. */
int names_compare_keys(const void *left, const void *right);

#endif
