/* nodes.c - the call tree in columns: whose each node is, and what it did itself. */
#include "html/private.h"

#include "base/memory.h"
#include "formats/json.h"
#include "profile/blocks.h"
#include "profile/window.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_INLINED = 1, FRAME_SYSTEM = 2 };

/* ---- which nodes ------------------------------------------------------------------------------ */

static size_t known_figures(const struct overview *run, enum figure figures[SHOWN_FIGURES])
{
	static const enum figure all[SHOWN_FIGURES] = {FIGURE_PEAK, FIGURE_LEAKED, FIGURE_ALLOCATED,
						       FIGURE_ALLOCATIONS, FIGURE_TEMPORARY};
	size_t count = 0;

	for (size_t i = 0; i < SHOWN_FIGURES; i++)
		if ((!run->window || window_knows(run->window, all[i])) &&
		    (!run->blocks || blocks_know(all[i])))
			figures[count++] = all[i];
	return count;
}

/* The greatest part of any figure that a node has with all below it: no more than its parent's. */
static double share_of(const struct shown_tree *shown, uint32_t node)
{
	double greatest = 0;

	for (size_t i = 0; i < shown->figure_count; i++) {
		uint64_t whole = tree_figure(shown->tree, 0, shown->figures[i]);
		uint64_t part = tree_figure(shown->tree, node, shown->figures[i]);

		if (whole > 0 && (double)part / (double)whole > greatest)
			greatest = (double)part / (double)whole;
	}
	return greatest;
}

static int greatest_first(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return a < b ? 1 : a > b ? -1 : 0;
}

/* Marks those with the greatest shares; of equal ones the first, so that none goes without its parent. */
static bool *choose_nodes(const struct shown_tree *shown, size_t most)
{
	size_t count = shown->tree->count, room = most;
	double *shares = memory_zeroed(count, sizeof(*shares));
	double *sorted = memory_zeroed(count, sizeof(*sorted));
	bool *chosen = memory_zeroed(count, sizeof(*chosen));

	for (uint32_t node = 0; node < count; node++)
		sorted[node] = shares[node] = share_of(shown, node);
	qsort(sorted, count, sizeof(*sorted), greatest_first);
	for (size_t i = 0; i < most; i++)
		room -= sorted[i] > sorted[most];
	for (uint32_t node = 0; node < count; node++)
		chosen[node] = shares[node] > sorted[most] ||
			       (shares[node] == sorted[most] && room > 0 && room-- > 0);
	free(shares);
	free(sorted);
	return chosen;
}

static uint32_t add_node(struct shown_tree *shown, uint32_t parent, uint32_t frame)
{
	shown->parent[shown->count] = parent;
	shown->frame[shown->count] = frame;
	return (uint32_t)shown->count++;
}

/* What is left out becomes the child "(other)" of the last node that is not. */
static void number_nodes(struct shown_tree *shown, const bool *chosen)
{
	const struct tree *tree = shown->tree;
	uint32_t *other = memory_zeroed(tree->count, sizeof(*other)); /* by node of the page */

	add_node(shown, 0, 0);
	for (uint32_t node = 1; node < tree->count; node++) {
		uint32_t parent = shown->number[tree->parent[node]];

		if (chosen[node]) {
			shown->number[node] = add_node(shown, parent, tree->frame[node]);
			continue;
		}
		shown->left_out++;
		if (shown->frame[parent] == tree->frame_count) {
			shown->number[node] = parent;
			continue;
		}
		if (other[parent] == 0)
			other[parent] = add_node(shown, parent, (uint32_t)tree->frame_count);
		shown->number[node] = other[parent];
	}
	free(other);
}

static void number_all(struct shown_tree *shown)
{
	const struct tree *tree = shown->tree;

	shown->count = tree->count;
	memcpy(shown->parent, tree->parent, tree->count * sizeof(*shown->parent));
	memcpy(shown->frame, tree->frame, tree->count * sizeof(*shown->frame));
	for (uint32_t node = 0; node < tree->count; node++)
		shown->number[node] = node;
}

static double part_of_others(const struct shown_tree *shown, enum figure figure)
{
	uint64_t whole = tree_figure(shown->tree, 0, figure), part = 0;

	for (uint32_t node = 1; node < shown->tree->count; node++)
		if (shown->frame[shown->number[node]] == shown->tree->frame_count)
			part += tree_self_figure(shown->tree, node, figure);
	return whole > 0 ? (double)part / (double)whole : 0;
}

void shown_tree_make(struct shown_tree *shown, struct profile *profile, size_t most)
{
	const struct tree_query query = {.figure = FIGURE_PEAK, .lines = true, .paths = true};
	const struct tree *tree = profile_tree(profile, &query);
	bool *chosen;

	*shown = (struct shown_tree){.tree = tree};
	shown->figure_count = known_figures(profile_overview(profile, true), shown->figures);
	shown->number = memory_zeroed(tree->count, sizeof(*shown->number));
	shown->parent = memory_zeroed(tree->count, sizeof(*shown->parent));
	shown->frame = memory_zeroed(tree->count, sizeof(*shown->frame));
	if (tree->count <= most) {
		number_all(shown);
		return;
	}
	chosen = choose_nodes(shown, most > 0 ? most : 1);
	number_nodes(shown, chosen);
	free(chosen);
	for (size_t i = 0; i < shown->figure_count; i++) {
		double part = part_of_others(shown, shown->figures[i]);

		shown->other_share = part > shown->other_share ? part : shown->other_share;
	}
}

void shown_tree_finish(struct shown_tree *shown)
{
	free(shown->number);
	free(shown->parent);
	free(shown->frame);
}

/* ---- as JSON ------------------------------------------------------------------------------------ */

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
	} columns[] = {{"function", function_of},
		       {"file", file_of},
		       {"line", line_of},
		       {"module", module_of},
		       {"flags", flags_of}};
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
