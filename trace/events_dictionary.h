/*
 * events_dictionary.h - the encoder's dictionary of operations: from what an event is to its index.
 *
 * The same few operations come again and again, mostly in the same succession: hints at each place where
 * blocks begin and at each allocation answer most questions without hashing.  Private to the encoder.
 */
#ifndef MPROF_TRACE_EVENTS_DICTIONARY_H
#define MPROF_TRACE_EVENTS_DICTIONARY_H

#include "trace/events_private.h"

#define DICTIONARY_NONE UINT32_MAX

/* As the trace has it, but smaller: there are as many as a program has ways to allocate and free. */
struct dictionary_operation {
	uint32_t place;  /* ALLOC: the number of its node; any other: the node */
	uint32_t detail; /* FIXED: size_bytes; a bound end: index of the allocation's operation; else 0 */
	uint32_t hint;   /* ALLOC: index + 1 of its last bound end; 0: none */
	uint16_t type;   /* enum operation_type | OPERATION_* flags */
};

/* A larger block's operation leaves the size open; one that another encoder has defined is marked, in `type`,
 * as one that nothing is the same as. */
#define DICTIONARY_SIZE_MAX UINT32_MAX
#define DICTIONARY_UNFINDABLE 0x8000u

#define DICTIONARY_MARKS 59u
#define DICTIONARY_COUNT_MASK UINT64_C(31)

/* By number of a node at which blocks begin. */
struct dictionary_begin {
	uint32_t last_alloc; /* index + 1 of the last FIXED allocation that was asked for; 0: none */
	uint32_t last_open;  /* the same of one that leaves its size open */
	uint64_t sizes;      /* of FIXED allocations: how many, and a bit for each, by dictionary_size_mark */
};

struct events_dictionary {
	struct dictionary_operation *operations;
	size_t capacity;
	uint32_t count;
	uint32_t end_count; /* bound ends among them */
	uint32_t *table; /* operation index + 1, open addressing; table_mask + 1 slots, at most half full */
	uint32_t table_mask;
	struct numbering numbers; /* of nodes at which blocks begin */
	struct dictionary_begin *begins;
	size_t begin_capacity;
};

bool dictionary_init(struct events_dictionary *dictionary); /* false: no memory */
void dictionary_finish(struct events_dictionary *dictionary);

/* The number of the node, given now if it has none yet.  0: no memory. */
uint32_t dictionary_number(struct events_dictionary *dictionary, uint32_t node);

/* The operation's index, DICTIONARY_NONE if it is not there; its hint is ignored. */
uint32_t dictionary_find(const struct events_dictionary *dictionary,
			 const struct dictionary_operation *operation);

/* Puts in an operation that is not there, its hint 0.  Its index, or DICTIONARY_NONE: no memory. */
uint32_t dictionary_define(struct events_dictionary *dictionary,
			   const struct dictionary_operation *operation);

/* Whether an allocation of a new size may still become a FIXED operation of its node. */
static inline bool dictionary_has_room(const struct events_dictionary *dictionary, uint32_t begin)
{
	return (dictionary->begins[begin].sizes & DICTIONARY_COUNT_MASK) < EVENTS_SIZES_PER_NODE;
}

/* Of FIXED allocations whose mark a node has not there are none. */
static inline uint64_t dictionary_size_mark(uint64_t size_bytes)
{
	uint64_t hash = size_bytes * UINT64_C(0x9e3779b97f4a7c15) >> 32;
	return (DICTIONARY_COUNT_MASK + 1) << (hash * DICTIONARY_MARKS >> 32);
}

static inline bool dictionary_may_have_size(const struct events_dictionary *dictionary, uint32_t begin,
					    uint64_t size_bytes)
{
	return dictionary->begins[begin].sizes & dictionary_size_mark(size_bytes);
}

/* Whether one more end may name its allocation in the dictionary. */
static inline bool dictionary_has_room_for_end(const struct events_dictionary *dictionary)
{
	return dictionary->end_count < events_ends_max(dictionary->count - dictionary->end_count);
}

/* The last FIXED allocation at this node, if it is of this type and size; else DICTIONARY_NONE. */
static inline uint32_t dictionary_last_alloc(const struct events_dictionary *dictionary, uint32_t begin,
					     uint32_t type, uint64_t size_bytes)
{
	uint32_t last = dictionary->begins[begin].last_alloc;
	if (last == 0)
		return DICTIONARY_NONE;
	const struct dictionary_operation *o = &dictionary->operations[last - 1];
	return o->detail == size_bytes && o->type == type ? last - 1 : DICTIONARY_NONE;
}

/* The last allocation of open size at this node, if it is of this type; else DICTIONARY_NONE. */
static inline uint32_t dictionary_last_open(const struct events_dictionary *dictionary, uint32_t begin,
					    uint32_t type)
{
	uint32_t last = dictionary->begins[begin].last_open;
	return last > 0 && dictionary->operations[last - 1].type == type ? last - 1 : DICTIONARY_NONE;
}

/* The last bound end of this allocation's blocks, if it is of this type and node; else DICTIONARY_NONE. */
static inline uint32_t dictionary_last_end(const struct events_dictionary *dictionary, uint32_t origin,
					   uint32_t type, uint32_t node)
{
	uint32_t last = dictionary->operations[origin].hint;
	if (last == 0)
		return DICTIONARY_NONE;
	const struct dictionary_operation *o = &dictionary->operations[last - 1];
	return o->place == node && o->type == type ? last - 1 : DICTIONARY_NONE;
}

#endif
