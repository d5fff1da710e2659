/*
 * livemap.c - open addressing with linear probing in a shared file mapping; see livemap.h.
 *
 * File: header page | undo log | tables.  At most two tables exist at a time: the one that
 * the header names and, during growth, the next one.
 *
 * Only the death of this process is to be survived, not that of the machine: stores reach
 * the file in program order, so release stores keep the compiler from reordering, no more.
 */
#include "drain/livemap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LIVEMAP_MAGIC UINT64_C(0x3330564c4d) /* "MLV03" */
#define PAGE_BYTES UINT64_C(4096)
#define FIRST_BITS 12
#define UNDO_BYTES (LIVEMAP_UNDO_MAX * sizeof(struct livemap_entry))
#define TABLES_AT (PAGE_BYTES + UNDO_BYTES)
#define GROUP_SLOTS 16u
#define UNDO_STEP 4096u /* entries reserved at a time */
#define EMPTY UINT64_C(0)
#define TOMBSTONE UINT64_MAX

_Static_assert(UNDO_BYTES % 4096 == 0, "tables start on a page");

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
	size_t live, used; /* used: live ones and tombstones */
	struct livemap_point committed;
};

static size_t slot_count(const struct livemap *map)
{
	return (size_t)1 << map->bits;
}

static uint64_t table_bytes(unsigned bits)
{
	uint64_t bytes = sizeof(struct slot) << bits;
	return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static uint64_t key_of(const struct slot *slot)
{
	/* Relaxed: one process at a time, see above. */
	return atomic_load_explicit(&slot->key, memory_order_relaxed);
}

/* Neighbours in memory, which come and go together, are neighbours here: 512 bytes share a group. */
static size_t home_of(uint64_t key, unsigned bits)
{
	uint64_t group = key >> 10;
	size_t home = (size_t)((group ^ group >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits));
	return (home & ~(size_t)(GROUP_SLOTS - 1)) | (key >> 6 & (GROUP_SLOTS - 1));
}

/* ---- file ---------------------------------------------------------------- */

/* A table's pages are reserved, since a store that finds no room would be SIGBUS. */
static int map_table(struct livemap *map, uint64_t offset, unsigned bits, struct slot **slots)
{
	uint64_t bytes = table_bytes(bits);
	int error = posix_fallocate(map->fd, (off_t)offset, (off_t)bytes);
	if (error)
		return -error;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, (off_t)offset);
	if (memory == MAP_FAILED)
		return -errno;
	*slots = memory;
	return 0;
}

static void drop_pages(struct livemap *map, uint64_t offset, uint64_t bytes)
{
	/* Best effort: where holes are not supported, the pages are reused or removed with the file. */
	(void)fallocate(map->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)bytes);
}

static void publish_table(struct livemap *map, uint64_t offset, unsigned bits)
{
	/* Release: the table's contents are stored before the word that names it. */
	atomic_store_explicit(&map->header->table, offset / PAGE_BYTES << 8 | bits, memory_order_release);
	map->offset = offset;
	map->bits = bits;
}

static int first_table(struct livemap *map)
{
	drop_pages(map, TABLES_AT, table_bytes(FIRST_BITS));
	int error = map_table(map, TABLES_AT, FIRST_BITS, &map->slots);
	if (error < 0)
		return error;
	memset(map->slots, 0, table_bytes(FIRST_BITS));
	publish_table(map, TABLES_AT, FIRST_BITS);
	map->live = map->used = 0;
	return 0;
}

/* Maps header and undo log; a file that is new or not ours starts empty. */
static int map_head(struct livemap *map)
{
	int error = posix_fallocate(map->fd, 0, (off_t)PAGE_BYTES);
	if (error)
		return -error;
	off_t end = lseek(map->fd, 0, SEEK_END);
	if (end < (off_t)TABLES_AT && ftruncate(map->fd, (off_t)TABLES_AT) < 0)
		return -errno;
	void *memory = mmap(NULL, TABLES_AT, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	map->header = memory;
	map->undo = (struct livemap_entry *)((char *)memory + PAGE_BYTES);
	if (map->header->magic != LIVEMAP_MAGIC) {
		atomic_store_explicit(&map->header->table, 0, memory_order_relaxed);
		/* Before batch 0, so that a trace that got further is not taken for this map's. */
		atomic_store_explicit(&map->header->undo, (uint64_t)UINT32_MAX << 32, memory_order_relaxed);
		map->header->magic = LIVEMAP_MAGIC;
	}
	return 0;
}

static int map_current_table(struct livemap *map)
{
	uint64_t table = atomic_load_explicit(&map->header->table, memory_order_relaxed);
	uint64_t offset = (table >> 8) * PAGE_BYTES;
	unsigned bits = table & 0xff;
	off_t end = lseek(map->fd, 0, SEEK_END);
	if (table == 0)
		return first_table(map);
	if (bits < FIRST_BITS || bits > 40 || offset < TABLES_AT || end < 0 || (uint64_t)end < offset ||
	    (uint64_t)end - offset < table_bytes(bits))
		return first_table(map);
	map->offset = offset;
	map->bits = bits;
	return map_table(map, offset, bits, &map->slots);
}

int livemap_open(const char *path, struct livemap **out)
{
	struct livemap *map = calloc(1, sizeof(*map));
	*out = NULL;
	if (!map)
		return -ENOMEM;
	map->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int error = map->fd < 0 ? -errno : map_head(map);
	if (error == 0)
		error = map_current_table(map);
	if (error < 0) {
		livemap_close(map);
		return error;
	}
	*out = map;
	return 0;
}

void livemap_close(struct livemap *map)
{
	if (!map)
		return;
	if (map->slots)
		munmap(map->slots, table_bytes(map->bits));
	if (map->header)
		munmap(map->header, TABLES_AT);
	if (map->fd >= 0)
		close(map->fd);
	free(map);
}

/* ---- entries ------------------------------------------------------------- */

static struct slot *find_slot(const struct livemap *map, uint64_t key)
{
	size_t mask = slot_count(map) - 1;
	for (size_t at = home_of(key, map->bits);; at = (at + 1) & mask) {
		uint64_t found = key_of(&map->slots[at]);
		if (found == key)
			return &map->slots[at];
		if (found == EMPTY)
			return NULL;
	}
}

void livemap_prefetch(const struct livemap *map, uint64_t key)
{
	__builtin_prefetch(&map->slots[home_of(key, map->bits)], 1);
}

const struct livemap_entry *livemap_find(const struct livemap *map, uint64_t key)
{
	return (const struct livemap_entry *)find_slot(map, key);
}

static struct livemap_entry entry_of(uint64_t key, const struct slot *slot)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an open map has its slots */
	return (struct livemap_entry){key, slot->block, slot->size_bytes, slot->operation, slot->born};
}

static void store(struct slot *slot, const struct livemap_entry *entry)
{
	slot->block = entry->block;
	slot->size_bytes = entry->size_bytes;
	slot->operation = entry->operation;
	slot->born = entry->born;
	/* Release: the entry is whole before its key is there. */
	atomic_store_explicit(&slot->key, entry->key, memory_order_release);
}

static bool is_young(const struct livemap_entry *entry, struct livemap_point point)
{
	if (entry->block & LIVEMAP_HIDDEN)
		return (entry->block & ~LIVEMAP_HIDDEN) >= point.hidden;
	return entry->block >= point.allocations;
}

/* Entries younger than the commit point need no undo: recovery drops them anyway. */
static void log_removal(struct livemap *map, const struct livemap_entry *entry)
{
	if (is_young(entry, map->committed))
		return;
	map->undo[map->undo_count++] = *entry;
	/* Release: the log's entry is whole before it counts, and counts before it is removed. */
	atomic_store_explicit(&map->header->undo, (uint64_t)map->committed.batch << 32 | map->undo_count,
			      memory_order_release);
}

/* Empties a slot.  A tombstone is needed only where a probe may have to go on behind it. */
static void erase(struct livemap *map, struct slot *slot)
{
	size_t mask = slot_count(map) - 1;
	size_t at = (size_t)(slot - map->slots);
	bool last = key_of(&map->slots[(at + 1) & mask]) == EMPTY;
	/* Release: after the undo log's entry, see log_removal. */
	atomic_store_explicit(&slot->key, last ? EMPTY : TOMBSTONE, memory_order_release);
	map->live--;
	map->used -= last;
	for (at = (at - 1) & mask; last && key_of(&map->slots[at]) == TOMBSTONE; at = (at - 1) & mask) {
		atomic_store_explicit(&map->slots[at].key, EMPTY, memory_order_release);
		map->used--;
	}
}

static void take_out(struct livemap *map, struct slot *slot, struct livemap_entry *removed)
{
	*removed = entry_of(key_of(slot), slot);
	log_removal(map, removed);
	erase(map, slot);
}

struct livemap_place *livemap_place(struct livemap *map, uint64_t key, struct livemap_entry *old)
{
	size_t mask = slot_count(map) - 1;
	struct slot *hole = NULL;
	old->key = 0;
	for (size_t at = home_of(key, map->bits);; at = (at + 1) & mask) {
		struct slot *slot = &map->slots[at];
		uint64_t found = key_of(slot);
		if (found == EMPTY)
			return (struct livemap_place *)(hole ? hole : slot);
		if (found == TOMBSTONE && !hole)
			hole = slot;
		if (found == key) {
			struct livemap_entry none;
			take_out(map, slot, old);
			/* Once more: what stood between the home and here may have become empty. */
			return livemap_place(map, key, &none);
		}
	}
}

void livemap_fill(struct livemap *map, struct livemap_place *place, const struct livemap_entry *entry)
{
	struct slot *slot = (struct slot *)place;
	map->used += key_of(slot) == EMPTY;
	map->live++;
	store(slot, entry);
}

bool livemap_remove(struct livemap *map, uint64_t key, struct livemap_entry *removed)
{
	struct slot *slot = find_slot(map, key);
	if (!slot)
		return false;
	take_out(map, slot, removed);
	return true;
}

int livemap_copy(const struct livemap *map, struct livemap_entry **entries, size_t *count)
{
	size_t copied = 0;
	*entries = malloc((map->live + 1) * sizeof(**entries));
	if (!*entries)
		return -ENOMEM;
	for (size_t i = 0; i < slot_count(map) && copied < map->live; i++) {
		uint64_t key = key_of(&map->slots[i]);
		if (key != EMPTY && key != TOMBSTONE)
			(*entries)[copied++] = entry_of(key, &map->slots[i]);
	}
	*count = copied;
	return 0;
}

/* ---- growth -------------------------------------------------------------- */

static void copy_table(const struct livemap *map, struct slot *slots, unsigned bits)
{
	size_t mask = ((size_t)1 << bits) - 1;
	for (size_t i = 0; i < slot_count(map); i++) {
		uint64_t key = key_of(&map->slots[i]);
		if (key == EMPTY || key == TOMBSTONE)
			continue;
		size_t at = home_of(key, bits);
		while (key_of(&slots[at]) != EMPTY)
			at = (at + 1) & mask;
		struct livemap_entry entry = entry_of(key, &map->slots[i]);
		store(&slots[at], &entry);
	}
}

/* Builds the table anew, without tombstones and at most a quarter full. */
static int rebuild(struct livemap *map)
{
	unsigned bits = FIRST_BITS;
	while ((size_t)1 << bits < 4 * (map->live + 1))
		bits++;
	uint64_t old_offset = map->offset, old_bytes = table_bytes(map->bits), bytes = table_bytes(bits);
	uint64_t offset = old_offset >= TABLES_AT + bytes ? TABLES_AT : old_offset + old_bytes;
	struct slot *slots = NULL, *old = map->slots;
	drop_pages(map, offset, bytes);
	int error = map_table(map, offset, bits, &slots);
	if (error < 0)
		return error;
	memset(slots, 0, bytes);
	copy_table(map, slots, bits);
	publish_table(map, offset, bits);
	map->slots = slots;
	map->used = map->live;
	munmap(old, old_bytes);
	drop_pages(map, old_offset, old_bytes);
	return 0;
}

static int reserve_undo(struct livemap *map, uint32_t changes)
{
	if (map->undo_count + changes <= map->undo_reserved)
		return 0;
	if (map->undo_count + changes > LIVEMAP_UNDO_MAX)
		return -EAGAIN;
	uint64_t offset = PAGE_BYTES + map->undo_reserved * sizeof(struct livemap_entry);
	uint32_t step = changes > UNDO_STEP ? changes : UNDO_STEP;
	if (step > LIVEMAP_UNDO_MAX - map->undo_reserved)
		step = LIVEMAP_UNDO_MAX - map->undo_reserved;
	int error = posix_fallocate(map->fd, (off_t)offset, (off_t)(step * sizeof(struct livemap_entry)));
	if (error)
		return -error;
	map->undo_reserved += step;
	return reserve_undo(map, changes);
}

int livemap_ready(struct livemap *map, uint32_t changes)
{
	if (3 * slot_count(map) < 4 * (map->used + changes)) {
		int error = rebuild(map);
		if (error < 0)
			return error;
	}
	return reserve_undo(map, changes);
}

/* ---- recovery ------------------------------------------------------------ */

void livemap_commit(struct livemap *map, struct livemap_point point)
{
	map->committed = point;
	map->undo_count = 0;
	/* One word, so that a log never counts for the wrong point. */
	atomic_store_explicit(&map->header->undo, (uint64_t)point.batch << 32, memory_order_release);
}

static int forget_everything(struct livemap *map, struct livemap_point point)
{
	munmap(map->slots, table_bytes(map->bits));
	map->slots = NULL;
	int error = first_table(map);
	if (error == 0)
		livemap_commit(map, point);
	return error;
}

/* Counts anew; young entries go.  Whatever is half done by now is young or in the log. */
static void drop_young(struct livemap *map, struct livemap_point point)
{
	map->live = map->used = 0;
	for (size_t i = 0; i < slot_count(map); i++) {
		struct slot *slot = &map->slots[i];
		uint64_t key = key_of(slot);
		if (key == EMPTY)
			continue;
		struct livemap_entry entry = entry_of(key, slot);
		bool goes = key == TOMBSTONE || is_young(&entry, point);
		if (goes)
			atomic_store_explicit(&slot->key, TOMBSTONE, memory_order_relaxed);
		map->used++;
		map->live += !goes;
	}
}

static int undo_removals(struct livemap *map, uint32_t count)
{
	map->undo_reserved = (count + UNDO_STEP - 1) / UNDO_STEP * UNDO_STEP;
	struct livemap_entry ignored;
	for (uint32_t i = 0; i < count; i++) {
		if (find_slot(map, map->undo[i].key))
			continue; /* removed twice in this batch, and put back between */
		if (3 * slot_count(map) < 4 * (map->used + 1)) {
			int error = rebuild(map);
			if (error < 0)
				return error;
		}
		livemap_fill(map, livemap_place(map, map->undo[i].key, &ignored), &map->undo[i]);
	}
	return 0;
}

int livemap_recover(struct livemap *map, struct livemap_point point, bool *exact)
{
	uint64_t undo = atomic_load_explicit(&map->header->undo, memory_order_relaxed);
	uint32_t batch = (uint32_t)(undo >> 32), count = (uint32_t)undo;
	*exact = count <= LIVEMAP_UNDO_MAX && (batch == point.batch || batch + 1 == point.batch);
	if (!*exact)
		return forget_everything(map, point);
	drop_young(map, point);
	/* A log of the batch before: its commit point was written, its log not yet emptied. */
	int error = batch == point.batch ? undo_removals(map, count) : 0;
	if (error == 0)
		livemap_commit(map, point);
	return error;
}
