/*
 * paths.c - which functions of Rust stand in others' bodies.
 */
#include "paths.h"

#include <dwarf.h>
#include <string.h>

void paths_init(struct paths *paths, Dwarf_Die *unit)
{
	*paths = (struct paths){0};
	strings_init(&paths->strings);
	if (dwarf_srclang(unit) == DW_LANG_Rust)
		paths->here = pool_alloc(&paths->pool, sizeof(struct path));
}

void paths_finish(struct paths *paths)
{
	strings_finish(&paths->strings);
	map_finish(&paths->known);
	map_finish(&paths->of_dies);
	map_finish(&paths->functions);
	pool_finish(&paths->pool);
}

/* `grow<u8>` is a namespace `grow`. */
static const char *plain_name(struct paths *paths, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);
	return name ? strings_intern_bytes(&paths->strings, name, strcspn(name, "<")) : "";
}

void paths_enter(struct paths *paths, Dwarf_Die *name_space)
{
	if (!paths->here)
		return;
	const char *name = plain_name(paths, name_space);
	struct path *path = map_get(&paths->known, (uintptr_t)paths->here, (uintptr_t)name);
	if (!path) {
		path = pool_alloc(&paths->pool, sizeof(*path));
		*path = (struct path){paths->here, name};
		map_put(&paths->known, (uintptr_t)paths->here, (uintptr_t)name, path);
	}
	paths->here = path;
}

void paths_add(struct paths *paths, Dwarf_Die *function)
{
	if (!paths->here || map_get(&paths->of_dies, (uintptr_t)function->addr, 0))
		return;
	const char *name = plain_name(paths, function);
	map_put(&paths->of_dies, (uintptr_t)function->addr, 0, (void *)(uintptr_t)paths->here);
	if (!map_get(&paths->functions, (uintptr_t)paths->here, (uintptr_t)name))
		map_put(&paths->functions, (uintptr_t)paths->here, (uintptr_t)name, paths);
}

bool paths_nested(const struct paths *paths, Dwarf_Die *function)
{
	const struct path *path = paths->here ? map_get(&paths->of_dies, (uintptr_t)function->addr, 0) : NULL;
	for (; path && path->parent; path = path->parent)
		if (map_get(&paths->functions, (uintptr_t)path->parent, (uintptr_t)path->name))
			return true;
	return false;
}
