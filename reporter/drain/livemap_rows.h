/*
 * livemap_rows.h - the live map's rows and their index: how a key is found, put in and taken out, as inline
 * functions.
 *
 * For the livemap's own files, and for the drainer's loop over records, which looks up two of three records
 * here.  Nobody else knows rows.
 *
 * Only the death of this process is to be survived, not that of the machine: stores reach
 * the file in program order, so release stores keep the compiler from reordering, no more.
 */
#ifndef MPROF_REPORTER_DRAIN_LIVEMAP_ROWS_H
#define MPROF_REPORTER_DRAIN_LIVEMAP_ROWS_H

#include "drain/livemap_entry.h"
#include "drain/livemap_file.h"
#include "figures/breakdown.h"

#include <stddef.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ---- what there is ------------------------------------------------------- */

/* In the file.  Words of 32 bits, since a quarter of a large map is what 64-bit ones would pad. */
struct livemap_row {
	uint32_t key_low;       /* of a free row: the next free one's number + 1 */
	_Atomic uint32_t state; /* ROW_* and the key's upper bits; 0: free, zero memory is free rows */
	uint32_t block_low;
	uint32_t block_high; /* 14 bits, ROW_HIDDEN, ROW_HUGE, and the allocating thread or, of a huge block,
				the size's upper 16 */
	uint32_t size_low, operation, born;
};

#define ROW_USED (UINT32_C(1) << 31)
#define ROW_REMOVED (UINT32_C(1) << 30) /* since the last commit, which frees it */
#define ROW_BLOCK_HIGH ((UINT32_C(1) << (LIVEMAP_BLOCK_BITS - 32)) - 1)
#define ROW_HIDDEN (ROW_BLOCK_HIGH + 1)
#define ROW_HUGE (ROW_HIDDEN << 1)
#define ROW_UPPER_SHIFT (LIVEMAP_BLOCK_BITS - 32 + 2)
_Static_assert(LIVEMAP_ADDRESS_BITS + 1 + 2 <= 64, "a key and two bits are two words");
_Static_assert(ROW_UPPER_SHIFT + LIVEMAP_SIZE_BITS - 32 <= 32, "a word has four parts");
_Static_assert(BREAKDOWN_THREADS <= UINT32_C(1) << (32 - ROW_UPPER_SHIFT), "a thread is a part");

/* The index is buckets of tags, one cache line each (the idea of F14, Facebook's hash table).  A key is in
 * its home bucket or, if that was full, in the next with room.  How many keys had to go on is counted in
 * every bucket that they passed, so a search knows where to end, and taking out moves nothing. */
#define BUCKET_ROWS 12u
#define BUCKET_FULL 10u /* rows per bucket, on average, at most */

struct livemap_bucket {
	uint8_t tags[BUCKET_ROWS]; /* of their keys; 0: nothing there */
	uint32_t passed;
	uint32_t rows[BUCKET_ROWS];
};
_Static_assert(sizeof(struct livemap_bucket) == 64, "a cache line");

struct livemap {
	struct livemap_file file;
	struct livemap_row *rows;       /* in the file */
	uint32_t row_count, row_fresh;  /* rows from `fresh` on were never used */
	uint32_t free_head, free_count; /* free rows below: number + 1 */
	struct livemap_bucket *buckets; /* private */
	uint32_t bucket_count;
	size_t live;
	uint32_t *removed, removed_count; /* rows with ROW_REMOVED */
	uint32_t removed_room;
	struct livemap_point committed;
};

/* Where the index has a key. */
struct livemap_spot {
	uint32_t home, bucket, at, row;
};

/* ---- rows ---------------------------------------------------------------- */

static inline uint32_t row_state(const struct livemap_row *row)
{
	/* Relaxed: one process at a time, see above. */
	return atomic_load_explicit(&row->state, memory_order_relaxed);
}

static inline void row_set_state(struct livemap_row *row, uint32_t state)
{
	/* Release: a row is whole before it counts. */
	atomic_store_explicit(&row->state, state, memory_order_release);
	/* The compiler must not store anything else to the row before that, either. */
	atomic_signal_fence(memory_order_seq_cst);
}

static inline bool row_is_live(const struct livemap_row *row)
{
	return (row_state(row) & (ROW_USED | ROW_REMOVED)) == ROW_USED;
}

static inline bool row_has_key(const struct livemap_row *row, uint64_t key)
{
	uint64_t words; /* both at once; no other process writes */
	memcpy(&words, row, sizeof(words));
	return words == (key | (uint64_t)ROW_USED << 32);
}

static inline uint64_t row_key(const struct livemap_row *row)
{
	return (uint64_t)(row_state(row) & ~(ROW_USED | ROW_REMOVED)) << 32 | row->key_low;
}

static inline bool row_is_hidden(const struct livemap_row *row)
{
	return (row->block_high & ROW_HIDDEN) != 0;
}

static inline uint64_t row_ordinal(const struct livemap_row *row)
{
	return (uint64_t)(row->block_high & ROW_BLOCK_HIGH) << 32 | row->block_low;
}

/* Of a live row that is not hidden, and younger than the commit point before and after.  In one store: half
 * of it might be an ordinal from before that point. */
static inline void row_set_ordinal(struct livemap_row *row, uint64_t ordinal)
{
	uint64_t words = (uint64_t)(row->block_high & ~ROW_BLOCK_HIGH) << 32 |
			 (ordinal & ((UINT64_C(1) << LIVEMAP_BLOCK_BITS) - 1));
	memcpy((char *)row + offsetof(struct livemap_row, block_low), &words, sizeof(words));
}

/* Rows younger than the commit point need no undo: recovery drops them anyway. */
static inline bool row_is_young(const struct livemap_row *row, const struct livemap_point *point)
{
	return row_ordinal(row) >= (row_is_hidden(row) ? point->hidden : point->allocations);
}

static inline bool row_is_huge(const struct livemap_row *row)
{
	return (row->block_high & ROW_HUGE) != 0;
}

static inline bool row_is_special(const struct livemap_row *row)
{
	return (row->block_high & (ROW_HIDDEN | ROW_HUGE)) != 0;
}

static inline struct livemap_entry row_entry(const struct livemap_row *row, uint64_t key)
{
	uint32_t upper = row->block_high >> ROW_UPPER_SHIFT;
	bool huge = row_is_huge(row);
	return (struct livemap_entry){.key = key,
				      .block = row_ordinal(row) | (row_is_hidden(row) ? LIVEMAP_HIDDEN : 0),
				      .size_bytes =
					      huge ? (uint64_t)upper << 32 | row->size_low : row->size_low,
				      .operation = row->operation,
				      .born = row->born,
				      .kind = huge ? 0 : kind_of_block(row->size_low, upper)};
}

static inline void row_store(struct livemap_row *row, const struct livemap_entry *entry)
{
	bool huge = livemap_is_huge(entry->size_bytes);
	uint32_t upper = huge ? (uint32_t)(entry->size_bytes >> 32) : kind_thread(entry->kind);
	row->key_low = (uint32_t)entry->key;
	row->block_low = (uint32_t)entry->block;
	row->block_high = ((uint32_t)(entry->block >> 32) & ROW_BLOCK_HIGH) |
			  (entry->block & LIVEMAP_HIDDEN ? ROW_HIDDEN : 0) | (huge ? ROW_HUGE : 0) |
			  upper << ROW_UPPER_SHIFT;
	row->size_low = (uint32_t)entry->size_bytes;
	row->operation = entry->operation;
	row->born = entry->born;
	row_set_state(row, (uint32_t)(entry->key >> 32) | ROW_USED);
}

/* livemap_ready saw to it that there is one. */
static inline uint32_t row_take_free(struct livemap *map)
{
	if (map->free_head == 0)
		return map->row_fresh++;
	uint32_t number = map->free_head - 1;
	map->free_head = map->rows[number].key_low;
	map->free_count--;
	/* Freed long ago, perhaps. */
	if (map->free_head > 0)
		__builtin_prefetch(&map->rows[map->free_head - 1], 1);
	return number;
}

static inline void row_give_back(struct livemap *map, uint32_t number)
{
	struct livemap_row *row = &map->rows[number];
	row_set_state(row, 0);
	row->key_low = map->free_head;
	map->free_head = number + 1;
	map->free_count++;
}

/* ---- the index ----------------------------------------------------------- */

/* Neighbours in memory, which come and go together, are neighbours here: 128 bytes share a home, which is
 * some four blocks in most heaps. */
#define HOME_SHIFT 8 /* of a key */

static inline uint32_t key_home(const struct livemap *map, uint64_t key)
{
	/* Fibonacci hashing (Knuth, TAOCP 6.4): neighbourhoods that follow one another fall far from one
	 * another.  What is 512 GiB apart may meet. */
	uint32_t hash = (uint32_t)(key >> HOME_SHIFT) * UINT32_C(0x9e3779b9);
	return (uint32_t)((uint64_t)hash * map->bucket_count >> 32);
}

/* Never 0.  Eight neighbours 16 bytes apart differ, and of others 15 in 16. */
static inline uint8_t key_tag(uint64_t key)
{
	return (uint8_t)(key >> 5) | 0x80;
}

static inline uint32_t bucket_after(const struct livemap *map, uint32_t bucket)
{
	return bucket + 1 < map->bucket_count ? bucket + 1 : 0;
}

/* A bit for each place with this tag. */
static inline uint32_t bucket_match(const struct livemap_bucket *bucket, uint8_t tag)
{
	const uint32_t all = (1u << BUCKET_ROWS) - 1;
#ifdef __SSE2__
	__m128i tags = _mm_load_si128((const __m128i *)(const void *)bucket);
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(tags, _mm_set1_epi8((char)tag))) & all;
#else
	uint32_t found = 0;
	for (uint32_t i = 0; i < BUCKET_ROWS; i++)
		found |= (uint32_t)(bucket->tags[i] == tag) << i;
	return found & all;
#endif
}

/* The key's row, and where the index has it; NULL: there is none, and of spot only `home` is set. */
static inline struct livemap_row *row_find(const struct livemap *map, uint64_t key, struct livemap_spot *spot)
{
	uint32_t home = key_home(map, key);
	*spot = (struct livemap_spot){.home = home};
	for (uint32_t at = home;; at = bucket_after(map, at)) {
		const struct livemap_bucket *bucket = &map->buckets[at];
		uint32_t places = bucket_match(bucket, key_tag(key));
		for (; places; places &= places - 1) {
			uint32_t place = (uint32_t)__builtin_ctz(places);
			struct livemap_row *row = &map->rows[bucket->rows[place]];
			*spot = (struct livemap_spot){home, at, place, bucket->rows[place]};
			if (__builtin_expect(row_has_key(row, key), 1))
				return row;
		}
		/* All of them passed, by keys that are now spread over empty ones: once round is enough. */
		if (__builtin_expect(bucket->passed == 0, 1) || bucket_after(map, at) == home)
			return NULL;
	}
}

static inline void index_put(struct livemap *map, uint64_t key, uint32_t home, uint32_t row)
{
	uint32_t at = home, places;
	while (__builtin_expect((places = bucket_match(&map->buckets[at], 0)) == 0, 0)) {
		map->buckets[at].passed++;
		at = bucket_after(map, at);
	}
	uint32_t place = (uint32_t)__builtin_ctz(places);
	map->buckets[at].tags[place] = key_tag(key);
	map->buckets[at].rows[place] = row;
}

static inline void index_take_out(struct livemap *map, const struct livemap_spot *spot)
{
	map->buckets[spot->bucket].tags[spot->at] = 0;
	for (uint32_t at = spot->home; at != spot->bucket; at = bucket_after(map, at))
		map->buckets[at].passed--;
}

/* Always inlined: gcc takes a function that only prefetches for one without effect, and drops its calls. */
static inline __attribute__((always_inline)) void row_prefetch_home(const struct livemap *map, uint64_t key)
{
	__builtin_prefetch(&map->buckets[key_home(map, key)], 1);
}

/* The home was prefetched before: now for the row that it most likely leads to. */
static inline __attribute__((always_inline)) void row_prefetch(const struct livemap *map, uint64_t key)
{
	const struct livemap_bucket *bucket = &map->buckets[key_home(map, key)];
	uint32_t places = bucket_match(bucket, key_tag(key));
	if (places)
		__builtin_prefetch(&map->rows[bucket->rows[__builtin_ctz(places)]], 1);
}

/* ---- both ---------------------------------------------------------------- */

/* The key is not there, and has this home. */
static inline void row_put(struct livemap *map, uint32_t home, const struct livemap_entry *entry)
{
	uint32_t number = row_take_free(map);
	row_store(&map->rows[number], entry);
	index_put(map, entry->key, home, number);
	map->live++;
}

/* What row_find returned. */
static inline void row_take_out(struct livemap *map, struct livemap_row *row, const struct livemap_spot *spot)
{
	index_take_out(map, spot);
	map->live--;
	if (row_is_young(row, &map->committed)) {
		row_give_back(map, spot->row);
		return;
	}
	row_set_state(row, row_state(row) | ROW_REMOVED);
	map->removed[map->removed_count++] = spot->row;
}

#endif
