/*
 * events_dictionary.h - the encoder's dictionary of operations: from what an event is to its index.
 *
 * The same few operations come again and again, mostly in the same succession: hints at each node and
 * each allocation answer most questions without hashing.  Private to the encoder.
 */
#ifndef MPROF_TRACE_EVENTS_DICTIONARY_H
#define MPROF_TRACE_EVENTS_DICTIONARY_H

#include "trace/events_private.h"

#define DICTIONARY_NONE UINT32_MAX

struct dictionary_node {
	uint32_t last_alloc; /* index + 1 of the last FIXED allocation that was asked for; 0: none */
	uint32_t last_open;  /* the same of one that leaves its size open */
	uint32_t sizes;      /* distinct FIXED allocations */
	uint64_t size_marks; /* a bit for each of them, by dictionary_size_mark */
};

struct events_dictionary {
	struct events_operation *operations; /* an ALLOC's hint: index + 1 of its last bound end */
	uint32_t count, capacity;
	uint32_t end_count; /* bound ends among them */
	uint32_t *table; /* operation index + 1, open addressing; table_mask + 1 slots, at most half full */
	uint32_t table_mask;
	struct dictionary_node *nodes;
	size_t node_capacity;
};

bool dictionary_init(struct events_dictionary *dictionary); /* false: no memory */
void dictionary_finish(struct events_dictionary *dictionary);

/* The operation's index, DICTIONARY_NONE if it is not there; its hint is ignored. */
uint32_t dictionary_find(const struct events_dictionary *dictionary,
			 const struct events_operation *operation);

/* Puts in an operation that is not there.  Its index, or DICTIONARY_NONE: no memory. */
uint32_t dictionary_define(struct events_dictionary *dictionary, const struct events_operation *operation);

/* Whether an allocation of a new size may still become a FIXED operation of its node. */
static inline bool dictionary_has_room(const struct events_dictionary *dictionary, uint32_t node)
{
	return node >= dictionary->node_capacity || dictionary->nodes[node].sizes < EVENTS_SIZES_PER_NODE;
}

/* Of FIXED allocations whose mark a node has not there are none. */
static inline uint64_t dictionary_size_mark(uint64_t size_bytes)
{
	return UINT64_C(1) << (size_bytes * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

static inline bool dictionary_may_have_size(const struct events_dictionary *dictionary, uint32_t node,
					    uint64_t size_bytes)
{
	return node < dictionary->node_capacity &&
	       dictionary->nodes[node].size_marks & dictionary_size_mark(size_bytes);
}

/* Whether one more end may name its allocation in the dictionary. */
static inline bool dictionary_has_room_for_end(const struct events_dictionary *dictionary)
{
	return dictionary->end_count < events_ends_max(dictionary->count - dictionary->end_count);
}

/* The last FIXED allocation at this node, if it is of this type and size; else DICTIONARY_NONE. */
static inline uint32_t dictionary_last_alloc(const struct events_dictionary *dictionary, uint32_t node,
					     uint32_t type, uint64_t size_bytes)
{
	uint32_t last = node < dictionary->node_capacity ? dictionary->nodes[node].last_alloc : 0;
	if (last == 0)
		return DICTIONARY_NONE;
	const struct events_operation *o = &dictionary->operations[last - 1];
	return o->size_bytes == size_bytes && o->type == type ? last - 1 : DICTIONARY_NONE;
}

/* The last allocation of open size at this node, if it is of this type; else DICTIONARY_NONE. */
static inline uint32_t dictionary_last_open(const struct events_dictionary *dictionary, uint32_t node,
					    uint32_t type)
{
	uint32_t last = node < dictionary->node_capacity ? dictionary->nodes[node].last_open : 0;
	return last > 0 && dictionary->operations[last - 1].type == type ? last - 1 : DICTIONARY_NONE;
}

/* The last bound end of this allocation's blocks, if it is of this type and node; else DICTIONARY_NONE. */
static inline uint32_t dictionary_last_end(const struct events_dictionary *dictionary, uint32_t origin,
					   uint32_t type, uint32_t node)
{
	uint32_t last = dictionary->operations[origin].hint;
	if (last == 0)
		return DICTIONARY_NONE;
	const struct events_operation *o = &dictionary->operations[last - 1];
	return o->node == node && o->type == type ? last - 1 : DICTIONARY_NONE;
}

#endif
