/*
 * debug_file.c - the places of separate debug files: by build-id below each root; by name beside the object,
 * in .debug/ there, and below each root in the object's folder or what is left of that without its first
 * components.
 */
#include "debug_file.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *debug_file_build_id_name(const unsigned char *build_id, size_t size_bytes)
{
	static const char head[] = "/.build-id/", tail[] = ".debug";
	char *name = size_bytes < 2 ? NULL : malloc(sizeof(head) + 2 * size_bytes + sizeof(tail));
	if (!name)
		return NULL;
	char *end = stpcpy(name, head);
	for (size_t i = 0; i < size_bytes; i++)
		end += sprintf(end, i == 0 ? "%02x/" : "%02x", build_id[i]);
	stpcpy(end, tail);
	return name;
}

/* Out of memory counts as yes. */
static bool exists(const char *root, const char *folder, int folder_length, const char *name)
{
	char *path;
	if (asprintf(&path, "%s%.*s/%s", root, folder_length, folder, name) < 0)
		return true;
	bool found = access(path, F_OK) == 0;
	free(path);
	return found;
}

/* Below a root: "/usr/bin/NAME", "/bin/NAME", "/NAME". */
static bool exists_below(const char *root, const char *folder, const char *end, const char *name)
{
	while (folder < end) {
		if (exists(root, folder, (int)(end - folder), name))
			return true;
		const char *next = memchr(folder + 1, '/', (size_t)(end - folder - 1));
		folder = next ? next : end;
	}
	return exists(root, "", 0, name);
}

/* `beside`: the name is not the object's own. */
static bool exists_by_name(const char *object_path, const char *name, bool beside, char *const *roots)
{
	const char *end = strrchr(object_path, '/');
	if (!end)
		return true;
	int length = (int)(end - object_path);
	if ((beside && exists("", object_path, length, name)) || exists("", object_path, length, ".debug"))
		return true;
	for (; *roots; roots++)
		if (exists_below(*roots, object_path, end, name))
			return true;
	return false;
}

/* Without a link, the object's name stands for it. */
static bool exists_for_path(const char *object_path, const char *link, char *const *roots)
{
	if (link)
		return exists_by_name(object_path, link, true, roots);
	const char *name = base_name(object_path);
	char *debug;
	if (asprintf(&debug, "%s.debug", name) < 0)
		return true;
	bool found = exists_by_name(object_path, debug, true, roots) ||
		     exists_by_name(object_path, name, false, roots);
	free(debug);
	return found;
}

static bool exists_for_build_id(Dwfl_Module *module, char *const *roots)
{
	const unsigned char *bits;
	GElf_Addr address;
	int size_bytes = dwfl_module_build_id(module, &bits, &address);
	char *name = size_bytes > 0 ? debug_file_build_id_name(bits, (size_t)size_bytes) : NULL;
	bool found = false;
	for (; name && !found && *roots; roots++)
		found = exists(*roots, "", 0, name + 1);
	free(name);
	return found;
}

bool debug_file_exists(Dwfl_Module *module, const char *object_path, const char *link, char *const *roots)
{
	if (exists_for_build_id(module, roots) || exists_for_path(object_path, link, roots))
		return true;
	char *target = realpath(object_path, NULL);
	bool found = target && strcmp(target, object_path) != 0 && exists_for_path(target, link, roots);
	free(target);
	return found;
}
