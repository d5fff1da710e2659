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

#define LIVEMAP_GROUP_SLOTS 8u
#define LIVEMAP_EMPTY UINT64_C(0)

struct livemap_header {
	uint64_t magic;
	_Atomic uint64_t table; /* offset in pages << 8 | log2 of slots; 0: none yet */
	_Atomic uint64_t undo;  /* batch << 32 | entries in the log */
};

struct slot {
	_Atomic uint64_t key;
	uint64_t block, size_bytes;
	uint32_t operation, born;
};
_Static_assert(sizeof(struct slot) == sizeof(struct livemap_entry), "slots are entries");

struct livemap {
	int fd;
	struct livemap_header *header;
	struct livemap_entry *undo;
	uint32_t undo_count, undo_reserved;
	struct slot *slots;
	uint64_t offset; /* of the table in the file */
	unsigned bits;
	size_t live;
	struct livemap_point committed;
};

static inline size_t slot_count(const struct livemap *map)
{
	return (size_t)1 << map->bits;
}

static inline uint64_t slot_key(const struct slot *slot)
{
	/* Relaxed: one process at a time, see above. */
	return atomic_load_explicit(&slot->key, memory_order_relaxed);
}

/* Neighbours in memory, which come and go together, are neighbours here: 256 bytes share a group.
 * Dense groups of more bytes run into each other, and probes become long. */
static inline size_t slot_home(uint64_t key, unsigned bits)
{
	uint64_t group = key >> 9;
	size_t home = (size_t)((group ^ group >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits));
	return (home & ~(size_t)(LIVEMAP_GROUP_SLOTS - 1)) | (key >> 6 & (LIVEMAP_GROUP_SLOTS - 1));
}

/* Always inlined: gcc takes a function that only prefetches for one without effect, and drops its calls. */
static inline __attribute__((always_inline)) void slot_prefetch(const struct livemap *map, uint64_t key)
{
	size_t home = slot_home(key, map->bits), mask = slot_count(map) - 1;
	/* Two lines: a probe looks behind, and slot_erase on both sides. */
	__builtin_prefetch(&map->slots[(home - 1) & mask], 1);
	__builtin_prefetch(&map->slots[(home + 1) & mask], 1);
}

/* The slot with this key; NULL: there is none. */
static inline struct slot *slot_find(const struct livemap *map, uint64_t key)
{
	size_t mask = slot_count(map) - 1;
	for (size_t at = slot_home(key, map->bits);; at = (at + 1) & mask) {
		uint64_t found = slot_key(&map->slots[at]);
		if (found == key)
			return &map->slots[at];
		if (found == LIVEMAP_EMPTY)
			return NULL;
	}
}

/* The slot with this key, or else the empty one where it belongs. */
static inline struct slot *slot_for(const struct livemap *map, uint64_t key)
{
	size_t mask = slot_count(map) - 1;
	for (size_t at = slot_home(key, map->bits);; at = (at + 1) & mask) {
		uint64_t found = slot_key(&map->slots[at]);
		if (found == key || found == LIVEMAP_EMPTY)
			return &map->slots[at];
	}
}

static inline void slot_store(struct slot *slot, const struct livemap_entry *entry)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an open map has its slots */
	slot->block = entry->block;
	slot->size_bytes = entry->size_bytes;
	slot->operation = entry->operation;
	slot->born = entry->born;
	/* Release: the entry is whole before its key is there. */
	atomic_store_explicit(&slot->key, entry->key, memory_order_release);
}

static inline struct livemap_entry slot_entry(uint64_t key, const struct slot *slot)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an open map has its slots */
	return (struct livemap_entry){key, slot->block, slot->size_bytes, slot->operation, slot->born};
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

/* Empties a slot, and moves up what a probe would not find behind it: an entry may stand twice for a
 * moment, it is never missing. */
static inline void slot_erase(struct livemap *map, struct slot *hole)
{
	size_t mask = slot_count(map) - 1;
	size_t gap = 0; /* from the hole to the slot that is looked at */
	slot_clear(hole);
	for (size_t at = (size_t)(hole - map->slots + 1) & mask;; at = (at + 1) & mask) {
		struct slot *slot = &map->slots[at];
		uint64_t key = slot_key(slot);
		if (key == LIVEMAP_EMPTY)
			break;
		gap++;
		if (((at - slot_home(key, map->bits)) & mask) < gap)
			continue;
		const struct livemap_entry entry = slot_entry(key, slot);
		slot_store(hole, &entry);
		slot_clear(slot);
		hole = slot;
		gap = 0;
	}
	map->live--;
}

/* Takes out the slot's entry, a copy of which is at hand. */
static inline void slot_take_out(struct livemap *map, struct slot *slot, const struct livemap_entry *entry)
{
	livemap_log_removal(map, entry);
	slot_erase(map, slot);
}

#endif
