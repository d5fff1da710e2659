/*
 * events_dictionary.c - see events_dictionary.h.
 */
#include "trace/events_dictionary.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_TABLE_SLOTS 1024
#define FIRST_OPERATIONS 512

bool dictionary_init(struct events_dictionary *dictionary)
{
	*dictionary =
		(struct events_dictionary){.table_mask = FIRST_TABLE_SLOTS - 1, .capacity = FIRST_OPERATIONS};
	dictionary->table = calloc(FIRST_TABLE_SLOTS, sizeof(*dictionary->table));
	/* Zeroed, so that index 0, which stands in for one that there was no memory for, can be looked up. */
	dictionary->operations = calloc(FIRST_OPERATIONS, sizeof(*dictionary->operations));
	return dictionary->table && dictionary->operations;
}

void dictionary_finish(struct events_dictionary *dictionary)
{
	free(dictionary->operations);
	free(dictionary->table);
	free(dictionary->nodes);
}

static uint32_t operation_hash(const struct events_operation *o)
{
	uint64_t mixed = (o->size_bytes << 8 ^ o->type) * UINT64_C(0x9e3779b97f4a7c15);
	mixed ^= (uint64_t)o->origin << 32 | o->node;
	mixed = (mixed ^ mixed >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(mixed >> 32);
}

static bool same_operation(const struct events_operation *a, const struct events_operation *b)
{
	return a->node == b->node && a->type == b->type && a->origin == b->origin &&
	       a->size_bytes == b->size_bytes;
}

/* The slot that holds the operation, or the empty one where it belongs. */
static uint32_t *find_slot(const struct events_dictionary *dictionary,
			   const struct events_operation *operation)
{
	uint32_t at = operation_hash(operation) & dictionary->table_mask;
	for (;; at = (at + 1) & dictionary->table_mask) {
		uint32_t index = dictionary->table[at];
		if (index == 0 || same_operation(&dictionary->operations[index - 1], operation))
			return &dictionary->table[at];
	}
}

uint32_t dictionary_find(const struct events_dictionary *dictionary, const struct events_operation *operation)
{
	return *find_slot(dictionary, operation) - 1; /* 0 becomes DICTIONARY_NONE */
}

static bool grow_table(struct events_dictionary *dictionary)
{
	size_t slots = 2 * ((size_t)dictionary->table_mask + 1);
	uint32_t *table = slots <= UINT32_MAX ? calloc(slots, sizeof(*table)) : NULL;
	if (!table)
		return false;
	free(dictionary->table);
	dictionary->table = table;
	dictionary->table_mask = (uint32_t)(slots - 1);
	for (uint32_t i = 0; i < dictionary->count; i++)
		*find_slot(dictionary, &dictionary->operations[i]) = i + 1;
	return true;
}

static bool reserve_operation(struct events_dictionary *dictionary)
{
	if (2 * (uint64_t)dictionary->count >= dictionary->table_mask && !grow_table(dictionary))
		return false;
	if (dictionary->count < dictionary->capacity)
		return true;
	uint32_t capacity = dictionary->capacity > 0 ? 2 * dictionary->capacity : FIRST_OPERATIONS;
	void *grown = realloc(dictionary->operations, capacity * sizeof(*dictionary->operations));
	if (!grown)
		return false;
	dictionary->operations = grown;
	dictionary->capacity = capacity;
	return true;
}

static bool reserve_node(struct events_dictionary *dictionary, uint32_t node)
{
	if (node < dictionary->node_capacity)
		return true;
	size_t capacity = dictionary->node_capacity ? dictionary->node_capacity : 1024;
	while (capacity <= node)
		capacity *= 2;
	struct dictionary_node *nodes = realloc(dictionary->nodes, capacity * sizeof(*nodes));
	if (!nodes)
		return false;
	memset(nodes + dictionary->node_capacity, 0, (capacity - dictionary->node_capacity) * sizeof(*nodes));
	dictionary->nodes = nodes;
	dictionary->node_capacity = capacity;
	return true;
}

uint32_t dictionary_define(struct events_dictionary *dictionary, const struct events_operation *operation)
{
	if (!reserve_operation(dictionary) || !reserve_node(dictionary, operation->node))
		return DICTIONARY_NONE;
	uint32_t *slot = find_slot(dictionary, operation);
	dictionary->operations[dictionary->count] = *operation;
	dictionary->operations[dictionary->count].hint = 0;
	dictionary->end_count += operation_is_bound(operation->type);
	/* A node of many sizes stops having more. */
	if (operation->type & OPERATION_FIXED) {
		dictionary->nodes[operation->node].sizes++;
		dictionary->nodes[operation->node].size_marks |= dictionary_size_mark(operation->size_bytes);
	}
	*slot = ++dictionary->count;
	return dictionary->count - 1;
}
