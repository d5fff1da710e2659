/*
 * events_private.h - what encoder and decoder of EVENTS payloads share, and nobody else needs.
 */
#ifndef MPROF_TRACE_EVENTS_PRIVATE_H
#define MPROF_TRACE_EVENTS_PRIVATE_H

#include "trace/events.h"

/* A node with this many FIXED sizes gets an operation that leaves the size open instead.
 * 16 of those, and the flag combinations of the other kinds, stay within EVENTS_OPERATIONS_PER_NODE. */
#define EVENTS_SIZES_PER_NODE 16

/* In the order of format.h, which counts from 1. */
enum events_column {
	COLUMN_OPERATIONS,
	COLUMN_INDICES,
	COLUMN_ORIGINS,
	COLUMN_SIZES,
	COLUMN_STRAYS,
	COLUMN_THREADS,
	COLUMN_MARKS,
	EVENTS_COLUMNS,
};

/* Where a decoder stands behind its current block. */
struct events_position {
	const struct events_operation *operations;
	uint32_t operation_count;
	uint32_t end_count; /* of them: FREE and LOST, but for LOOSE ones */
	uint64_t events, allocations, time_ns;
};

static inline bool operation_is_end(uint32_t type)
{
	uint32_t kind = type & OPERATION_TYPE_MASK;
	return kind == OPERATION_FREE || kind == OPERATION_LOST;
}

/* Whether the operation says which allocation's blocks it ends. */
static inline bool operation_is_bound(uint32_t type)
{
	return operation_is_end(type) && !(type & OPERATION_LOOSE);
}

struct events_position events_decoder_position(const struct events_decoder *decoder);

#endif
