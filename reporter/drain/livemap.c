/*
 * livemap.c - rows in a shared file, and their index in private memory; see livemap.h.
 *
 * File: header page | rows, as many as there is room for.
 */
#include "drain/livemap.h"

#include "drain/livemap_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LIVEMAP_MAGIC UINT64_C(0x3730564c4d) /* "MLV07" */
#define PAGE_BYTES UINT64_C(4096)
#define PIECE_LEAST (UINT64_C(64) << 10)
#define PIECE_MOST (UINT64_C(4) << 20)
#define PIECES 16u /* as large as all before them */
#define ROWS_MOST (UINT32_MAX - 1)
#define BUCKETS_LEAST 128u
#define BUCKETS_MANY 8192u /* from here on, growth is by half */
#define HUGE_BYTES (UINT64_C(2) << 20)
#define AHEAD 16u          /* rows: far enough for memory to answer */
#define SPARSE_ROWS 65536u /* fewer are not worth giving back */
#define SPARSE 4u          /* rows per live one that are too many */

struct livemap_header {
	uint64_t magic;
	/* The commit point before the changes that are marked.  Before batch 0 in a new file, so that a trace
	 * that got further is not taken for this map's. */
	_Atomic uint32_t batch;
};

static struct livemap_header *header_of(const struct livemap *map)
{
	return (struct livemap_header *)map->file.memory;
}

/* ---- the file ------------------------------------------------------------ */

static void see_rows(struct livemap *map)
{
	uint64_t rows = (map->file.bytes - PAGE_BYTES) / sizeof(struct livemap_row);
	map->rows = (struct livemap_row *)(map->file.memory + PAGE_BYTES);
	map->row_count = rows < ROWS_MOST ? (uint32_t)rows : ROWS_MOST;
}

/* Zeroes are free rows. */
static void empty_rows(struct livemap *map)
{
	livemap_file_shrink(&map->file, 0);
	see_rows(map);
	memset(map->rows, 0, map->file.bytes - PAGE_BYTES);
}

static void begin_file(struct livemap *map)
{
	empty_rows(map);
	/* Release, for the compiler alone, as in livemap_rows.h: whoever opens the file after this process's
	 * death finds no commit point before the rows are empty. */
	atomic_store_explicit(&header_of(map)->batch, UINT32_MAX, memory_order_release);
	header_of(map)->magic = LIVEMAP_MAGIC;
}

static int grow_file(struct livemap *map, uint32_t rows)
{
	if (rows > ROWS_MOST - map->row_count)
		return -ENOSPC;
	uint64_t piece = map->file.bytes / PIECES, wanted = rows * sizeof(struct livemap_row);
	if (piece < PIECE_LEAST)
		piece = PIECE_LEAST;
	if (piece > PIECE_MOST)
		piece = PIECE_MOST;
	if (piece < wanted)
		piece = wanted;
	int error = livemap_file_grow(&map->file, (piece + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1));
	if (error == 0)
		see_rows(map);
	return error;
}

/* ---- the index ----------------------------------------------------------- */

static size_t bucket_bytes(uint32_t count)
{
	return count * sizeof(struct livemap_bucket);
}

static size_t index_room(const struct livemap *map)
{
	return (size_t)map->bucket_count * BUCKET_FULL;
}

static uint32_t buckets_for(size_t rows)
{
	uint64_t count = BUCKETS_LEAST;
	while (count * BUCKET_FULL < rows)
		count = count < BUCKETS_MANY ? 2 * count : count + count / 2;
	return (uint32_t)count;
}

/* An empty index of another size. */
static int index_begin(struct livemap *map, uint32_t count)
{
	size_t bytes = bucket_bytes(count);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	/* Best effort: a search then finds its address sooner. */
	if (bytes >= HUGE_BYTES)
		(void)madvise(memory, bytes, MADV_HUGEPAGE);
	if (map->buckets)
		munmap(map->buckets, bucket_bytes(map->bucket_count));
	map->buckets = memory;
	map->bucket_count = count;
	return 0;
}

/* The same keys in an index of another size; made from the rows, so that there are never two. */
static int index_resize(struct livemap *map, uint32_t count)
{
	int error = index_begin(map, count);
	for (uint32_t i = 0; error == 0 && i < map->row_fresh; i++) {
		if (i + AHEAD < map->row_fresh)
			row_prefetch_home(map, row_key(&map->rows[i + AHEAD]));
		if (!row_is_live(&map->rows[i]))
			continue;
		uint64_t key = row_key(&map->rows[i]);
		index_put(map, key, key_home(map, key), i);
	}
	return error;
}

/* ---- life ---------------------------------------------------------------- */

int livemap_open(const struct livemap_files *files, struct livemap **out)
{
	struct livemap *map = calloc(1, sizeof(*map));
	*out = NULL;
	if (!map)
		return -ENOMEM;
	int error = livemap_file_open(&map->file, files);
	if (error == 0)
		error = index_begin(map, BUCKETS_LEAST);
	if (error < 0) {
		livemap_close(map);
		return error;
	}
	see_rows(map);
	if (header_of(map)->magic != LIVEMAP_MAGIC)
		begin_file(map);
	*out = map;
	return 0;
}

void livemap_close(struct livemap *map)
{
	if (!map)
		return;
	if (map->buckets)
		munmap(map->buckets, bucket_bytes(map->bucket_count));
	livemap_file_close(&map->file);
	free(map->removed);
	free(map);
}

/* ---- entries ------------------------------------------------------------- */

void livemap_prefetch(const struct livemap *map, uint64_t key)
{
	row_prefetch_home(map, key);
}

bool livemap_find(const struct livemap *map, uint64_t key, struct livemap_entry *found)
{
	struct livemap_spot spot;
	const struct livemap_row *row = row_find(map, key, &spot);
	if (row)
		*found = row_entry(row, key);
	return row != NULL;
}

void livemap_put(struct livemap *map, const struct livemap_entry *entry)
{
	row_put(map, key_home(map, entry->key), entry);
}

bool livemap_remove(struct livemap *map, uint64_t key, struct livemap_entry *removed)
{
	struct livemap_spot spot;
	struct livemap_row *row = row_find(map, key, &spot);
	if (!row)
		return false;
	*removed = row_entry(row, key);
	row_take_out(map, row, &spot);
	return true;
}

int livemap_copy(const struct livemap *map, struct livemap_entry **entries, size_t *count)
{
	size_t copied = 0;
	*entries = malloc((map->live + 1) * sizeof(**entries));
	if (!*entries)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->row_fresh; i++) {
		const struct livemap_row *row = &map->rows[i];
		if (row_is_live(row))
			(*entries)[copied++] = row_entry(row, row_key(row));
	}
	*count = copied;
	return 0;
}

size_t livemap_count(const struct livemap *map)
{
	return map->live;
}

size_t livemap_bytes(const struct livemap *map)
{
	return map->file.bytes + bucket_bytes(map->bucket_count) + map->removed_room * sizeof(*map->removed);
}

/* ---- room ---------------------------------------------------------------- */

static uint32_t rows_left(const struct livemap *map)
{
	return map->free_count + (map->row_count - map->row_fresh);
}

static int grow_removed(struct livemap *map, uint32_t changes)
{
	uint32_t room = map->removed_room;
	if (map->removed_count + changes > LIVEMAP_UNDO_MAX)
		return -EAGAIN;
	while (room < map->removed_count + changes)
		room = room ? 2 * room : 1024;
	uint32_t *grown = reallocarray(map->removed, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	map->removed = grown;
	map->removed_room = room;
	return 0;
}

static int make_room(struct livemap *map, uint32_t changes)
{
	int error = 0;
	if (map->removed_count + changes > map->removed_room)
		error = grow_removed(map, changes);
	if (error == 0 && rows_left(map) < changes)
		error = grow_file(map, changes);
	if (error == 0 && index_room(map) < map->live + changes)
		error = index_resize(map, buckets_for(map->live + changes));
	return error;
}

int livemap_ready(struct livemap *map, uint32_t changes)
{
	if (map->removed_count + changes <= map->removed_room && rows_left(map) >= changes &&
	    index_room(map) >= map->live + changes)
		return 0;
	return make_room(map, changes);
}

/* ---- giving back --------------------------------------------------------- */

/* A row is copied before the old one is freed: it may stand twice, it is never missing. */
static void move_row(struct livemap *map, uint32_t from, uint32_t to)
{
	struct livemap_row *row = &map->rows[from];
	const struct livemap_entry entry = row_entry(row, row_key(row));
	struct livemap_spot spot;
	row_store(&map->rows[to], &entry);
	if (row_find(map, entry.key, &spot))
		map->buckets[spot.bucket].rows[spot.at] = to;
	row_set_state(row, 0);
}

/* Moves the last rows into the first free ones, so that there are none between.  Nothing may be marked. */
static void close_gaps(struct livemap *map)
{
	uint32_t to = 0, end = map->row_fresh;
	for (;;) {
		while (to < end && row_is_live(&map->rows[to]))
			to++;
		while (end > to && !row_is_live(&map->rows[end - 1]))
			end--;
		if (to == end)
			break;
		move_row(map, --end, to++);
	}
	map->row_fresh = end;
	map->free_head = map->free_count = 0;
}

/* Gives back rows that were needed once; what is needed again soon has to be had anew, so it waits for a
 * while. */
static void shrink(struct livemap *map)
{
	if (map->row_fresh < SPARSE_ROWS || map->row_fresh / SPARSE < map->live)
		return;
	close_gaps(map);
	free(map->removed);
	map->removed = NULL;
	map->removed_room = 0;
	livemap_file_shrink(&map->file, PAGE_BYTES + 2 * map->live * sizeof(struct livemap_row));
	see_rows(map);
	/* Else it stays as large. */
	(void)index_resize(map, buckets_for(2 * map->live));
}

/* ---- commit points ------------------------------------------------------- */

static void free_removed(struct livemap *map)
{
	for (uint32_t i = 0; i < map->removed_count; i++) {
		if (i + AHEAD < map->removed_count)
			__builtin_prefetch(&map->rows[map->removed[i + AHEAD]], 1);
		row_give_back(map, map->removed[i]);
	}
	map->removed_count = 0;
}

void livemap_commit(struct livemap *map, struct livemap_point point)
{
	map->committed = point;
	free_removed(map);
	/* Release: by now no mark is left that would count for the next batch. */
	atomic_store_explicit(&header_of(map)->batch, point.batch, memory_order_release);
	shrink(map);
}

/* What a row is at `point`: free or whole, without a mark.  Marks are of the batch behind the point that the
 * header names; if `point` is that batch's end already, they are to be carried out. */
static void settle_row(struct livemap *map, uint32_t number, const struct livemap_point *point,
		       bool carry_out)
{
	struct livemap_row *row = &map->rows[number];
	uint32_t state = row_state(row);
	struct livemap_spot spot;
	bool gone = state == 0 || row_is_young(row, point) || ((state & ROW_REMOVED) && carry_out);
	/* Copied, or removed and put back: it stands twice. */
	if (gone || row_find(map, row_key(row), &spot)) {
		row_give_back(map, number);
		return;
	}
	if (state & ROW_REMOVED)
		row_set_state(row, state & ~ROW_REMOVED);
	index_put(map, row_key(row), spot.home, number);
	map->live++;
}

/* How many rows there are up to the last that is not free. */
static uint32_t rows_used(const struct livemap *map)
{
	uint32_t count = map->row_count;
	while (count > 0 && row_state(&map->rows[count - 1]) == 0)
		count--;
	return count;
}

static int settle_rows(struct livemap *map, const struct livemap_point *point, bool carry_out)
{
	uint32_t used = rows_used(map);
	int error = index_begin(map, buckets_for(used));
	map->live = map->removed_count = map->free_head = map->free_count = 0;
	map->row_fresh = used;
	for (uint32_t i = 0; error == 0 && i < used; i++)
		settle_row(map, i, point, carry_out);
	return error;
}

int livemap_recover(struct livemap *map, struct livemap_point point, bool *exact)
{
	/* Relaxed: who stored it is dead. */
	uint32_t batch = atomic_load_explicit(&header_of(map)->batch, memory_order_relaxed);
	*exact = batch == point.batch || batch + 1 == point.batch;
	if (!*exact)
		begin_file(map);
	/* The batch before: its commit point was written, what it removed not yet freed. */
	int error = settle_rows(map, &point, batch != point.batch);
	if (error == 0)
		livemap_commit(map, point);
	return error;
}
