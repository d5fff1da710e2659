/*
 * sample_file.h - traces as files that exist in memory alone, and what the reader must make of them.
 */
#ifndef MPROF_TESTS_SAMPLE_FILE_H
#define MPROF_TESTS_SAMPLE_FILE_H

#include "reader/reader.h"
#include "trace/buffer.h"

#include <stddef.h>

/* The bytes of sample_trace, the caller's to finish. */
struct buffer sample_bytes(void);

struct memory_file {
	int fd; /* the caller's to close */
	char path[64];
};

struct memory_file memory_file(const void *bytes, size_t count);

struct trace *open_or_die(const char *path);

/* What replaying what could be opened comes to; the first error wins. */
int sample_exercise(struct trace *trace, struct diagnostic *diagnostic);

/* Opening must fail with this error and these words. */
void expect_refusal(const char *path, int error, const char *words);
void expect_bytes_refused(const void *bytes, size_t count, int error, const char *words);

/* The figures that sample.c promises, however often the trace is replayed. */
void expect_figures(struct trace *trace);

#define SAMPLE_FILE_BLOCKS 64

/* Offsets at which a block of a whole trace starts, and its end; returns how many, the end among them. */
size_t block_starts(const struct buffer *bytes, size_t starts[SAMPLE_FILE_BLOCKS]);

#endif
