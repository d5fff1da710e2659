/*
 * map.c - open addressing with linear probing, at most two thirds full.
 */
#include "map.h"

#include "pool.h"

#include <stdlib.h>

static size_t slot_of(const struct map *map, uint64_t a, uint64_t b)
{
	uint64_t hash = (a ^ (b << 32 | b >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ hash >> 32 ^ b) * UINT64_C(0xd6e8feb86659fd93);
	size_t i = (size_t)(hash >> 20) & (map->capacity - 1);
	while (map->slots[i].value && (map->slots[i].a != a || map->slots[i].b != b))
		i = (i + 1) & (map->capacity - 1);
	return i;
}

void map_finish(struct map *map)
{
	free(map->slots);
	*map = (struct map){0};
}

void *map_get(const struct map *map, uint64_t a, uint64_t b)
{
	return map->capacity ? map->slots[slot_of(map, a, b)].value : NULL;
}

static void enlarge(struct map *map)
{
	struct map bigger = {.used = map->used};
	size_t wanted = map->capacity ? map->capacity * 2 : 64;
	bigger.slots = pool_grow(NULL, &bigger.capacity, wanted, sizeof(*bigger.slots));
	for (size_t i = 0; i < bigger.capacity; i++)
		bigger.slots[i] = (struct map_slot){0};
	for (size_t i = 0; i < map->capacity; i++)
		if (map->slots[i].value)
			bigger.slots[slot_of(&bigger, map->slots[i].a, map->slots[i].b)] = map->slots[i];
	free(map->slots);
	*map = bigger;
}

void map_put(struct map *map, uint64_t a, uint64_t b, void *value)
{
	if ((map->used + 1) * 3 > map->capacity * 2)
		enlarge(map);
	map->slots[slot_of(map, a, b)] = (struct map_slot){a, b, value};
	map->used++;
}
