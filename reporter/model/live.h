/*
 * live.h - the blocks that live at one point of a replay, by the ordinal of their allocation.
 *
 * Ordinals only grow, and most blocks die young: the newest LIVE_WINDOW ordinals have a slot of
 * their own each, so that a short life costs neither hashing nor probing.  A block that is still
 * there when its slot comes round again moves to a hash table of the long-lived.  Memory is
 * bounded by the window and the most blocks that ever lived at once.
 */
#ifndef MPROF_REPORTER_MODEL_LIVE_H
#define MPROF_REPORTER_MODEL_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_WINDOW 16384u

struct live_block {
	uint64_t key;
	uint64_t size_bytes;
	uint64_t born_ns;
	uint32_t node;
	bool taken; /* a slot in use; zero memory is free slots */
};
_Static_assert(sizeof(struct live_block) == 32, "two blocks to a cache line");

/* Open addressing, linear probing; also used alone, for keys in any order. */
struct live_table {
	struct live_block *slots; /* a power of two of them, NULL while empty */
	size_t count;
	unsigned bits; /* log2 of the number of slots */
};

/* Adds a block; its key must not be in the table.  0 or -ENOMEM. */
int live_table_put(struct live_table *table, const struct live_block *block);
/* Removes the block with this key into *out; false if there is none. */
bool live_table_take(struct live_table *table, uint64_t key, struct live_block *out);
void live_table_finish(struct live_table *table);

struct live {
	struct live_block *window;
	struct live_table old;
};

int live_init(struct live *live); /* 0 or -ENOMEM */
void live_finish(struct live *live);

/* Adds a block whose key is above all those added before.  0 or -ENOMEM. */
static inline int live_add(struct live *live, const struct live_block *block)
{
	struct live_block *slot = &live->window[block->key % LIVE_WINDOW];

	if (slot->taken) {
		int error = live_table_put(&live->old, slot);
		if (error)
			return error;
	}
	*slot = *block;
	return 0;
}

/* Removes the block into *out; false if it is not live. */
static inline bool live_take(struct live *live, uint64_t key, struct live_block *out)
{
	struct live_block *slot = &live->window[key % LIVE_WINDOW];

	if (!slot->taken || slot->key != key)
		return live_table_take(&live->old, key, out);
	*out = *slot;
	slot->taken = false;
	return true;
}

#endif
