/* copies.c - see copies.h. */
#include "copies.h"

#include "base/memory.h"
#include "base/pool.h"

#include <dwarf.h>
#include <stdlib.h>

void copies_finish(struct copies *copies)
{
	map_finish(&copies->functions);
	map_finish(&copies->hosts);
	map_finish(&copies->units);
	free(copies->list);
	*copies = (struct copies){0};
}

bool copies_may_be(const struct unit *unit, Dwarf_Die *origin)
{
	return dwarf_hasattr(origin, DW_AT_inline) || origin->cu != unit->tree.cu;
}

void copies_want(struct copies *copies, struct unit *unit, Dwarf_Die *die, uint32_t function)
{
	Dwarf_Die origin = sources_origin(*die);
	if (!copies_may_be(unit, &origin) || map_get(&copies->functions, (uintptr_t)origin.addr, 0))
		return;
	map_put(&copies->functions, (uintptr_t)origin.addr, 0, (void *)(uintptr_t)(function + 1)); // NOLINT
	if (!map_get(&copies->units, (uintptr_t)unit, 0))
		map_put(&copies->units, (uintptr_t)unit, 0, unit);
	copies->elsewhere |= origin.cu != unit->tree.cu;
}

/* The scope's function, + 1; 0: its copies are not wanted. */
static uintptr_t wanted(const struct copies *copies, const struct unit *unit, size_t scope)
{
	const struct unit_scope *one = &unit->scopes[scope];
	if (one->parent == SCOPE_NONE)
		return 0;
	return (uintptr_t)map_get(&copies->functions, (uintptr_t)unit->origins[one->origin].die.addr, 0);
}

static void add(struct copies *copies, struct unit *unit, size_t scope, uintptr_t function)
{
	uint32_t host = (uint32_t)scope;
	while (unit->scopes[host].parent != SCOPE_NONE)
		host = unit->scopes[host].parent;
	copies->list = pool_grow(copies->list, &copies->capacity, copies->count + 1, sizeof(*copies->list));
	copies->list[copies->count++] = (struct copy){.unit = unit,
						      .die = unit->scopes[scope].die,
						      .host = host,
						      .scope = (uint32_t)scope,
						      .function = (uint32_t)function - 1};
}

static int by_host(const void *left, const void *right)
{
	const struct copy *a = left, *b = right;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return (a->scope > b->scope) - (a->scope < b->scope);
}

/* `at`: by scope, its place in the list + 1. */
static void nest(struct copies *copies, size_t index, const uint32_t *at)
{
	struct copy *copy = &copies->list[index];
	const struct unit *unit = copy->unit;
	uint32_t scope = unit->scopes[copy->scope].parent;
	while (scope != SCOPE_NONE && at[scope] == 0)
		scope = unit->scopes[scope].parent;
	if (scope == SCOPE_NONE)
		return;
	copy->outer = (uint32_t)index + 1 - at[scope];
	copy->depth = copies->list[at[scope] - 1].depth + 1;
}

static void find(struct copies *copies, struct unit *unit, struct sources *sources)
{
	size_t first = copies->count;
	unit_index(unit, sources);
	for (size_t i = 0; i < unit->scope_count; i++)
		if (wanted(copies, unit, i))
			add(copies, unit, i, wanted(copies, unit, i));
	if (copies->count == first)
		return;
	qsort(copies->list + first, copies->count - first, sizeof(*copies->list), by_host);
	uint32_t *at = memory_zeroed(unit->scope_count, sizeof(*at));
	for (size_t i = first; i < copies->count; i++) {
		struct copy *copy = &copies->list[i];
		uintptr_t host = (uintptr_t)unit->scopes[copy->host].die.addr;
		at[copy->scope] = (uint32_t)i + 1;
		nest(copies, i, at);
		if (!map_get(&copies->hosts, host, 0))
			map_put(&copies->hosts, host, 0, (void *)(i + 1)); // NOLINT
	}
	free(at);
}

void copies_find(struct copies *copies, struct units *units, struct sources *sources)
{
	for (size_t i = 0; i < units->count; i++) {
		struct unit *unit = &units->list[i];
		if (copies->elsewhere || map_get(&copies->units, (uintptr_t)unit, 0))
			find(copies, unit, sources);
	}
}

struct copy *copies_in(const struct copies *copies, Dwarf_Die *host, size_t *count)
{
	uintptr_t first = (uintptr_t)map_get(&copies->hosts, (uintptr_t)host->addr, 0);
	*count = 0;
	if (!first)
		return NULL;
	struct copy *list = &copies->list[first - 1];
	while (list + *count < copies->list + copies->count && list[*count].unit == list->unit &&
	       list[*count].host == list->host)
		++*count;
	return list;
}
