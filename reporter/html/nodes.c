/* nodes.c - the call tree in columns, as JSON: whose each node is, and what it did itself. */
#include "html/private.h"

#include "base/memory.h"
#include "formats/json.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_INLINED = 1, FRAME_SYSTEM = 2 };

void print_differences(FILE *out, const uint32_t *numbers, size_t count)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%" PRIu32, i > 0 ? "," : "", numbers[i] - (i > 0 ? numbers[i - 1] : 0));
	fputc(']', out);
}

static uint32_t function_of(struct texts *texts, const struct tree_frame *frame)
{
	return texts_number(texts, frame->function->name);
}

static uint32_t file_of(struct texts *texts, const struct tree_frame *frame)
{
	return texts_number(texts, frame->function->file);
}

static uint32_t module_of(struct texts *texts, const struct tree_frame *frame)
{
	return texts_number(texts, frame->function->module);
}

static uint32_t line_of(struct texts *texts, const struct tree_frame *frame)
{
	(void)texts;
	return frame->line;
}

/* Of code without lines, where it is. */
static uint32_t place_of(struct texts *texts, const struct tree_frame *frame)
{
	bool telling = frame->line == 0 && frame->place && strcmp(frame->place, frame->function->name) != 0;

	return telling ? texts_number(texts, frame->place) : 0;
}

static uint32_t flags_of(struct texts *texts, const struct tree_frame *frame)
{
	(void)texts;
	return (frame->inlined ? FRAME_INLINED : 0) | (frame->system ? FRAME_SYSTEM : 0);
}

static void print_frames(struct writer *writer, const struct shown_tree *shown)
{
	static const struct source_function others = {.name = "(other)", .file = "", .module = ""};
	static const struct tree_frame other = {.function = &others};
	static const struct {
		const char *name;
		uint32_t (*value)(struct texts *texts, const struct tree_frame *frame);
	} columns[] = {{"function", function_of}, {"file", file_of},   {"line", line_of},
		       {"module", module_of},     {"place", place_of}, {"flags", flags_of}};
	const struct tree *tree = shown->tree;
	size_t count = tree->frame_count + (shown->left_out > 0);

	fputs("\"frames\":{", writer->out);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		fprintf(writer->out, "%s\"%s\":[", i > 0 ? ",\n" : "", columns[i].name);
		for (size_t k = 0; k < count; k++)
			fprintf(writer->out, "%s%" PRIu32, k > 0 ? "," : "",
				columns[i].value(&writer->texts,
						 k < tree->frame_count ? &tree->frames[k] : &other));
		fputc(']', writer->out);
	}
	fputc('}', writer->out);
}

/* Nodes that have any of a figure themselves, and what they have. */
static void print_self(FILE *out, const struct shown_tree *shown, enum figure figure, uint64_t *values)
{
	uint32_t before = 0;
	const char *between = "";

	memset(values, 0, shown->count * sizeof(*values));
	for (uint32_t node = 0; node < shown->tree->count; node++)
		values[shown->number[node]] += tree_self_figure(shown->tree, node, figure);
	fputs("[[", out);
	for (uint32_t node = 0; node < shown->count; node++) {
		if (values[node] == 0)
			continue;
		fprintf(out, "%s%" PRIu32, between, node - before);
		before = node;
		between = ",";
	}
	fputs("],[", out);
	between = "";
	for (uint32_t node = 0; node < shown->count; node++) {
		if (values[node] == 0)
			continue;
		fprintf(out, "%s%" PRIu64, between, values[node]);
		between = ",";
	}
	fputs("]]", out);
}

static void print_nodes(struct writer *writer, const struct shown_tree *shown)
{
	uint64_t *values = memory_zeroed(shown->count, sizeof(*values));
	FILE *out = writer->out;

	fputs("\"nodes\":{\"parent\":[", out);
	for (uint32_t node = 0; node < shown->count; node++)
		fprintf(out, "%s%" PRIu32, node > 0 ? "," : "", node - shown->parent[node]);
	fputs("],\n\"frame\":[", out);
	for (uint32_t node = 0; node < shown->count; node++)
		fprintf(out, "%s%" PRIu32, node > 0 ? "," : "", shown->frame[node]);
	fputs("],\n\"self\":[", out);
	for (size_t i = 0; i < shown->figure_count; i++) {
		fputs(i > 0 ? ",\n" : "", out);
		print_self(out, shown, shown->figures[i], values);
	}
	fputs("]}", out);
	free(values);
}

static void print_figures(struct writer *writer, const struct shown_tree *shown, const struct overview *run)
{
	fputs("\"figures\":[", writer->out);
	for (size_t i = 0; i < shown->figure_count; i++) {
		const struct figure_info *info = &figure_infos[shown->figures[i]];
		const char *title = writer->page->figure_title(run, shown->figures[i]);

		fprintf(writer->out, "%s{\"name\":\"%s\",\"title\":\"%c%s\",\"bytes\":%s}", i > 0 ? "," : "",
			info->name, toupper((unsigned char)*title), title + 1,
			info->bytes ? "true" : "false");
	}
	fputc(']', writer->out);
}

void shown_tree_print(struct writer *writer, const struct shown_tree *shown, const struct overview *run)
{
	print_figures(writer, shown, run);
	fputs(",\n", writer->out);
	print_frames(writer, shown);
	fputs(",\n", writer->out);
	print_nodes(writer, shown);
	fprintf(writer->out, ",\n\"cut\":{\"nodes\":%zu,\"share\":%g}", shown->left_out, shown->other_share);
}
