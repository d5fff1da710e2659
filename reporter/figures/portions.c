/*
 * portions.c - see portions.h.
 */
#include "figures/portions.h"

#include "trace/array.h"

#define FIRST_SLOTS 1024u

void portions_finish(struct portions *portions)
{
	size_t figure_bytes = portions->figure_bytes;

	array_free(portions->list, portions->capacity, sizeof(*portions->list));
	array_free(portions->figures, portions->capacity, figure_bytes);
	if (portions->table)
		array_free(portions->table, (size_t)portions->table_mask + 1, sizeof(*portions->table));
	*portions = (struct portions){.figure_bytes = figure_bytes};
}

/* The slot that has the portion, or the empty one where it belongs. */
static uint32_t *find_slot(const struct portions *portions, uint32_t number, uint32_t key)
{
	uint64_t hash = ((uint64_t)number << 32 | key) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t at = (uint32_t)((hash ^ hash >> 29) >> 20) & portions->table_mask;

	for (;; at = (at + 1) & portions->table_mask) {
		const struct portion *there = &portions->list[portions->table[at]];

		if (portions->table[at] == 0 || (there->number == number && there->key == key))
			return &portions->table[at];
	}
}

uint32_t portions_find(const struct portions *portions, uint32_t number, uint32_t key)
{
	return portions->table ? *find_slot(portions, number, key) : 0;
}

static bool reserve_portion(struct portions *portions)
{
	size_t old = portions->capacity, count = array_generous(old, (size_t)portions->count + 2);

	if ((size_t)portions->count + 1 < old)
		return true;
	struct portion *list = array_grow(portions->list, old, count, sizeof(*list), ARRAY_DENSE);
	if (!list)
		return false;
	portions->list = list;
	char *figures = array_grow(portions->figures, old, count, portions->figure_bytes, ARRAY_DENSE);
	if (!figures)
		return false;
	portions->figures = figures;
	portions->capacity = count;
	return true;
}

/* All that the table says is in the list, so there are never two. */
static bool reserve_slot(struct portions *portions)
{
	size_t slots = portions->table ? (size_t)portions->table_mask + 1 : 0;

	if (3 * ((uint64_t)portions->count + 1) <= 2 * (uint64_t)slots)
		return true;
	if (portions->table)
		array_free(portions->table, slots, sizeof(*portions->table));
	slots = slots > 0 ? 2 * slots : FIRST_SLOTS;
	portions->table = slots <= UINT32_MAX
				  ? array_grow(NULL, 0, slots, sizeof(*portions->table), ARRAY_DENSE)
				  : NULL;
	if (!portions->table)
		return false;
	portions->table_mask = (uint32_t)(slots - 1);
	for (uint32_t i = 1; i <= portions->count; i++)
		*find_slot(portions, portions->list[i].number, portions->list[i].key) = i;
	return true;
}

uint32_t portions_add(struct portions *portions, uint32_t number, uint32_t key)
{
	uint32_t index = portions->failed ? 0 : portions_find(portions, number, key);

	if (index > 0 || portions->failed)
		return index;
	if (!reserve_portion(portions) || !reserve_slot(portions)) {
		portions_finish(portions);
		portions->failed = true;
		return 0;
	}
	index = ++portions->count;
	portions->list[index] = (struct portion){number, key};
	*find_slot(portions, number, key) = index;
	return index;
}
