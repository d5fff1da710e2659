/*
 * intern.c - one string for each text, as long as somebody has it: a hash table of weak references, whose
 * callbacks take them out.
 */
#include "hash.h"
#include "table.h"
#include "../core/heap.h"
#include "../core/missing.h"

#include <stdlib.h>
#include <string.h>

#define STRIDE sizeof(struct entry) /* whose key is the weak reference, and whose hash the string's */

/* A heap's, which is made with the first string and ends with the last one.  NULL with ENOMEM. */
static struct table *make_table(rgc_heap *heap)
{
	if (!heap->interned)
		heap->interned = calloc(1, sizeof(struct table));
	return heap->interned;
}

/* The table is one of weak references, and counts as theirs. */
static void end_if_empty(rgc_heap *heap, rgc_weak *weak)
{
	struct table *table = heap->interned;
	if (!table || table->live)
		return;
	rgc__table_clear(weak, table, STRIDE);
	free(table);
	heap->interned = NULL;
}

/* Borrowed; NULL if there is none. */
static rgc_str *find(const struct table *table, const char *text, size_t length, size_t hash)
{
	if (!table || !table->live)
		return NULL;
	struct probe probe = probe_begin(table, hash);
	for (ptrdiff_t number; (number = probe_next(table, STRIDE, &probe)) >= 0;) {
		const struct entry *entry = table_entry(table, STRIDE, (size_t)number);
		rgc_str *string = entry->hash == hash ? rgc_weak_get((rgc_weak *)entry->key) : NULL;
		if (string && str_is_inline(string, text, length))
			return string;
	}
	return NULL;
}

/* A weak reference's callback. */
static void forget(rgc_weak *weak, void *hash)
{
	rgc_heap *heap = rgc__thread.heap;
	struct table *table = heap->interned;
	struct probe probe = probe_begin(table, (size_t)rgc_int_get(hash));
	ptrdiff_t number;
	do
		number = probe_next(table, STRIDE, &probe);
	while (((const struct entry *)table_entry(table, STRIDE, (size_t)number))->key != (rgc_object *)weak);
	rgc__table_remove(table, STRIDE, (size_t)number);
	end_if_empty(heap, weak);
	rgc_decref(weak);
}

static int add(rgc_heap *heap, rgc_weak *weak, size_t hash)
{
	struct table *table = make_table(heap);
	if (!table || table_reserve(weak, table, STRIDE)) {
		end_if_empty(heap, weak);
		return -1;
	}
	rgc__table_append(table, STRIDE, (rgc_object *)weak, hash);
	return 0;
}

/* Has a string be the one for its text, unless another has become that meanwhile.  Owned. */
static rgc_str *intern(rgc_heap *heap, rgc_str *string, size_t hash)
{
	rgc_int *number = rgc_int_new((int64_t)hash);
	rgc_weak *weak = number ? rgc_weak_new(string, forget, number) : NULL;
	rgc_decref(number);
	if (!weak)
		return NULL;
	/* Making these may have run code of the program's. */
	rgc_str *found = find(heap->interned, string->text, rgc_str_length(string), hash);
	if (!found && !add(heap, weak, hash))
		found = string;
	rgc_incref(found);
	rgc_decref(weak);
	return found;
}

/* Those that no weak reference can have as its target have a copy. */
static rgc_str *own_string(rgc_str *string)
{
	return string->rgc_head.object.refs > 0 ? rgc_ref(string)
						: rgc_str_new_bytes(string->text, rgc_str_length(string));
}

rgc_str *rgc_str_intern(rgc_str *string)
{
	rgc_heap *heap = missing(string) ? NULL : heap_current();
	size_t hash;
	if (!heap || rgc_hash(string, &hash))
		return NULL;
	rgc_str *found = find(heap->interned, string->text, rgc_str_length(string), hash);
	if (found)
		return rgc_ref(found);
	rgc_str *own = own_string(string);
	rgc_str *interned = own ? intern(heap, own, hash) : NULL;
	rgc_decref(own);
	return interned;
}

rgc_str *rgc_str_new_interned(const char *text)
{
	rgc_heap *heap = missing_pointer(text) ? NULL : heap_current();
	if (!heap)
		return NULL;
	size_t length = strlen(text), hash = rgc__bytes_hash(text, length);
	rgc_str *found = find(heap->interned, text, length, hash);
	if (found)
		return rgc_ref(found);
	rgc_str *string = rgc_str_new_bytes(text, length);
	rgc_str *interned = string ? intern(heap, string, hash) : NULL;
	rgc_decref(string);
	return interned;
}
