/*
 * weak_table.c - see weak_table.h.  User code runs while keys are hashed and compared, when a weak reference
 * is made, which may collect, and when references are dropped, which is always the last thing done.
 */
#include "weak_table.h"
#include "../core/tracking.h"
#include "../core/weakref.h"

#include <errno.h>

/* ---- an entry's parts ---- */

static size_t stride_of(const struct weak_table *weak)
{
	return weak->part == WEAK_ITEM ? sizeof(struct entry) : sizeof(struct pair);
}

/* Without a value in a set. */
static struct pair *entry_at(const struct weak_table *weak, ptrdiff_t number)
{
	return table_entry(&weak->table, stride_of(weak), (size_t)number);
}

static rgc_weak *reference_of(const struct weak_table *weak, const struct pair *pair)
{
	return (rgc_weak *)(void *)(weak->part == WEAK_VALUE ? pair->value : pair->entry.key);
}

/* The part that is none; NULL in a set. */
static rgc_object *strong_part(const struct weak_table *weak, const struct pair *pair)
{
	if (weak->part == WEAK_ITEM)
		return NULL;
	return weak->part == WEAK_VALUE ? pair->entry.key : pair->value;
}

static rgc_object *target_of(rgc_object *reference)
{
	return rgc_weak_get((const rgc_weak *)(const void *)reference);
}

static rgc_object *key_of(const struct weak_table *weak, const struct pair *pair)
{
	return weak->part == WEAK_VALUE ? pair->entry.key : target_of(pair->entry.key);
}

static rgc_object *value_of(const struct weak_table *weak, const struct pair *pair)
{
	if (weak->part == WEAK_ITEM)
		return NULL;
	return weak->part == WEAK_VALUE ? target_of(pair->value) : pair->value;
}

/* ---- entries go ---- */

/* Both references become the caller's. */
static struct pair take(struct weak_table *weak, ptrdiff_t number)
{
	struct pair pair = {.value = NULL};
	memcpy(&pair, entry_at(weak, number), stride_of(weak));
	rgc__table_remove(&weak->table, stride_of(weak), (size_t)number);
	return pair;
}

/* `weak` may end with the last of them. */
static void let_go(const struct weak_table *weak, const struct pair *pair)
{
	rgc_object *strong = strong_part(weak, pair);
	rgc__weak_unbind(reference_of(weak, pair));
	rgc_decref(strong);
}

static void remove_entry(struct weak_table *weak, ptrdiff_t number)
{
	struct pair pair = take(weak, number);
	let_go(weak, &pair);
}

/* A reference that is bound has an entry. */
static ptrdiff_t number_of(const struct weak_table *weak, const rgc_weak *reference, size_t hash)
{
	struct probe probe = probe_begin(&weak->table, hash);
	ptrdiff_t number;
	do
		number = probe_next(&weak->table, stride_of(weak), &probe);
	while (reference_of(weak, entry_at(weak, number)) != reference);
	return number;
}

static void on_end(rgc_weak *reference, void *unused)
{
	(void)unused;
	const struct weak_binding *binding = rgc__weak_binding(reference);
	struct weak_table *weak = binding->owner;
	if (!weak)
		return;
	weak->ended++;
	remove_entry(weak, number_of(weak, reference, binding->hash));
}

/* ---- entries come ---- */

/* Both parts, alive; no value in a set. */
struct weak_pair {
	rgc_object *key, *value;
	size_t hash;
};

/* What a collection ends, and other code of the program's, may have lent it. */
static void hold(const struct weak_pair *pair)
{
	rgc_incref(pair->key);
	rgc_incref(pair->value);
}

/* errno is kept. */
static void release(const struct weak_pair *pair)
{
	int error = errno;
	rgc_decref(pair->key);
	rgc_decref(pair->value);
	errno = error;
}

static rgc_weak *bind(struct weak_table *weak, const struct weak_pair *pair)
{
	rgc_object *target = weak->part == WEAK_VALUE ? pair->value : pair->key;
	return rgc__weak_new_bound(target, on_end, (struct weak_binding){weak, pair->hash});
}

/* Adds an entry whose key is known to be absent.  Consumes the reference, on failure too: 1, or -1 with
 * ENOMEM. */
static int append(struct weak_table *weak, rgc_weak *reference, const struct weak_pair *new)
{
	if (table_reserve(weak, &weak->table, stride_of(weak))) {
		rgc__weak_unbind(reference);
		return -1;
	}
	rgc_object *stored = (rgc_object *)(void *)reference;
	bool is_value = weak->part == WEAK_VALUE;
	struct pair *pair =
		rgc__table_append(&weak->table, stride_of(weak), is_value ? new->key : stored, new->hash);
	if (is_value)
		pair->value = stored;
	else
		rgc_decref(stored); /* the entry has one of its own */
	if (weak->part == WEAK_KEY) {
		RGC_CHECK_STORE_(new->value);
		pair->value = rgc_ref(new->value);
	}
	track_child(weak, strong_part(weak, pair));
	return 1;
}

/* Gives an entry another value: the reference if that is weak, which is consumed. */
static int replace(struct weak_table *weak, ptrdiff_t number, rgc_weak *reference, rgc_object *value)
{
	struct pair *pair = entry_at(weak, number);
	if (weak->part == WEAK_VALUE) {
		rgc_weak *old = reference_of(weak, pair);
		pair->value = (rgc_object *)(void *)reference;
		reference = old;
	}
	if (reference)
		rgc__weak_unbind(reference);
	if (weak->part == WEAK_KEY) {
		track_child(weak, value);
		rgc_set(&pair->value, value);
	}
	return 0;
}

static ptrdiff_t find(const struct weak_table *weak, const rgc_object *key, size_t *hash)
{
	return unlikely(table_hash(key, hash)) ? TABLE_FAILED
					       : table_find(&weak->table, stride_of(weak), key, *hash);
}

/* The same of a key that must be there: TABLE_FAILED with ENOENT if it is not. */
static ptrdiff_t find_existing(const struct weak_table *weak, const rgc_object *key)
{
	size_t hash;
	ptrdiff_t number = find(weak, key, &hash);
	if (likely(number != TABLE_ABSENT))
		return number;
	errno = ENOENT;
	return TABLE_FAILED;
}

static int set_held(struct weak_table *weak, struct weak_pair *pair)
{
	ptrdiff_t number = find(weak, pair->key, &pair->hash);
	if (number >= 0 && weak->part != WEAK_VALUE)
		return replace(weak, number, NULL, pair->value);
	size_t version = weak->table.version;
	rgc_weak *reference = number == TABLE_FAILED ? NULL : bind(weak, pair);
	if (!reference)
		return -1;
	/* Making it may have collected, and so have run code of the program's. */
	if (weak->table.version != version)
		number = table_find(&weak->table, stride_of(weak), pair->key, pair->hash);
	if (number == TABLE_ABSENT)
		return append(weak, reference, pair);
	if (number >= 0)
		return replace(weak, number, reference, pair->value);
	rgc__weak_unbind(reference);
	return -1;
}

int rgc__weak_table_set(struct weak_table *weak, rgc_object *key, rgc_object *value)
{
	struct weak_pair pair = {key, value, 0};
	hold(&pair);
	int result = set_held(weak, &pair);
	release(&pair);
	return result;
}

void *rgc__weak_table_set_default(struct weak_table *weak, rgc_object *key, rgc_object *value)
{
	size_t hash;
	ptrdiff_t number = find(weak, key, &hash);
	rgc_object *present = number < 0 ? NULL : value_of(weak, entry_at(weak, number));
	if (present || number == TABLE_FAILED)
		return present;
	return rgc__weak_table_set(weak, key, value) < 0 ? NULL : value;
}

/* ---- what is there ---- */

void *rgc__weak_table_new(const struct rgc_type *type, enum weak_part part)
{
	struct weak_table *weak = rgc_new_(type);
	if (weak)
		weak->part = part;
	return weak;
}

int rgc__weak_table_contains(const struct weak_table *weak, const rgc_object *key)
{
	size_t hash;
	ptrdiff_t number = find(weak, key, &hash);
	if (number < 0)
		return number == TABLE_ABSENT ? 0 : -1;
	return target_of((rgc_object *)(void *)reference_of(weak, entry_at(weak, number))) != NULL;
}

/* Where it was found: NULL with ENOENT if it has ended, and its entry is about to go. */
static rgc_object *existing_value(const struct weak_table *weak, ptrdiff_t number)
{
	rgc_object *value = value_of(weak, entry_at(weak, number));
	if (!value)
		errno = ENOENT;
	return value;
}

void *rgc__weak_table_get(const struct weak_table *weak, const rgc_object *key)
{
	ptrdiff_t number = find_existing(weak, key);
	return number < 0 ? NULL : existing_value(weak, number);
}

int rgc__weak_table_discard(struct weak_table *weak, const rgc_object *key)
{
	size_t hash;
	ptrdiff_t number = find(weak, key, &hash);
	if (number < 0)
		return number == TABLE_ABSENT ? 0 : -1;
	remove_entry(weak, number);
	return 1;
}

int rgc__weak_table_delete(struct weak_table *weak, const rgc_object *key)
{
	int result = rgc__weak_table_discard(weak, key);
	if (!result)
		errno = ENOENT;
	return result == 1 ? 0 : -1;
}

void *rgc__weak_table_pop(struct weak_table *weak, const rgc_object *key)
{
	ptrdiff_t number = find_existing(weak, key);
	if (number < 0)
		return NULL;
	rgc_object *value = rgc_ref(existing_value(weak, number));
	int error = errno;
	remove_entry(weak, number);
	errno = error;
	return value;
}

void *rgc__weak_table_pop_key(struct weak_table *weak)
{
	while (weak->table.live) {
		ptrdiff_t last = (ptrdiff_t)weak->table.used - 1; /* never a removed one */
		rgc_object *key = rgc_ref(key_of(weak, entry_at(weak, last)));
		remove_entry(weak, last);
		if (key)
			return key;
	}
	errno = ENOENT;
	return NULL;
}

/* ---- all entries ---- */

static int next_pair(const struct weak_table *weak, rgc_cursor *cursor, struct weak_pair *pair)
{
	/* Entries that go with their weak part change the version, and no other entry's place. */
	rgc_cursor at = {cursor->position, cursor->version + weak->ended};
	struct entry *entry;
	int found;
	while ((found = rgc__table_next(&weak->table, stride_of(weak), &at, &entry)) == 1) {
		const struct pair *stored = (const struct pair *)(const void *)entry;
		*pair = (struct weak_pair){key_of(weak, stored), value_of(weak, stored), entry->hash};
		if (pair->key && (pair->value || weak->part == WEAK_ITEM))
			break;
	}
	*cursor = (rgc_cursor){at.position, at.version - weak->ended};
	return found;
}

int rgc__weak_table_next(const struct weak_table *weak, rgc_cursor *cursor, void **key, void **value)
{
	struct weak_pair pair;
	int found = next_pair(weak, cursor, &pair);
	if (found == 1 && key)
		*key = pair.key;
	if (found == 1 && value)
		*value = pair.value;
	return found;
}

/* 0, or -1 with errno. */
static int copy_all(struct weak_table *copy, const struct weak_table *weak)
{
	rgc_cursor cursor = {0, 0};
	struct weak_pair pair;
	int found;
	while ((found = next_pair(weak, &cursor, &pair)) == 1) {
		hold(&pair);
		rgc_weak *reference = bind(copy, &pair);
		int result = reference ? append(copy, reference, &pair) : -1;
		release(&pair);
		if (result < 0)
			return -1;
	}
	return found;
}

void *rgc__weak_table_copy(const struct weak_table *weak)
{
	struct weak_table *copy = rgc__weak_table_new(weak->rgc_head.type, weak->part);
	if (!copy || !copy_all(copy, weak))
		return copy;
	int error = errno;
	rgc_decref(copy);
	errno = error;
	return NULL;
}

int rgc__weak_table_traverse(void *self, rgc_visit visit, void *argument)
{
	const struct weak_table *weak = self;
	for (size_t i = weak->table.first; i < weak->table.used; i++) {
		const struct pair *pair = entry_at(weak, (ptrdiff_t)i);
		if (pair->entry.key)
			RGC_VISIT(strong_part(weak, pair));
	}
	return 0;
}

void rgc__weak_table_clear(void *self)
{
	struct weak_table *weak = self;
	for (size_t i = weak->table.first; i < weak->table.used; i++) {
		const struct pair *pair = entry_at(weak, (ptrdiff_t)i);
		if (pair->entry.key)
			rgc__weak_binding(reference_of(weak, pair))->owner = NULL;
	}
	rgc__table_clear(weak, &weak->table, stride_of(weak));
}

size_t rgc__weak_table_owned_bytes(const void *self)
{
	const struct weak_table *weak = self;
	return rgc__table_bytes(&weak->table, stride_of(weak)) + weak->table.live * rgc__weak_bound_bytes();
}
