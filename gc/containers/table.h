/*
 * table.h - the hash table behind dictionaries, sets and memoizers: entries in an array, in the order of
 * their insertion, and slots that say where to look for a hash.  Slots of a small table are a byte each, and
 * its entries say which hash they have; those of a large one have a part of the hash beside them, so that
 * entries that are of no interest are not touched.
 *
 * The table owns a reference to each key (and value, in entries that have one).  It calls user code only to
 * compare keys, in table_find; whatever that does to the table is noticed.  Everything else here runs none:
 * after table_find has said "absent", an entry can be added without looking again.
 *
 * Keys of weak containers (weak_table.h) are weak references, bound to the table, and compared as their
 * targets.
 *
 * Entries of every kind begin with struct entry, those with values with struct pair; `stride` is their size,
 * a constant of the table's owner.
 */
#ifndef RGC_GC_CONTAINERS_TABLE_H
#define RGC_GC_CONTAINERS_TABLE_H

#include "values.h"
#include "../core/missing.h"

MPROF_RUNTIME

/* Flag of types whose objects equal none of other types, whatever the equal of those says. */
#define TYPE_EQUAL_TO_OWN (1u << 16)

struct entry {
	rgc_object *key; /* NULL once removed */
	size_t hash;
};

struct pair {
	struct entry entry;
	rgc_object *value;
};

/* Half of the mixed hash (table_tag), and number of the entry + 1; all zero is free.  A byte is that number
 * alone.
 */
struct slot {
	uint32_t tag, reference;
};

/* All zero is empty. */
struct table {
	union { /* one allocation, which the entries share; their number is a power of two */
		struct slot *slots;
		uint8_t *bytes; /* table_is_small */
	};
	char *entries;
	size_t version;       /* changes whenever keys come or go, and so do places */
	uint32_t shift;       /* of a tag, to give its first slot */
	uint32_t capacity;    /* entries */
	uint32_t first, used; /* entries before `first` and from `used` on are unused */
	uint32_t live;        /* entries with keys */
};

#define SMALL_BITS 8 /* of the slots of small tables */

/* What table_find returns besides the number of an entry. */
enum { TABLE_ABSENT = -1, TABLE_FAILED = -2 };

static inline bool table_is_small(const struct table *table)
{
	return table->shift >= 32 - SMALL_BITS;
}

static inline void *table_entry(const struct table *table, size_t stride, size_t number)
{
	return table->entries + number * stride;
}

/* Spreads hashes that are in a row, or differ in few bits: the golden ratio's bits have no pattern. */
static inline uint32_t table_mix(size_t hash)
{
	return (uint32_t)(hash * (uint64_t)0x9e3779b97f4a7c15 >> 32);
}

/* Where the search for a hash begins in a small table. */
static inline uint32_t table_small_home(const struct table *table, size_t hash)
{
	return table_mix(hash) >> table->shift;
}

#define LINE_SLOTS 8u /* in a cache line */

/* For a large table: hashes in a row are in one cache line, and lines are spread. */
static inline uint32_t table_tag(size_t hash)
{
	return (table_mix(hash / LINE_SLOTS) & ~(LINE_SLOTS - 1)) | (hash & (LINE_SLOTS - 1));
}

static inline uint32_t table_large_home(const struct table *table, uint32_t tag)
{
	return (tag >> table->shift & ~(LINE_SLOTS - 1)) | (tag & (LINE_SLOTS - 1));
}

/* rgc_hash, without calls for the most usual keys. */
static inline int table_hash(const rgc_object *key, size_t *hash)
{
	if (missing_pointer(key))
		return -1;
	if (key->type == &RGC_TYPE(rgc_int)) {
		*hash = int_hash_inline(key);
		return 0;
	}
	if (key->type == &RGC_TYPE(rgc_str) && likely(*hash = str_known_hash(key)))
		return 0;
	return rgc_hash(key, hash);
}

/* The search for a hash, along the slots from the one that it gives. */
struct probe {
	size_t hash;
	uint32_t tag, at;
};

static inline struct probe probe_begin(const struct table *table, size_t hash)
{
	if (likely(table_is_small(table)))
		return (struct probe){hash, 0, table_small_home(table, hash)};
	uint32_t tag = table_tag(hash);
	return (struct probe){hash, tag, table_large_home(table, tag)};
}

/* The number of the next entry that has the hash, or in a large table may have it; or TABLE_ABSENT. */
static inline ptrdiff_t probe_next(const struct table *table, size_t stride, struct probe *probe)
{
	uint32_t mask = UINT32_MAX >> table->shift;
	if (likely(table_is_small(table))) {
		for (;;) {
			size_t reference = table->bytes[probe->at];
			if (!reference)
				return TABLE_ABSENT;
			probe->at = (probe->at + 1) & mask;
			const struct entry *entry = table_entry(table, stride, reference - 1);
			if (entry->hash == probe->hash)
				return (ptrdiff_t)reference - 1;
		}
	}
	for (;;) {
		struct slot slot = table->slots[probe->at];
		if (!slot.reference)
			return TABLE_ABSENT;
		probe->at = (probe->at + 1) & mask;
		if (slot.tag == probe->tag)
			return slot.reference - 1;
	}
}

/* table_find for keys that need calls: starts again, so that the table may change under it. */
ptrdiff_t rgc__table_find_slowly(const struct table *table, size_t stride, const rgc_object *key,
				 size_t hash);

/*
 * The number of the entry with an equal key, TABLE_ABSENT, or TABLE_FAILED with the error of equal, or EBUSY
 * if that changes the table time and again.
 */
static inline __attribute__((always_inline)) ptrdiff_t table_find(const struct table *table, size_t stride,
								  const rgc_object *key, size_t hash)
{
	if (unlikely(!table->live))
		return TABLE_ABSENT;
	struct probe probe = probe_begin(table, hash);
	for (ptrdiff_t number; (number = probe_next(table, stride, &probe)) >= 0;) {
		const struct entry *entry = table_entry(table, stride, (size_t)number);
		if (likely(entry->key == key))
			return number;
		if (unlikely(entry->key->type != key->type))
			return rgc__table_find_slowly(table, stride, key, hash);
		if (key->type == &RGC_TYPE(rgc_int)) {
			if (likely(int_equal_inline(entry->key, key)))
				return number;
		} else if (key->type == &RGC_TYPE(rgc_str)) {
			if (likely(str_equal_inline(entry->key, key)))
				return number;
		} else {
			return rgc__table_find_slowly(table, stride, key, hash);
		}
	}
	return TABLE_ABSENT;
}

/* Makes room for one more entry in the table of `owner`: 0, or -1 with ENOMEM and nothing changed.  Numbers
 * of entries change, but for a table from which none was ever removed. */
int rgc__table_reserve_slowly(void *owner, struct table *table, size_t stride);

static inline int table_reserve(void *owner, struct table *table, size_t stride)
{
	return likely(table->used < table->capacity) ? 0 : rgc__table_reserve_slowly(owner, table, stride);
}

/* Adds an entry whose key is known to be absent, after table_reserve; increfs the key.  The owner stores the
 * rest. */
void *rgc__table_append(struct table *table, size_t stride, rgc_object *key, size_t hash);

/* Removes an entry.  Its references become the caller's, who has taken the pointers out before. */
void rgc__table_remove(struct table *table, size_t stride, size_t number);

/* Makes an entry the last one, or the first: 0, or -1 with ENOMEM and nothing changed.  Numbers of entries
 * change. */
int rgc__table_move_to_end(void *owner, struct table *table, size_t stride, size_t number, bool last);

/* Gives an entry to another key, known to be absent, which is increfed; else as rgc__table_remove. */
void rgc__table_rename(struct table *table, size_t stride, size_t number, rgc_object *key, size_t hash);

/* Removes all entries, then drops their references. */
void rgc__table_clear(void *owner, struct table *table, size_t stride);

/* Makes the empty table of `owner` a copy; 0, or -1 with ENOMEM. */
int rgc__table_copy(void *owner, struct table *copy, const struct table *table, size_t stride);

/* The next entry; 1, 0 at the end, -1 with EBUSY. */
int rgc__table_next(const struct table *table, size_t stride, rgc_cursor *cursor, struct entry **entry);

/* Of its memory. */
size_t rgc__table_bytes(const struct table *table, size_t stride);

int rgc__table_traverse(const struct table *table, size_t stride, rgc_visit visit, void *argument);

#endif
