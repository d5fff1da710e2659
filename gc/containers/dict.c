/*
 * dict.c - rgc_dict: a hash table of pairs, in the order of insertion.  User code runs only while a key is
 * searched for and when references are dropped, which is always the last thing done.
 */
#include "hash.h"
#include "items.h"
#include "iter.h"
#include "size.h"
#include "table.h"
#include "text.h"
#include "../core/descent.h"
#include "../core/quick.h"
#include "../core/tracking.h"
#include "../core/missing.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

struct rgc_dict {
	RGC_HEAD;
	struct table table;
};

#define STRIDE sizeof(struct pair)

static struct pair *pair_at(const rgc_dict *dict, ptrdiff_t number)
{
	return table_entry(&dict->table, STRIDE, (size_t)number);
}

static ptrdiff_t find(const rgc_dict *dict, const void *key, size_t *hash)
{
	return unlikely(table_hash(key, hash)) ? TABLE_FAILED : table_find(&dict->table, STRIDE, key, *hash);
}

/* As find, of a key that must be there: TABLE_FAILED with ENOENT if it is not. */
static ptrdiff_t find_existing(const rgc_dict *dict, const void *key)
{
	size_t hash;
	ptrdiff_t number = find(dict, key, &hash);
	if (likely(number != TABLE_ABSENT))
		return number;
	errno = ENOENT;
	return TABLE_FAILED;
}

/* Adds a pair whose key was just found to be absent. */
static int add(rgc_dict *dict, rgc_object *key, size_t hash, rgc_object *value)
{
	if (table_reserve(dict, &dict->table, STRIDE))
		return -1;
	struct pair *pair = rgc__table_append(&dict->table, STRIDE, key, hash);
	RGC_CHECK_STORE_(value);
	rgc_incref(value);
	pair->value = value;
	track_child(dict, key);
	track_child(dict, value);
	return 0;
}

static int set_hashed(rgc_dict *dict, rgc_object *key, size_t hash, rgc_object *value)
{
	ptrdiff_t number = table_find(&dict->table, STRIDE, key, hash);
	if (number < 0)
		return number == TABLE_ABSENT ? add(dict, key, hash, value) : -1;
	struct pair *pair = pair_at(dict, number);
	rgc_object *old = pair->value;
	RGC_CHECK_STORE_(value);
	rgc_incref(value);
	pair->value = value;
	track_child(dict, value);
	rgc_decref(old);
	return 0;
}

rgc_dict *rgc_dict_new(void)
{
	return quick_lazy(&RGC_TYPE(rgc_dict), sizeof(rgc_dict));
}

size_t rgc_dict_length(const rgc_dict *dict)
{
	if (missing(dict))
		return 0;
	return dict->table.live;
}

void *rgc_dict_get(const rgc_dict *dict, const void *key)
{
	if (missing(dict))
		return NULL;
	check_object(key);
	ptrdiff_t number = find_existing(dict, key);
	return number < 0 ? NULL : pair_at(dict, number)->value;
}

/* By where a text stands, the hash of what stood there when it was last asked for; 0: nothing was.  Literals
 * stay what they are, so this spares most of a lookup's time.  A guess, which the comparison with the key
 * confirms. */
#define GUESS_BITS 10 /* few literals share a place */
static _Atomic size_t guesses[1u << GUESS_BITS];

static _Atomic size_t *guess_of(const char *text)
{
	return &guesses[(uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15) >> (64 - GUESS_BITS)];
}

static ptrdiff_t find_hashed(const struct table *table, const char *text, size_t length, size_t hash)
{
	struct probe probe = probe_begin(table, hash);
	for (ptrdiff_t number; (number = probe_next(table, STRIDE, &probe)) >= 0;) {
		const struct entry *entry = table_entry(table, STRIDE, (size_t)number);
		if (likely(entry->hash == hash && RGC_IS(entry->key, rgc_str)) &&
		    likely(str_is_inline(entry->key, text, length)))
			return number;
	}
	return TABLE_ABSENT;
}

/* The number of the string's entry, or TABLE_ABSENT.  Calls no code of the program's, whatever the other
 * keys. */
static ptrdiff_t find_text(const struct table *table, const char *text)
{
	size_t length = strlen(text);
	_Atomic size_t *guess = guess_of(text);
	/* Relaxed, both: any value will do. */
	size_t guessed = atomic_load_explicit(guess, memory_order_relaxed);
	ptrdiff_t number = guessed ? find_hashed(table, text, length, guessed) : TABLE_ABSENT;
	if (likely(number >= 0))
		return number;
	size_t hash = rgc__bytes_hash(text, length);
	if (hash == guessed)
		return TABLE_ABSENT;
	atomic_store_explicit(guess, hash, memory_order_relaxed);
	return find_hashed(table, text, length, hash);
}

void *rgc_dict_get_text(const rgc_dict *dict, const char *text)
{
	if (missing(dict) || missing_pointer(text))
		return NULL;
	ptrdiff_t number = dict->table.live ? find_text(&dict->table, text) : TABLE_ABSENT;
	if (likely(number >= 0))
		return pair_at(dict, number)->value;
	errno = ENOENT;
	return NULL;
}

void *rgc_dict_ref(const rgc_dict *dict, const void *key)
{
	check_object(dict);
	check_object(key);
	return rgc_ref(rgc_dict_get(dict, key));
}

int rgc_dict_contains(const rgc_dict *dict, const void *key)
{
	if (missing(dict))
		return -1;
	check_object(key);
	size_t hash;
	ptrdiff_t number = find(dict, key, &hash);
	return number >= 0 ? 1 : number == TABLE_ABSENT ? 0 : -1;
}

int rgc_dict_set(rgc_dict *dict, void *key, void *value)
{
	if (missing(dict) || missing(value))
		return -1;
	check_object(key);
	size_t hash;
	return unlikely(table_hash(key, &hash)) ? -1 : set_hashed(dict, key, hash, value);
}

int rgc_dict_set_steal(rgc_dict *dict, void *key, void *value)
{
	int result = rgc_dict_set(dict, key, value);
	int error = errno;
	rgc_decref(key);
	rgc_decref(value);
	errno = error;
	return result;
}

void *rgc_dict_set_default(rgc_dict *dict, void *key, void *value)
{
	if (missing(dict) || missing(value))
		return NULL;
	check_object(key);
	size_t hash;
	ptrdiff_t number = find(dict, key, &hash);
	if (number >= 0)
		return pair_at(dict, number)->value;
	return number == TABLE_ABSENT && !add(dict, key, hash, value) ? value : NULL;
}

/* Removes a pair; its references are the caller's then. */
static struct pair remove_pair(rgc_dict *dict, ptrdiff_t number)
{
	struct pair pair = *pair_at(dict, number);
	rgc__table_remove(&dict->table, STRIDE, (size_t)number);
	return pair;
}

int rgc_dict_delete(rgc_dict *dict, const void *key)
{
	if (missing(dict))
		return -1;
	check_object(key);
	ptrdiff_t number = find_existing(dict, key);
	if (number < 0)
		return -1;
	struct pair pair = remove_pair(dict, number);
	rgc_decref(pair.entry.key);
	rgc_decref(pair.value);
	return 0;
}

void *rgc_dict_pop(rgc_dict *dict, const void *key)
{
	if (missing(dict))
		return NULL;
	check_object(key);
	ptrdiff_t number = find_existing(dict, key);
	if (number < 0)
		return NULL;
	struct pair pair = remove_pair(dict, number);
	rgc_decref(pair.entry.key);
	return pair.value;
}

int rgc_dict_pop_item(rgc_dict *dict, bool last, void **key, void **value)
{
	if (missing(dict))
		return -1;
	const struct table *table = &dict->table;
	if (!table->live) {
		errno = ENOENT;
		return -1;
	}
	/* Neither end is ever a removed pair. */
	struct pair pair = remove_pair(dict, last ? table->used - 1 : table->first);
	*key = pair.entry.key;
	*value = pair.value;
	return 0;
}

int rgc_dict_move_to_end(rgc_dict *dict, const void *key, bool last)
{
	if (missing(dict))
		return -1;
	check_object(key);
	ptrdiff_t number = find_existing(dict, key);
	return number < 0 ? -1 : rgc__table_move_to_end(dict, &dict->table, STRIDE, (size_t)number, last);
}

static int set_held(rgc_dict *dict, const struct pair *pair)
{
	struct pair held = *pair;
	rgc_incref(held.entry.key);
	rgc_incref(held.value);
	int result = set_hashed(dict, held.entry.key, held.entry.hash, held.value);
	int error = errno;
	rgc_decref(held.entry.key);
	rgc_decref(held.value);
	errno = error;
	return result;
}

int rgc_dict_update(rgc_dict *dict, const rgc_dict *other)
{
	if (missing(dict) || missing(other))
		return -1;
	if (dict == other)
		return 0;
	rgc_cursor cursor = {0, 0};
	struct entry *entry;
	int found;
	while ((found = rgc__table_next(&other->table, STRIDE, &cursor, &entry)) == 1)
		if (set_held(dict, (const struct pair *)(const void *)entry))
			return -1;
	return found;
}

rgc_dict *rgc_dict_copy(const rgc_dict *dict)
{
	if (missing(dict))
		return NULL;
	rgc_dict *copy = rgc_dict_new();
	if (!copy)
		return NULL;
	if (rgc__table_copy(copy, &copy->table, &dict->table, STRIDE)) {
		rgc_decref(copy);
		return NULL;
	}
	return copy;
}

static void dict_clear(void *self)
{
	rgc_dict *dict = self;
	rgc__table_clear(dict, &dict->table, STRIDE);
}

void rgc_dict_clear(rgc_dict *dict)
{
	if (missing(dict))
		return;
	dict_clear(dict);
}

int rgc_dict_next(const rgc_dict *dict, rgc_cursor *cursor, void **key, void **value)
{
	if (missing(dict))
		return -1;
	struct entry *entry;
	int found = rgc__table_next(&dict->table, STRIDE, cursor, &entry);
	if (found != 1)
		return found;
	if (key)
		*key = entry->key;
	if (value)
		*value = ((struct pair *)(void *)entry)->value;
	return 1;
}

size_t rgc__dict_owned_bytes(const void *dict)
{
	return rgc__table_bytes(&((const rgc_dict *)dict)->table, STRIDE);
}

static int dict_traverse(void *self, rgc_visit visit, void *argument)
{
	return rgc__table_traverse(&((rgc_dict *)self)->table, STRIDE, visit, argument);
}

/* Whether `other` has an equal pair, both kept alive meanwhile: 1, 0 or -1. */
static int has_pair(const rgc_dict *other, const struct pair *pair)
{
	struct pair held = *pair;
	rgc_incref(held.entry.key);
	rgc_incref(held.value);
	ptrdiff_t number = table_find(&other->table, STRIDE, held.entry.key, held.entry.hash);
	rgc_object *value = number >= 0 ? rgc_ref(pair_at(other, number)->value) : NULL;
	int result = value ? rgc_equal(held.value, value) : number == TABLE_ABSENT ? 0 : -1;
	int error = errno;
	rgc_decref(value);
	rgc_decref(held.value);
	rgc_decref(held.entry.key);
	errno = error;
	return result;
}

static int all_pairs_in(const rgc_dict *left, const rgc_dict *right)
{
	rgc_cursor cursor = {0, 0};
	struct entry *entry;
	int found;
	while ((found = rgc__table_next(&left->table, STRIDE, &cursor, &entry)) == 1) {
		int equal = has_pair(right, (const struct pair *)(const void *)entry);
		if (equal != 1)
			return equal;
	}
	return found ? -1 : 1;
}

static int dict_equal(const void *self, const void *other)
{
	if (!RGC_IS(other, rgc_dict) || rgc_dict_length(self) != rgc_dict_length(other))
		return 0;
	if (rgc__descent_begin())
		return -1;
	int equal = all_pairs_in(self, other);
	rgc__descent_end();
	return equal;
}

static rgc_str *dict_repr(const void *self)
{
	struct text text = {0};
	rgc_cursor cursor = {0, 0};
	void *key, *value;
	int found;
	rgc__text_add_string(&text, "{");
	for (const char *separator = ""; (found = rgc_dict_next(self, &cursor, &key, &value)) == 1;
	     separator = ", ") {
		rgc_auto rgc_object *held = rgc_ref((rgc_object *)value);
		rgc__text_add_string(&text, separator);
		rgc__text_add_repr(&text, key);
		rgc__text_add_string(&text, ": ");
		rgc__text_add_repr(&text, held);
	}
	if (found && !text.error)
		text.error = errno;
	rgc__text_add_string(&text, "}");
	return rgc__text_finish(&text);
}

const struct rgc_type RGC_TYPE(rgc_dict) = {
	.name = "rgc_dict",
	.size = sizeof(rgc_dict),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_UNHASHABLE,
	.traverse = dict_traverse,
	.clear = dict_clear,
	.equal = dict_equal,
	.repr = dict_repr,
	.iter = rgc__dict_iter,
};
