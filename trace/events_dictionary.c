/*
 * events_dictionary.c - see events_dictionary.h.
 */
#include "trace/events_dictionary.h"

#include "trace/array.h"

#define FIRST_TABLE_SLOTS 1024

static bool make_table(struct events_dictionary *dictionary, size_t slots)
{
	if (slots <= UINT32_MAX)
		dictionary->table = array_grow(NULL, 0, slots, sizeof(*dictionary->table), ARRAY_DENSE);
	dictionary->table_mask = (uint32_t)(slots - 1);
	return dictionary->table;
}

static void drop_table(struct events_dictionary *dictionary)
{
	array_free(dictionary->table, (size_t)dictionary->table_mask + 1, sizeof(*dictionary->table));
	dictionary->table = NULL;
}

static bool reserve_operation(struct events_dictionary *dictionary)
{
	if (dictionary->count < dictionary->capacity)
		return true;
	size_t capacity = array_generous(dictionary->capacity, (size_t)dictionary->count + 1);
	struct dictionary_operation *grown = array_grow(dictionary->operations, dictionary->capacity,
							capacity, sizeof(*grown), ARRAY_DENSE);
	if (!grown)
		return false;
	dictionary->operations = grown;
	dictionary->capacity = capacity;
	return true;
}

static bool reserve_begin(struct events_dictionary *dictionary, size_t number)
{
	if (number < dictionary->begin_capacity)
		return true;
	size_t capacity = array_generous(dictionary->begin_capacity, number + 1);
	struct dictionary_begin *grown = array_grow(dictionary->begins, dictionary->begin_capacity, capacity,
						    sizeof(*grown), ARRAY_DENSE);
	if (!grown)
		return false;
	dictionary->begins = grown;
	dictionary->begin_capacity = capacity;
	return true;
}

/* Index 0 and number 0, which stand in for what there was no memory for, can be looked up. */
bool dictionary_init(struct events_dictionary *dictionary)
{
	*dictionary = (struct events_dictionary){0};
	return make_table(dictionary, FIRST_TABLE_SLOTS) && reserve_operation(dictionary) &&
	       reserve_begin(dictionary, 0);
}

void dictionary_finish(struct events_dictionary *dictionary)
{
	array_free(dictionary->operations, dictionary->capacity, sizeof(*dictionary->operations));
	array_free(dictionary->begins, dictionary->begin_capacity, sizeof(*dictionary->begins));
	drop_table(dictionary);
	numbering_finish(&dictionary->numbers);
}

uint32_t dictionary_number(struct events_dictionary *dictionary, uint32_t node)
{
	if (!reserve_begin(dictionary, (size_t)dictionary->numbers.count + 1))
		return 0;
	return numbering_number(&dictionary->numbers, node);
}

static uint32_t operation_hash(const struct dictionary_operation *o)
{
	uint64_t mixed = ((uint64_t)o->detail << 16 ^ o->type) * UINT64_C(0x9e3779b97f4a7c15);
	mixed ^= (uint64_t)o->place << 20;
	mixed = (mixed ^ mixed >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(mixed >> 32);
}

static bool same_operation(const struct dictionary_operation *a, const struct dictionary_operation *b)
{
	return a->place == b->place && a->type == b->type && a->detail == b->detail;
}

/* The slot that holds the operation, or the empty one where it belongs. */
static uint32_t *find_slot(const struct events_dictionary *dictionary,
			   const struct dictionary_operation *operation)
{
	uint32_t at = operation_hash(operation) & dictionary->table_mask;
	for (;; at = (at + 1) & dictionary->table_mask) {
		uint32_t index = dictionary->table[at];
		if (index == 0 || same_operation(&dictionary->operations[index - 1], operation))
			return &dictionary->table[at];
	}
}

uint32_t dictionary_find(const struct events_dictionary *dictionary,
			 const struct dictionary_operation *operation)
{
	return dictionary->table ? *find_slot(dictionary, operation) - 1 /* 0 becomes DICTIONARY_NONE */
				 : DICTIONARY_NONE;
}

/* All that the table says is in the operations, so there are never two.  Without one the encoder has failed.
 */
static bool reserve_slot(struct events_dictionary *dictionary)
{
	if (!dictionary->table || 2 * (uint64_t)dictionary->count < dictionary->table_mask)
		return dictionary->table;
	size_t slots = 2 * ((size_t)dictionary->table_mask + 1);
	drop_table(dictionary);
	if (!make_table(dictionary, slots))
		return false;
	for (uint32_t i = 0; i < dictionary->count; i++)
		*find_slot(dictionary, &dictionary->operations[i]) = i + 1;
	return true;
}

uint32_t dictionary_define(struct events_dictionary *dictionary, const struct dictionary_operation *operation)
{
	if (!reserve_slot(dictionary) || !reserve_operation(dictionary))
		return DICTIONARY_NONE;
	uint32_t *slot = find_slot(dictionary, operation);
	dictionary->operations[dictionary->count] = *operation;
	dictionary->operations[dictionary->count].hint = 0;
	dictionary->end_count += operation_is_bound(operation->type);
	/* A node of many sizes stops having more. */
	if (operation->type & OPERATION_FIXED) {
		uint64_t *sizes = &dictionary->begins[operation->place].sizes;
		*sizes = (*sizes + 1) | dictionary_size_mark(operation->detail);
	}
	*slot = ++dictionary->count;
	return dictionary->count - 1;
}
