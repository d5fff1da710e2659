/*
 * call_key.c - the memoizer's keys: positional arguments, then names and values of keywords, in one array.
 */
#include "call_key.h"
#include "table.h"
#include "../core/shared.h"
#include "../core/tracking.h"

#include <errno.h>

typedef struct call_key {
	RGC_VAR_HEAD;
	size_t hash;
	size_t positional;
	bool typed;
	rgc_object *items[];
} call_key;

static int key_traverse(void *self, rgc_visit visit, void *argument)
{
	const call_key *key = self;
	for (size_t i = 0; i < key->rgc_head.count; i++)
		RGC_VISIT(key->items[i]);
	return 0;
}

static void key_clear(void *self)
{
	call_key *key = self;
	for (size_t i = 0; i < key->rgc_head.count; i++)
		rgc_clear(&key->items[i]);
}

static int key_hash(const void *self, size_t *hash)
{
	*hash = ((const call_key *)self)->hash;
	return 0;
}

/* Only ever asked about another key: TYPE_EQUAL_TO_OWN. */
static int key_equal(const void *self, const void *other)
{
	const call_key *a = self, *b = other;
	if (a->rgc_head.count != b->rgc_head.count || a->positional != b->positional || a->typed != b->typed)
		return 0;
	for (size_t i = 0; i < a->rgc_head.count; i++) {
		if (a->typed && a->items[i]->type != b->items[i]->type)
			return 0;
		int equal = rgc_equal(a->items[i], b->items[i]);
		if (equal != 1)
			return equal;
	}
	return 1;
}

/* Keys are made for each call, and most are dropped after it: only those that a memoizer keeps are tracked.
 */
static const struct rgc_type call_key_rgc_type = {
	.name = "rgc_call_key",
	.size = sizeof(call_key),
	.item_size = sizeof(rgc_object *),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | TYPE_EQUAL_TO_OWN,
	.traverse = key_traverse,
	.clear = key_clear,
	.hash = key_hash,
	.equal = key_equal,
};

/* The length is checked again because making the key may have run user code. */
static int fill(call_key *key, const rgc_tuple *arguments, const rgc_dict *keywords)
{
	size_t count = key->positional;
	for (size_t i = 0; i < count; i++)
		key->items[i] = rgc_tuple_ref(arguments, (ssize_t)i);
	size_t pairs = keywords ? rgc_dict_length(keywords) : 0;
	if (count + 2 * pairs != key->rgc_head.count) {
		errno = EBUSY;
		return -1;
	}
	rgc_cursor cursor = {0, 0};
	void *name, *value;
	while (pairs && rgc_dict_next(keywords, &cursor, &name, &value) == 1) {
		key->items[count++] = rgc_ref((rgc_object *)name);
		key->items[count++] = rgc_ref((rgc_object *)value);
	}
	return 0;
}

static int compute_hash(call_key *key)
{
	const uint64_t factor = 0x9e3779b97f4a7c15; /* 2^64 / golden ratio: odd, without pattern */
	uint64_t sum = (key->rgc_head.count << 1 | key->typed) ^ key->positional << 32;
	for (size_t i = 0; i < key->rgc_head.count; i++) {
		size_t hash;
		if (table_hash(key->items[i], &hash))
			return -1;
		sum = (sum ^ hash) * factor;
		if (key->typed)
			sum = (sum ^ (uintptr_t)key->items[i]->type >> 4) * factor;
		sum ^= sum >> 29;
	}
	key->hash = (size_t)sum;
	return 0;
}

rgc_object *rgc__call_key_new(const rgc_tuple *arguments, const rgc_dict *keywords, bool typed)
{
	size_t positional = rgc_tuple_length(arguments), pairs = keywords ? rgc_dict_length(keywords) : 0;
	call_key *key = rgc_new_items(call_key, positional + 2 * pairs);
	if (!key)
		return NULL;
	key->positional = positional;
	key->typed = typed;
	if (!fill(key, arguments, keywords) && !compute_hash(key))
		return (rgc_object *)key;
	int error = errno;
	rgc_decref(key);
	errno = error;
	return NULL;
}

rgc_object *rgc__call_key_share(const rgc_object *object)
{
	if (!RGC_IS(object, call_key))
		return rgc_share(object);
	const call_key *key = (const call_key *)object;
	call_key *copy = rgc__shared_new_items(&RGC_TYPE(call_key), key->rgc_head.count);
	if (!copy)
		return NULL;
	copy->hash = key->hash;
	copy->positional = key->positional;
	copy->typed = key->typed;
	for (size_t i = 0; i < key->rgc_head.count; i++) {
		copy->items[i] = rgc_share(key->items[i]);
		if (copy->items[i])
			continue;
		int error = errno;
		rgc_decref(copy);
		errno = error;
		return NULL;
	}
	return (rgc_object *)copy;
}

void rgc__call_key_watch(rgc_object *object)
{
	if (!RGC_IS(object, call_key))
		return;
	call_key *key = (call_key *)object;
	for (size_t i = 0; i < key->rgc_head.count; i++)
		track_child(key, key->items[i]);
}
