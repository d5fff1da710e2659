/* export.c - the list of formats, and what several of them need. */
#include "exports/export.h"

#include "base/memory.h"
#include "formats/json.h"
#include "profile/window.h"

#include <stdlib.h>
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

size_t export_figures(const struct export_source *source, enum figure figures[EXPORT_FIGURES])
{
	static const enum figure all[EXPORT_FIGURES] = {FIGURE_PEAK, FIGURE_LEAKED, FIGURE_ALLOCATED,
							FIGURE_ALLOCATIONS, FIGURE_TEMPORARY};
	const struct window *window = source->run->window;
	size_t count = 0;

	for (size_t i = 0; i < EXPORT_FIGURES; i++)
		if (!window || window_knows(window, all[i]))
			figures[count++] = all[i];
	return count;
}

size_t export_depth(const struct tree *tree)
{
	uint32_t *depths = memory_zeroed(tree->count + 1, sizeof(*depths));
	size_t deepest = 0;

	for (uint32_t node = 1; node < tree->count; node++) {
		depths[node] = depths[tree->parent[node]] + 1;
		deepest = depths[node] > deepest ? depths[node] : deepest;
	}
	free(depths);
	return deepest;
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

void export_print_text(FILE *out, const char *text)
{
	json_t *value = json_text(text);

	if (!value)
		memory_exhausted();
	json_dumpf(value, out, JSON_ENCODE_ANY);
	json_decref(value);
}
