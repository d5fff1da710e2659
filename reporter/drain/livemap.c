/*
 * livemap.c - open addressing in groups of slots in a shared file mapping; see livemap.h.
 *
 * File: header page | undo log | tables.  At most two tables exist at a time: the one that
 * the header names and, during growth, the next one.
 */
#include "drain/livemap_slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LIVEMAP_MAGIC UINT64_C(0x3530564c4d) /* "MLV05" */
#define PAGE_BYTES UINT64_C(4096)
#define FIRST_BITS 12
#define UNDO_BYTES (LIVEMAP_UNDO_MAX * sizeof(struct livemap_entry))
#define TABLES_AT (PAGE_BYTES + UNDO_BYTES)
#define ROOM 2u         /* slots per entry at least */
#define UNDO_STEP 4096u /* entries reserved at a time */

_Static_assert(UNDO_BYTES % 4096 == 0, "tables start on a page");

static void set_bits(struct livemap *map, unsigned bits)
{
	map->bits = bits;
	map->group_shift = 64 - (bits - LIVEMAP_GROUP_BITS);
}

static const struct slot *slot_at(const struct livemap *map, size_t at)
{
	return &map->groups[at / LIVEMAP_GROUP_SLOTS].slots[at % LIVEMAP_GROUP_SLOTS];
}

static uint64_t table_bytes(unsigned bits)
{
	uint64_t bytes = sizeof(struct slot_group) / LIVEMAP_GROUP_SLOTS << bits;
	return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* ---- file ---------------------------------------------------------------- */

/* A table's pages are reserved, since a store that finds no room would be SIGBUS. */
static int map_table(struct livemap *map, uint64_t offset, unsigned bits, struct slot_group **groups)
{
	uint64_t bytes = table_bytes(bits);
	int error = posix_fallocate(map->fd, (off_t)offset, (off_t)bytes);
	if (error)
		return -error;
	void *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, map->fd, (off_t)offset);
	if (memory == MAP_FAILED)
		return -errno;
	*groups = memory;
	return 0;
}

/* Whether the pages are gone, and read as zeroes.  Where holes are not supported they are reused, or removed
 * with the file. */
static bool drop_pages(struct livemap *map, uint64_t offset, uint64_t bytes)
{
	return fallocate(map->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)bytes) ==
	       0;
}

/* A table of empty slots. */
static int map_new_table(struct livemap *map, uint64_t offset, unsigned bits, struct slot_group **groups)
{
	bool empty = drop_pages(map, offset, table_bytes(bits));
	int error = map_table(map, offset, bits, groups);
	if (error == 0 && !empty)
		memset(*groups, 0, table_bytes(bits));
	return error;
}

static void publish_table(struct livemap *map, uint64_t offset, unsigned bits)
{
	/* Release: the table's contents are stored before the word that names it. */
	atomic_store_explicit(&map->header->table, offset / PAGE_BYTES << 8 | bits, memory_order_release);
	map->offset = offset;
	set_bits(map, bits);
}

static int first_table(struct livemap *map)
{
	int error = map_new_table(map, TABLES_AT, FIRST_BITS, &map->groups);
	if (error < 0)
		return error;
	publish_table(map, TABLES_AT, FIRST_BITS);
	map->live = 0;
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
	set_bits(map, bits);
	return map_table(map, offset, bits, &map->groups);
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
	if (map->groups)
		munmap(map->groups, table_bytes(map->bits));
	if (map->header)
		munmap(map->header, TABLES_AT);
	if (map->fd >= 0)
		close(map->fd);
	free(map);
}

/* ---- entries ------------------------------------------------------------- */

void livemap_prefetch(const struct livemap *map, uint64_t key)
{
	slot_prefetch(map, key);
}

bool livemap_find(const struct livemap *map, uint64_t key, struct livemap_entry *found)
{
	const struct slot *slot = slot_find(map, key);
	if (slot)
		*found = slot_entry(key, slot);
	return slot != NULL;
}

static void take_out(struct livemap *map, struct slot *slot, struct livemap_entry *removed)
{
	*removed = slot_entry(slot_key(slot), slot);
	slot_take_out(map, slot, removed);
}

struct livemap_place *livemap_place(struct livemap *map, uint64_t key, struct livemap_entry *old)
{
	struct slot *slot = slot_for(map, key);
	old->key = 0;
	if (slot_key(slot) == key) {
		take_out(map, slot, old);
		/* Once more: what stood behind it may have moved up. */
		slot = slot_for(map, key);
	}
	return (struct livemap_place *)slot;
}

void livemap_fill(struct livemap *map, struct livemap_place *place, const struct livemap_entry *entry)
{
	slot_fill(map, (struct slot *)place, entry);
}

bool livemap_remove(struct livemap *map, uint64_t key, struct livemap_entry *removed)
{
	struct slot *slot = slot_find(map, key);
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
		const struct slot *slot = slot_at(map, i);
		uint64_t key = slot_key(slot);
		if (key != LIVEMAP_EMPTY)
			(*entries)[copied++] = slot_entry(key, slot);
	}
	*count = copied;
	return 0;
}

/* The nearest slot behind the group with an entry that found the group full; NULL: there is none. */
static struct slot *sent_on_from(const struct livemap *map, const struct slot_group *group)
{
	size_t mask = group_count(map) - 1, from = (size_t)(group - map->groups);
	for (size_t distance = 1;; distance++) {
		size_t at = (from + distance) & mask;
		bool full = true;
		for (size_t i = 0; i < LIVEMAP_GROUP_SLOTS; i++) {
			struct slot *slot = &map->groups[at].slots[i];
			uint64_t key = slot_key(slot);
			if (key == LIVEMAP_EMPTY)
				full = false;
			else if (((at - home_group(map, key)) & mask) >= distance)
				return slot;
		}
		if (!full)
			return NULL;
	}
}

void livemap_refill(struct livemap *map, struct slot *hole)
{
	while (hole) {
		struct slot *from = sent_on_from(map, slot_group(hole));
		if (!from)
			return;
		slot_move(hole, from);
		hole = slot_close(from);
	}
}

/* ---- growth -------------------------------------------------------------- */

/* Copies what is older than `point`, each entry once; counts it. */
static void copy_table(struct livemap *map, const struct livemap *from, struct livemap_point point)
{
	map->live = 0;
	for (size_t i = 0; i < slot_count(from); i++) {
		const struct slot *old = slot_at(from, i);
		uint64_t key = slot_key(old);
		if (key == LIVEMAP_EMPTY)
			continue;
		const struct livemap_entry entry = slot_entry(key, old);
		struct slot *slot = slot_for(map, key);
		if (slot_key(slot) == LIVEMAP_EMPTY && !livemap_is_young(&entry, point))
			slot_fill(map, slot, &entry);
	}
}

/* Builds the table anew, for so many entries, of what is older than `point`. */
static int rebuild(struct livemap *map, size_t live, struct livemap_point point)
{
	struct livemap new = *map;
	set_bits(&new, FIRST_BITS);
	while (slot_count(&new) < ROOM * live)
		set_bits(&new, new.bits + 1);
	uint64_t old_bytes = table_bytes(map->bits), bytes = table_bytes(new.bits);
	new.offset = map->offset >= TABLES_AT + bytes ? TABLES_AT : map->offset + old_bytes;
	int error = map_new_table(map, new.offset, new.bits, &new.groups);
	if (error < 0)
		return error;
	copy_table(&new, map, point);
	publish_table(&new, new.offset, new.bits);
	munmap(map->groups, old_bytes);
	(void)drop_pages(map, map->offset, old_bytes);
	*map = new;
	return 0;
}

/* Half full at most.  A table never shrinks: what was needed once is often needed again soon. */
static int make_room(struct livemap *map, size_t changes)
{
	static const struct livemap_point all = {UINT32_MAX, UINT64_MAX, UINT64_MAX};
	size_t live = map->live + changes;
	return ROOM * live > slot_count(map) ? rebuild(map, live, all) : 0;
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
	int error = make_room(map, changes);
	return error < 0 ? error : reserve_undo(map, changes);
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
	munmap(map->groups, table_bytes(map->bits));
	map->groups = NULL;
	int error = first_table(map);
	if (error == 0)
		livemap_commit(map, point);
	return error;
}

static int undo_removals(struct livemap *map, uint32_t count)
{
	map->undo_reserved = (count + UNDO_STEP - 1) / UNDO_STEP * UNDO_STEP;
	struct livemap_entry ignored;
	for (uint32_t i = 0; i < count; i++) {
		if (slot_find(map, map->undo[i].key))
			continue; /* removed twice in this batch, and put back between */
		int error = make_room(map, 1);
		if (error < 0)
			return error;
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
	/* Whatever is half done by now is young or in the log, and what was being moved stands twice. */
	int error = rebuild(map, slot_count(map) / ROOM, point);
	/* A log of the batch before: its commit point was written, its log not yet emptied. */
	if (error == 0 && batch == point.batch)
		error = undo_removals(map, count);
	if (error == 0)
		livemap_commit(map, point);
	return error;
}
