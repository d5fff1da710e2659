/*
 * weak_table.h - what weak dictionaries and weak sets are: a hash table where one part of each entry, its key
 * or its value, is a weak reference to it, and which an entry leaves when that part ends.
 *
 * The weak references are bound (core/weakref.h), each to the table that it stands in, and know their hash:
 * so an entry that goes is found without a look at others, and without code of the program's.
 */
#ifndef RGC_GC_CONTAINERS_WEAK_TABLE_H
#define RGC_GC_CONTAINERS_WEAK_TABLE_H

#include "table.h"
#include "../core/header.h"

MPROF_RUNTIME

/* Which part is the weak one; items of a set are keys without values. */
enum weak_part { WEAK_ITEM, WEAK_KEY, WEAK_VALUE };

struct weak_table {
	RGC_HEAD;
	struct table table;
	size_t ended; /* entries that have gone with their weak part, which cursors bear */
	enum weak_part part;
};

#pragma GCC visibility push(hidden)

/* An empty one, of a type that is a weak_table; owned; NULL with ENOMEM. */
void *rgc__weak_table_new(const struct rgc_type *type, enum weak_part part);

/* Whether there is the key: 1, 0 or -1. */
int rgc__weak_table_contains(const struct weak_table *weak, const rgc_object *key);
/* The value, borrowed; NULL with errno. */
void *rgc__weak_table_get(const struct weak_table *weak, const rgc_object *key);

/* 1 if added, 0 if the key was there: then the value is replaced; -1 with errno. */
int rgc__weak_table_set(struct weak_table *weak, rgc_object *key, rgc_object *value);
/* The value, borrowed; NULL with errno. */
void *rgc__weak_table_set_default(struct weak_table *weak, rgc_object *key, rgc_object *value);

/* Removes an entry: 1, 0 if there is none, or -1 with the error of hash or equal. */
int rgc__weak_table_discard(struct weak_table *weak, const rgc_object *key);
/* The same: 0, or -1 with ENOENT or such an error. */
int rgc__weak_table_delete(struct weak_table *weak, const rgc_object *key);
/* The same: its value, owned; NULL with errno. */
void *rgc__weak_table_pop(struct weak_table *weak, const rgc_object *key);
/* The newest key, owned; NULL with ENOENT. */
void *rgc__weak_table_pop_key(struct weak_table *weak);

/* The next entry that is alive: 1, 0 at the end, -1 with EBUSY if others came or went. */
int rgc__weak_table_next(const struct weak_table *weak, rgc_cursor *cursor, void **key, void **value);
/* Owned; NULL with errno. */
void *rgc__weak_table_copy(const struct weak_table *weak);

/* For types and size.c; `self` is a weak_table. */
int rgc__weak_table_traverse(void *self, rgc_visit visit, void *argument);
void rgc__weak_table_clear(void *self);
size_t rgc__weak_table_owned_bytes(const void *self);

#pragma GCC visibility pop

#endif
