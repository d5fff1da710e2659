/*
 * livemap_slots.h - the live map's slots: how a key is found, put in and taken out, as inline functions.
 *
 * For livemap.c, and for the drainer's loop over records, which looks up two of three records here.
 * Nobody else knows slots.
 *
 * Only the death of this process is to be survived, not that of the machine: stores reach
 * the file in program order, so release stores keep the compiler from reordering, no more.
 */
#ifndef MPROF_REPORTER_DRAIN_LIVEMAP_SLOTS_H
#define MPROF_REPORTER_DRAIN_LIVEMAP_SLOTS_H

#include "drain/livemap.h"

#include <stdatomic.h>

#define LIVEMAP_GROUP_BITS 3u
#define LIVEMAP_GROUP_SLOTS (1u << LIVEMAP_GROUP_BITS)
#define LIVEMAP_EMPTY UINT64_C(0)

struct livemap_header {
	uint64_t magic;
	_Atomic uint64_t table; /* offset in pages << 8 | log2 of slots; 0: none yet */
	_Atomic uint64_t undo;  /* batch << 32 | entries in the log */
};

/* An entry but for its key. */
struct slot_value {
	uint64_t block, size_bytes;
	uint32_t operation, born;
};

/* A slot is its key, which tells where its value is. */
struct slot {
	_Atomic uint64_t key;
};

/* A probe looks at keys only, and those of a group are one cache line. */
struct slot_group {
	struct slot slots[LIVEMAP_GROUP_SLOTS];
	struct slot_value values[LIVEMAP_GROUP_SLOTS];
};
_Static_assert(sizeof(struct slot_group) == LIVEMAP_GROUP_SLOTS * sizeof(struct livemap_entry) &&
		       (sizeof(struct slot_group) & (sizeof(struct slot_group) - 1)) == 0,
	       "groups are told by a slot's address");

struct livemap {
	int fd;
	struct livemap_header *header;
	struct livemap_entry *undo;
	uint32_t undo_count, undo_reserved;
	struct slot_group *groups; /* on a page's start */
	uint64_t offset;           /* of the table in the file */
	unsigned bits;             /* log2 of the slots */
	unsigned group_shift;      /* takes a hash to a group */
	size_t live;
	struct livemap_point committed;
};

static inline size_t slot_count(const struct livemap *map)
{
	return (size_t)1 << map->bits;
}

static inline size_t group_count(const struct livemap *map)
{
	return slot_count(map) >> LIVEMAP_GROUP_BITS;
}

static inline struct slot_group *slot_group(const struct slot *slot)
{
	return (struct slot_group *)((uintptr_t)slot & ~(sizeof(struct slot_group) - 1));
}

static inline struct slot_value *slot_value(const struct slot *slot)
{
	struct slot_group *group = slot_group(slot);
	return &group->values[slot - group->slots];
}

static inline uint64_t slot_key(const struct slot *slot)
{
	/* Relaxed: one process at a time, see above. */
	return atomic_load_explicit(&slot->key, memory_order_relaxed);
}

/* A key's home is a group and a slot in it.  Neighbours in memory, which come and go together, are neighbours
 * here: 256 bytes share a group, which is as many blocks as a heap has there. */
static inline size_t home_group(const struct livemap *map, uint64_t key)
{
	/* Fibonacci hashing (Knuth, TAOCP 6.4): neighbourhoods that follow one another fall far from one
	 * another. */
	return (size_t)((key >> 9) * UINT64_C(0x9e3779b97f4a7c15) >> map->group_shift);
}

static inline size_t home_slot(uint64_t key)
{
	return key >> 6 & (LIVEMAP_GROUP_SLOTS - 1);
}

/* Always inlined: gcc takes a function that only prefetches for one without effect, and drops its calls. */
static inline __attribute__((always_inline)) void slot_prefetch(const struct livemap *map, uint64_t key)
{
	struct slot_group *group = &map->groups[home_group(map, key)];
	__builtin_prefetch(group->slots, 1);
	__builtin_prefetch(&group->values[home_slot(key)], 1);
}

/* The slot with this key, or else the empty one where it belongs: from its home on round the whole group,
 * and only then in the next. */
static inline struct slot *slot_for(const struct livemap *map, uint64_t key)
{
	size_t home = home_slot(key), mask = group_count(map) - 1;
	for (size_t group = home_group(map, key);; group = (group + 1) & mask) {
		struct slot *slots = map->groups[group].slots;
		size_t at = home;
		do {
			uint64_t found = slot_key(&slots[at]);
			if (found == key || found == LIVEMAP_EMPTY)
				return &slots[at];
			at = (at + 1) % LIVEMAP_GROUP_SLOTS;
		} while (at != home);
	}
}

/* The slot with this key; NULL: there is none. */
static inline struct slot *slot_find(const struct livemap *map, uint64_t key)
{
	struct slot *slot = slot_for(map, key);
	return slot_key(slot) == key ? slot : NULL;
}

static inline void slot_store(struct slot *slot, const struct livemap_entry *entry)
{
	*slot_value(slot) =
		(struct slot_value){entry->block, entry->size_bytes, entry->operation, entry->born};
	/* Release: the entry is whole before its key is there. */
	atomic_store_explicit(&slot->key, entry->key, memory_order_release);
}

static inline struct livemap_entry slot_entry(uint64_t key, const struct slot *slot)
{
	const struct slot_value *value = slot_value(slot);
	return (struct livemap_entry){key, value->block, value->size_bytes, value->operation, value->born};
}

static inline void slot_fill(struct livemap *map, struct slot *slot, const struct livemap_entry *entry)
{
	map->live++;
	slot_store(slot, entry);
}

static inline bool livemap_is_young(const struct livemap_entry *entry, struct livemap_point point)
{
	if (entry->block & LIVEMAP_HIDDEN)
		return (entry->block & ~LIVEMAP_HIDDEN) >= point.hidden;
	return entry->block >= point.allocations;
}

/* Entries younger than the commit point need no undo: recovery drops them anyway. */
static inline void livemap_log_removal(struct livemap *map, const struct livemap_entry *entry)
{
	if (livemap_is_young(entry, map->committed))
		return;
	map->undo[map->undo_count++] = *entry;
	/* Release: the log's entry is whole before it counts, and counts before it is removed. */
	atomic_store_explicit(&map->header->undo, (uint64_t)map->committed.batch << 32 | map->undo_count,
			      memory_order_release);
}

static inline void slot_clear(struct slot *slot)
{
	/* Release: after the undo log's entry, see livemap_log_removal, or the entry's copy. */
	atomic_store_explicit(&slot->key, LIVEMAP_EMPTY, memory_order_release);
	/* The compiler must not store the next entry's parts before that. */
	atomic_signal_fence(memory_order_seq_cst);
}

static inline void slot_move(struct slot *to, const struct slot *from)
{
	const struct livemap_entry entry = slot_entry(slot_key(from), from);
	slot_store(to, &entry);
}

/* Empties a slot, and moves up what a probe of the group would not find behind it.  Returns where the hole is
 * then if the group was full, else NULL. */
static inline struct slot *slot_close(struct slot *hole)
{
	struct slot *slots = slot_group(hole)->slots;
	size_t first = (size_t)(hole - slots), gap = 0; /* from the hole to the slot that is looked at */
	slot_clear(hole);
	for (size_t at = first + 1; at < first + LIVEMAP_GROUP_SLOTS; at++) {
		struct slot *slot = &slots[at % LIVEMAP_GROUP_SLOTS];
		uint64_t key = slot_key(slot);
		if (key == LIVEMAP_EMPTY)
			return NULL;
		gap++;
		if ((at - home_slot(key)) % LIVEMAP_GROUP_SLOTS < gap)
			continue;
		slot_move(hole, slot);
		slot_clear(slot);
		hole = slot;
		gap = 0;
	}
	return hole;
}

/* Fills the hole in a group that was full with an entry that had to go on from it, and so on where that was.
 */
void livemap_refill(struct livemap *map, struct slot *hole);

/* Takes an entry's slot away: an entry may stand twice for a moment, it is never missing. */
static inline void slot_erase(struct livemap *map, struct slot *slot)
{
	struct slot *hole = slot_close(slot);
	map->live--;
	if (hole)
		livemap_refill(map, hole);
}

/* Takes out the slot's entry, a copy of which is at hand. */
static inline void slot_take_out(struct livemap *map, struct slot *slot, const struct livemap_entry *entry)
{
	livemap_log_removal(map, entry);
	slot_erase(map, slot);
}

#endif
