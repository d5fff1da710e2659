/*
 * sample.h - traces for tests, made with the same codec that the drainer uses.
 *
 * The figures of sample_trace are worked out by hand in sample.c.  tests/data/format-2.mprof is its output as of
 * format version 2, format-3.mprof that of sample_trace_with_summary as of version 3, stored.
 */
#ifndef MPROF_TESTS_DATA_SAMPLE_H
#define MPROF_TESTS_DATA_SAMPLE_H

#include "trace/block.h"
#include "trace/buffer.h"

/* Appends a file header with this version and session path. */
void sample_heading(struct buffer *out, unsigned version, const char *session_path);

/* Appends a block with this payload, and empties the payload. */
void sample_block(struct buffer *out, enum block_kind kind, struct buffer *payload);

/* A whole trace with every kind of event, and of block but SUMMARY and MOVES; and the same with
 * these. */
void sample_trace(struct buffer *out);
void sample_trace_with_summary(struct buffer *out);

/* A small trace of a program with a collector: nodes 1 and, below it, 2, a label; three typed blocks of 24
 * bytes, of which the collector frees one and its program another; a cache. */
void sample_trace_with_collector(struct buffer *out);

#define SAMPLE_EVENTS 176u
#define SAMPLE_NODES 5u

/* Appends the same trace with every payload uncompressed: food for a fuzzer. */
void sample_stored(const struct buffer *trace, struct buffer *out);

/* Recomputes every checksum in a trace, whose lengths must make sense as far as they go. */
void sample_reseal(void *trace, size_t bytes);

#endif
