/*
 * live.c - the hash table behind live.h.
 *
 * Deletion moves later blocks of the run back instead of leaving tombstones: a long replay
 * deletes as often as it inserts, and probes must not grow with its length.
 */
#include "model/live.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_BITS 10

static size_t home_of(const struct live_table *table, uint64_t key)
{
	/* Fibonacci hashing: consecutive keys land far apart, and evenly. */
	return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - table->bits));
}

static void insert(struct live_table *table, const struct live_block *block)
{
	size_t mask = ((size_t)1 << table->bits) - 1;
	size_t i = home_of(table, block->key);

	while (table->slots[i].taken)
		i = (i + 1) & mask;
	table->slots[i] = *block;
}

static int grow(struct live_table *table)
{
	struct live_table bigger = {.count = table->count,
				    .bits = table->slots ? table->bits + 1 : FIRST_BITS};
	size_t old_slots = table->slots ? (size_t)1 << table->bits : 0;

	bigger.slots = calloc((size_t)1 << bigger.bits, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < old_slots; i++)
		if (table->slots[i].taken)
			insert(&bigger, &table->slots[i]);
	free(table->slots);
	*table = bigger;
	return 0;
}

int live_table_put(struct live_table *table, const struct live_block *block)
{
	size_t slots = table->slots ? (size_t)1 << table->bits : 0;

	if (table->count >= slots / 3 * 2) {
		int error = grow(table);
		if (error)
			return error;
	}
	insert(table, block);
	table->count++;
	return 0;
}

/* Fills the hole with whatever may move back into it, until the run ends. */
static void close_hole(struct live_table *table, size_t hole)
{
	size_t mask = ((size_t)1 << table->bits) - 1;

	for (size_t i = (hole + 1) & mask; table->slots[i].taken; i = (i + 1) & mask) {
		size_t home = home_of(table, table->slots[i].key);
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			table->slots[hole] = table->slots[i];
			hole = i;
		}
	}
	table->slots[hole].taken = false;
}

bool live_table_take(struct live_table *table, uint64_t key, struct live_block *out)
{
	if (!table->slots)
		return false;
	size_t mask = ((size_t)1 << table->bits) - 1;
	for (size_t i = home_of(table, key); table->slots[i].taken; i = (i + 1) & mask) {
		if (table->slots[i].key != key)
			continue;
		*out = table->slots[i];
		close_hole(table, i);
		table->count--;
		return true;
	}
	return false;
}

void live_table_finish(struct live_table *table)
{
	free(table->slots);
	*table = (struct live_table){0};
}

int live_init(struct live *live)
{
	*live = (struct live){.window = calloc(LIVE_WINDOW, sizeof(*live->window))};
	return live->window ? 0 : -ENOMEM;
}

void live_finish(struct live *live)
{
	free(live->window);
	live_table_finish(&live->old);
	live->window = NULL;
}
