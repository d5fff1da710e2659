/*
 * folded.c - a line for each call path: its functions from the outermost in, with ';' between, a blank, and
 * the figure (Brendan Gregg's stackcollapse format).
 */
#include "exports/export.h"

#include "base/clean.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>

/* Names have neither what parts frames nor what ends lines. */
static void print_name(FILE *out, const char *name)
{
	char *clean = clean_copy(name, SIZE_MAX);

	for (const char *at = clean ? clean : ""; *at; at++)
		fputc(*at == ';' ? ':' : *at, out);
	free(clean);
}

int export_folded(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	const struct tree *tree = source->tree;
	uint32_t *path = memory_zeroed(tree_depth(tree) + 1, sizeof(*path));

	(void)diagnostic;
	for (uint32_t node = 1; node < tree->count; node++) {
		uint64_t self = tree_self_figure(tree, node, source->figure);

		if (self == 0)
			continue;
		size_t count = export_path(tree, node, path);
		for (size_t i = 0; i < count; i++) {
			if (i > 0)
				fputc(';', out);
			print_name(out, tree_frame(tree, path[i])->function->name);
		}
		fprintf(out, " %" PRIu64 "\n", self);
	}
	free(path);
	return 0;
}
