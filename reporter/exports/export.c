/* export.c - the list of formats, and what several of them need. */
#include "exports/export.h"

#include "profile/partial.h"

#include <string.h>

#define EXPORT(name, ending, readers, traits, share) {#name, ending, readers, traits, share, export_##name},
const struct export_format export_formats[] = {
#include "exports/exports.def"
	{0},
};
#undef EXPORT

const struct export_format *export_find(const char *name)
{
	for (const struct export_format *format = export_formats; format->name; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	return NULL;
}

size_t export_path(const struct tree *tree, uint32_t node, uint32_t *path)
{
	size_t count = 0;

	for (uint32_t at = node; at != 0; at = tree->parent[at])
		count++;
	for (size_t i = count; i > 0; i--, node = tree->parent[node])
		path[i - 1] = node;
	return count;
}
