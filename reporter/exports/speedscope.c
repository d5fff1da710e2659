/*
 * speedscope.c - speedscope's own file format (https://www.speedscope.app/file-format-schema.json): frames
 * once, and a sampled profile for each figure.
 */
#include "exports/export.h"

#include "base/memory.h"
#include "formats/json.h"
#include "profile/partial.h"

#include <inttypes.h>
#include <stdlib.h>

static void print_frame(FILE *out, const struct tree_frame *frame)
{
	fputs("{\"name\":", out);
	json_print_text(out, frame->function->name);
	if (*frame->function->file) {
		fputs(",\"file\":", out);
		json_print_text(out, frame->function->file);
	}
	if (frame->line > 0)
		fprintf(out, ",\"line\":%" PRIu32, frame->line);
	fputc('}', out);
}

static void print_frames(FILE *out, const struct tree *tree)
{
	fputs("\"shared\":{\"frames\":[", out);
	for (size_t i = 1; i < tree->frame_count; i++) {
		fputs(i > 1 ? ",\n" : "\n", out);
		print_frame(out, &tree->frames[i]);
	}
	fputs("]}", out);
}

/* Frames from the outermost in; the root is none. */
static void print_samples(FILE *out, const struct tree *tree, enum figure figure, uint32_t *path)
{
	bool first = true;

	for (uint32_t node = 1; node < tree->count; node++) {
		if (tree_self_figure(tree, node, figure) == 0)
			continue;
		size_t count = export_path(tree, node, path);
		fputs(first ? "[" : ",[", out);
		first = false;
		for (size_t i = 0; i < count; i++)
			fprintf(out, "%s%" PRIu32, i > 0 ? "," : "", tree->frame[path[i]] - 1);
		fputc(']', out);
	}
}

static void print_weights(FILE *out, const struct tree *tree, enum figure figure)
{
	bool first = true;

	for (uint32_t node = 1; node < tree->count; node++) {
		uint64_t self = tree_self_figure(tree, node, figure);

		if (self == 0)
			continue;
		fprintf(out, "%s%" PRIu64, first ? "" : ",", self);
		first = false;
	}
}

static void print_profile(FILE *out, const struct tree *tree, enum figure figure, uint32_t *path)
{
	fputs("{\"type\":\"sampled\",\"name\":", out);
	json_print_text(out, figure_infos[figure].title);
	fprintf(out, ",\"unit\":\"%s\",\"startValue\":0,\"endValue\":%" PRIu64 ",\n\"samples\":[",
		figure_infos[figure].bytes ? "bytes" : "none", tree_figure(tree, 0, figure));
	print_samples(out, tree, figure, path);
	fputs("],\n\"weights\":[", out);
	print_weights(out, tree, figure);
	fputs("]}", out);
}

int export_speedscope(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	enum figure figures[PARTIAL_FIGURES];
	size_t count = partial_figures(source->run, figures), active = 0;
	uint32_t *path = memory_zeroed(tree_depth(source->tree) + 1, sizeof(*path));

	(void)diagnostic;
	for (size_t i = 0; i < count; i++)
		active = figures[i] == source->figure ? i : active;
	fputs("{\"$schema\":\"https://www.speedscope.app/"
	      "file-format-schema.json\",\n\"exporter\":\"mprof " MPROF_VERSION "\",\n\"name\":",
	      out);
	json_print_text(out, source->run->path);
	fprintf(out, ",\"activeProfileIndex\":%zu,\n", active);
	print_frames(out, source->tree);
	fputs(",\n\"profiles\":[", out);
	for (size_t i = 0; i < count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		print_profile(out, source->tree, figures[i], path);
	}
	fputs("]}\n", out);
	free(path);
	return 0;
}
