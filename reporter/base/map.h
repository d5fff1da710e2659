/*
 * map.h - a hash map from two integers (or addresses) to a pointer; entries are never removed.
 */
#ifndef MPROF_REPORTER_BASE_MAP_H
#define MPROF_REPORTER_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t a, b;
	void *value; /* NULL: empty */
};

/* All zero is an empty map. */
struct map {
	struct map_slot *slots;
	size_t capacity; /* a power of two */
	size_t used;
};

void map_finish(struct map *map);

/* NULL if there is none. */
void *map_get(const struct map *map, uint64_t a, uint64_t b);

/* Adds an entry that map_get has just not found; value is not NULL. */
void map_put(struct map *map, uint64_t a, uint64_t b, void *value);

#endif
