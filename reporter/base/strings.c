/*
 * strings.c - interned strings and normalised paths.
 */
#include "strings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void strings_init(struct strings *strings)
{
	*strings = (struct strings){0};
}

void strings_finish(struct strings *strings)
{
	map_finish(&strings->map);
	pool_finish(&strings->pool);
}

static uint64_t hash_bytes(const char *text, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

const char *strings_intern_bytes(struct strings *strings, const char *text, size_t length)
{
	uint64_t hash = hash_bytes(text, length);
	/* Texts of equal hash and length get keys of their own, one after the other. */
	for (uint64_t key = length;; key += UINT64_C(1) << 40) {
		char *known = map_get(&strings->map, hash, key);
		if (known && memcmp(known, text, length) == 0)
			return known;
		if (known)
			continue;
		char *copy = pool_alloc(&strings->pool, length + 1);
		memcpy(copy, text, length);
		map_put(&strings->map, hash, key, copy);
		return copy;
	}
}

const char *strings_intern(struct strings *strings, const char *text)
{
	return strings_intern_bytes(strings, text, strlen(text));
}

/* Length of `out` without its last component; unchanged where there is none to drop. */
static size_t drop_component(const char *out, size_t length, size_t root)
{
	size_t start = length;
	while (start > root && out[start - 1] != '/')
		start--;
	bool is_parent = length - start == 2 && out[start] == '.' && out[start + 1] == '.';
	if (length == root || is_parent)
		return length;
	return start > root ? start - 1 : root;
}

static size_t append_component(char *out, size_t length, size_t root, const char *component, size_t size)
{
	if (length > root)
		out[length++] = '/';
	memcpy(out + length, component, size);
	return length + size;
}

const char *strings_path(struct strings *strings, const char *path)
{
	char *out = pool_grow(NULL, &(size_t){0}, strlen(path) + 2, 1);
	size_t root = path[0] == '/', length = root;
	if (root)
		out[0] = '/';
	for (const char *part = path; *part;) {
		size_t size = strcspn(part, "/");
		bool parent = size == 2 && part[0] == '.' && part[1] == '.';
		size_t shorter = parent ? drop_component(out, length, root) : length;
		if (parent && (shorter < length || root))
			length = shorter;
		else if (size > 0 && !(size == 1 && part[0] == '.'))
			length = append_component(out, length, root, part, size);
		part += size + (part[size] == '/');
	}
	const char *interned = strings_intern_bytes(strings, out, length);
	free(out);
	return interned;
}
