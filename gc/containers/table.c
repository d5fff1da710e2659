/*
 * table.c - the hash table of table.h: probing, growth and removal.  Slots are probed one after the other
 * from the one that the hash's upper bits give, and removal closes the gap, so there are no tombstones among
 * them.
 */
#include "table.h"
#include "../core/buffer.h"
#include "../core/quick.h"
#include "../core/tracking.h"
#include "../core/weakref.h"

#include <errno.h>

#define SMALLEST_BITS 3
#define LARGEST_BITS 31
#define TRIES 32 /* of a search during which the table changes, before it is given up */

/* An entry's number does not fit in a byte else, with a 0 that says none. */
_Static_assert((2 << SMALL_BITS) / 3 <= UINT8_MAX, "capacity_of");

static size_t slot_count(const struct table *table)
{
	return table->slots ? (size_t)(UINT32_MAX >> table->shift) + 1 : 0;
}

/* Full at two thirds: longer runs of slots cost more than their memory. */
static uint32_t capacity_of(unsigned bits)
{
	return (uint32_t)(((uint64_t)2 << bits) / 3);
}

static size_t slots_bytes(const struct table *table)
{
	return slot_count(table) * (table_is_small(table) ? sizeof(*table->bytes) : sizeof(*table->slots));
}

size_t rgc__table_bytes(const struct table *table, size_t stride)
{
	return slots_bytes(table) + table->capacity * stride;
}

/* As rgc_equal, keeping the stored key alive meanwhile; errno is equal's. */
static int compare(rgc_object *stored, const rgc_object *key)
{
	rgc_incref(stored);
	int equal = rgc_equal(stored, key);
	int error = errno;
	rgc_decref(stored);
	errno = error;
	return equal;
}

/* What a stored key is compared as: in a weak container the target, or NULL if that has ended. */
static rgc_object *compared(rgc_object *stored)
{
	if (likely(!RGC_IS(stored, rgc_weak)))
		return stored;
	rgc_weak *weak = (rgc_weak *)(void *)stored;
	return rgc__weak_is_bound(weak) ? rgc_weak_get(weak) : stored;
}

static bool may_be_equal(const rgc_object *a, const rgc_object *b)
{
	return a->type == b->type || !((a->type->flags | b->type->flags) & TYPE_EQUAL_TO_OWN);
}

enum { TABLE_CHANGED = -3 };

static ptrdiff_t find_once(const struct table *table, size_t stride, const rgc_object *key, size_t hash)
{
	size_t version = table->version;
	struct probe probe = probe_begin(table, hash);
	for (ptrdiff_t number; (number = probe_next(table, stride, &probe)) >= 0;) {
		const struct entry *entry = table_entry(table, stride, (size_t)number);
		rgc_object *stored = compared(entry->key);
		if (stored == key)
			return number;
		if (!stored || entry->hash != hash || !may_be_equal(stored, key))
			continue;
		int equal = compare(stored, key);
		if (equal < 0)
			return TABLE_FAILED;
		if (table->version != version)
			return TABLE_CHANGED;
		if (equal)
			return number;
	}
	return TABLE_ABSENT;
}

ptrdiff_t rgc__table_find_slowly(const struct table *table, size_t stride, const rgc_object *key, size_t hash)
{
	for (int i = 0; i < TRIES; i++) {
		ptrdiff_t number = table->live ? find_once(table, stride, key, hash) : TABLE_ABSENT;
		if (number != TABLE_CHANGED)
			return number;
	}
	errno = EBUSY;
	return TABLE_FAILED;
}

static uint32_t reference_at(const struct table *table, uint32_t at)
{
	return table_is_small(table) ? table->bytes[at] : table->slots[at].reference;
}

/* Of the entry whose number is there: the slot that its hash gives. */
static uint32_t home_of(const struct table *table, size_t stride, uint32_t at)
{
	if (!table_is_small(table))
		return table_large_home(table, table->slots[at].tag);
	const struct entry *entry = table_entry(table, stride, table->bytes[at] - (size_t)1);
	return table_small_home(table, entry->hash);
}

static inline void link_large_slot(struct table *table, struct slot new)
{
	uint32_t mask = UINT32_MAX >> table->shift, at = table_large_home(table, new.tag);
	while (table->slots[at].reference)
		at = (at + 1) & mask;
	table->slots[at] = new;
}

static inline void link_slot(struct table *table, size_t hash, uint32_t reference)
{
	if (!table_is_small(table)) {
		link_large_slot(table, (struct slot){table_tag(hash), reference});
		return;
	}
	uint32_t mask = UINT32_MAX >> table->shift, at = table_small_home(table, hash);
	while (table->bytes[at])
		at = (at + 1) & mask;
	table->bytes[at] = (uint8_t)reference;
}

static void move_slot(struct table *table, uint32_t to, uint32_t from)
{
	if (table_is_small(table))
		table->bytes[to] = table->bytes[from];
	else
		table->slots[to] = table->slots[from];
}

static void empty_slot(struct table *table, uint32_t at)
{
	if (table_is_small(table))
		table->bytes[at] = 0;
	else
		table->slots[at] = (struct slot){0, 0};
}

/* Frees an entry's slot, and moves those behind it that had to make way for it. */
static void unlink_slot(struct table *table, size_t stride, size_t number)
{
	const struct entry *entry = table_entry(table, stride, number);
	uint32_t mask = UINT32_MAX >> table->shift, gap = probe_begin(table, entry->hash).at;
	while (reference_at(table, gap) != number + 1)
		gap = (gap + 1) & mask;
	for (uint32_t at = (gap + 1) & mask; reference_at(table, at); at = (at + 1) & mask) {
		if (((at - home_of(table, stride, at)) & mask) < ((at - gap) & mask))
			continue;
		move_slot(table, gap, at);
		gap = at;
	}
	empty_slot(table, gap);
}

/* An empty table, for the owner of another; its version is for the caller to set.  0, or -1 with ENOMEM. */
static int table_init(const rgc_object *owner, struct table *table, size_t stride, unsigned bits)
{
	*table = (struct table){.shift = 32 - bits, .capacity = capacity_of(bits)};
	size_t of_slots =
		((size_t)1 << bits) * (bits <= SMALL_BITS ? sizeof(*table->bytes) : sizeof(*table->slots));
	char *block = rgc__buffer_new(owner, of_slots + table->capacity * stride);
	if (!block)
		return -1;
	memset(block, 0, of_slots);
	table->bytes = (uint8_t *)block;
	table->entries = block + of_slots;
	return 0;
}

/* Gives an empty table the slots of another of as many entries, none of which was removed. */
static void copy_slots(struct table *to, const struct table *from, size_t stride)
{
	if (table_is_small(from) || table_is_small(to)) {
		for (uint32_t i = 0; i < from->used; i++) {
			const struct entry *entry = table_entry(from, stride, i);
			link_slot(to, entry->hash, i + 1);
		}
		return;
	}
	/* In their order, which is also that of memory. */
	const struct slot *end = from->slots + slot_count(from);
	for (const struct slot *slot = from->slots; slot < end; slot++)
		if (slot->reference)
			link_large_slot(to, *slot);
}

/* Copies the entries to an empty table that has room, from its `used` on, leaving out what was removed. */
static void copy_entries(struct table *to, const struct table *from, size_t stride)
{
	if (from->live == from->used && !to->used) {
		memcpy(to->entries, from->entries, from->used * stride);
		copy_slots(to, from, stride);
		to->used = from->used;
	} else {
		for (size_t i = from->first; i < from->used; i++) {
			const struct entry *entry = table_entry(from, stride, i);
			if (!entry->key)
				continue;
			memcpy(table_entry(to, stride, to->used), entry, stride);
			link_slot(to, entry->hash, ++to->used);
		}
	}
	to->live = from->live;
}

/* The bits of a table that has room for `count` entries; 0 with ENOMEM if none has. */
static unsigned bits_for(size_t count)
{
	unsigned bits = SMALLEST_BITS;
	while (bits <= LARGEST_BITS && capacity_of(bits) < count)
		bits++;
	if (bits <= LARGEST_BITS)
		return bits;
	errno = ENOMEM;
	return 0;
}

/* By one that has the same entries, with other numbers perhaps. */
static void replace(const void *owner, struct table *table, struct table *larger, size_t stride)
{
	larger->version = table->version + 1;
	rgc__buffer_free(object_is_shared(owner), table->slots, rgc__table_bytes(table, stride));
	*table = *larger;
}

int rgc__table_reserve_slowly(void *owner, struct table *table, size_t stride)
{
	/* A third of the room is free afterwards, whether the table grew or was only rid of removed entries.
	 */
	unsigned bits = bits_for((size_t)table->live + table->live / 2 + 1);
	struct table larger;
	if (!bits || table_init(owner, &larger, stride, bits))
		return -1;
	if (table->live)
		copy_entries(&larger, table, stride);
	replace(owner, table, &larger, stride);
	return 0;
}

void *rgc__table_append(struct table *table, size_t stride, rgc_object *key, size_t hash)
{
	struct entry *entry = table_entry(table, stride, table->used);
	RGC_CHECK_STORE_(key);
	rgc_incref(key);
	*entry = (struct entry){key, hash};
	link_slot(table, hash, ++table->used);
	table->live++;
	table->version++;
	return entry;
}

static bool is_removed(const struct table *table, size_t stride, size_t number)
{
	return !((const struct entry *)table_entry(table, stride, number))->key;
}

/* Both ends, so that taking one from either end again and again is quick. */
static void trim(struct table *table, size_t stride)
{
	while (table->used > table->first && is_removed(table, stride, table->used - 1))
		table->used--;
	while (table->first < table->used && is_removed(table, stride, table->first))
		table->first++;
}

void rgc__table_remove(struct table *table, size_t stride, size_t number)
{
	struct entry *entry = table_entry(table, stride, number);
	unlink_slot(table, stride, number);
	entry->key = NULL;
	table->live--;
	table->version++;
	if (!table->live)
		table->first = table->used = 0;
	trim(table, stride);
}

/* As rgc__table_reserve_slowly, before the first entry: half of the room that is free afterwards. */
static int reserve_before(void *owner, struct table *table, size_t stride)
{
	unsigned bits = bits_for((size_t)table->live + table->live / 2 + 1);
	struct table larger;
	if (table->first)
		return 0;
	if (!bits || table_init(owner, &larger, stride, bits))
		return -1;
	larger.first = larger.used = (larger.capacity - table->live + 1) / 2;
	copy_entries(&larger, table, stride);
	replace(owner, table, &larger, stride);
	return 0;
}

static size_t number_of(const struct table *table, size_t stride, const struct entry *wanted)
{
	struct probe probe = probe_begin(table, wanted->hash);
	for (;;) {
		ptrdiff_t number = probe_next(table, stride, &probe);
		if (number < 0 ||
		    ((const struct entry *)table_entry(table, stride, (size_t)number))->key == wanted->key)
			return (size_t)number;
	}
}

int rgc__table_move_to_end(void *owner, struct table *table, size_t stride, size_t number, bool last)
{
	if (number == (last ? table->used - 1 : table->first))
		return 0;
	const struct entry moved = *(const struct entry *)table_entry(table, stride, number);
	if (last ? table_reserve(owner, table, stride) : reserve_before(owner, table, stride))
		return -1;
	number = number_of(table, stride, &moved);
	size_t to = last ? table->used++ : --table->first;
	struct entry *entry = table_entry(table, stride, number);
	memcpy(table_entry(table, stride, to), entry, stride);
	unlink_slot(table, stride, number);
	entry->key = NULL;
	link_slot(table, moved.hash, (uint32_t)to + 1);
	table->version++;
	trim(table, stride);
	return 0;
}

void rgc__table_rename(struct table *table, size_t stride, size_t number, rgc_object *key, size_t hash)
{
	struct entry *entry = table_entry(table, stride, number);
	unlink_slot(table, stride, number);
	RGC_CHECK_STORE_(key);
	rgc_incref(key);
	*entry = (struct entry){key, hash};
	link_slot(table, hash, (uint32_t)number + 1);
	table->version++;
}

void rgc__table_clear(void *owner, struct table *table, size_t stride)
{
	struct table old = *table;
	bool shared = object_is_shared(owner); /* which may end meanwhile */
	*table = (struct table){.version = old.version + 1};
	if (!old.slots)
		return;
	for (size_t i = old.first; i < old.used; i++) {
		struct pair *pair = table_entry(&old, stride, i);
		if (!pair->entry.key)
			continue;
		quick_decref(pair->entry.key);
		if (stride >= sizeof(struct pair))
			quick_decref(pair->value);
	}
	rgc__buffer_free(shared, old.slots, rgc__table_bytes(&old, stride));
}

static int adopt_child(rgc_object *child, void *owner)
{
	rgc_incref(child);
	track_child(owner, child);
	return 0;
}

int rgc__table_copy(void *owner, struct table *copy, const struct table *table, size_t stride)
{
	if (!table->live)
		return 0;
	unsigned bits = bits_for(table->live);
	struct table new;
	if (table_init(owner, &new, stride, bits))
		return -1;
	copy_entries(&new, table, stride);
	rgc__table_traverse(&new, stride, adopt_child, owner);
	new.version = copy->version + 1;
	*copy = new;
	return 0;
}

int rgc__table_next(const struct table *table, size_t stride, rgc_cursor *cursor, struct entry **entry)
{
	if (!cursor->position)
		*cursor = (rgc_cursor){table->first, table->version};
	if (cursor->version != table->version) {
		errno = EBUSY;
		return -1;
	}
	while (cursor->position < table->used) {
		*entry = table_entry(table, stride, cursor->position++);
		if ((*entry)->key)
			return 1;
	}
	return 0;
}

int rgc__table_traverse(const struct table *table, size_t stride, rgc_visit visit, void *argument)
{
	for (size_t i = table->first; i < table->used; i++) {
		struct pair *pair = table_entry(table, stride, i);
		if (!pair->entry.key)
			continue;
		RGC_VISIT(pair->entry.key);
		if (stride >= sizeof(struct pair))
			RGC_VISIT(pair->value);
	}
	return 0;
}
