/*
 * tree_lines.c - a call tree for people.
 */
#include "base/clean.h"
#include "base/memory.h"
#include "views/places.h"
#include "views/tree_showing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINES_SHOWN 60

void showing_set_share(struct showing *showing, double percent)
{
	showing->share = percent;
	showing->floor = (uint64_t)ceil((double)showing->whole * percent / 100);
}

/* Of a node's children: how many are shown, what they have, and how many are left out. */
struct fork {
	size_t shown, hidden;
	uint64_t shown_value;
};

static struct fork fork_of(const struct showing *showing, uint32_t node, size_t depth)
{
	const struct tree *tree = showing->tree;
	bool deepest = showing->depth > 0 && depth >= showing->depth;
	struct fork fork = {0};

	for (uint32_t child = node + 1; child < tree->end[node]; child = tree->end[child]) {
		uint64_t value = showing_value(showing, child);

		if (!deepest && value >= showing->floor) {
			fork.shown++;
			fork.shown_value += value;
		} else {
			fork.hidden += value > 0 || showing->floor == 0;
		}
	}
	return fork;
}

/* ---- which lines ----------------------------------------------------------------- */

struct line {
	uint64_t value, whole;
	uint32_t depth;       /* of indentation */
	uint32_t first, last; /* nodes of one way to go */
	const char *text;
};

struct lines {
	struct line *list;
	size_t count, capacity;
};

/* A node whose children have lines of their own; what of it these leave is told behind them. */
struct open {
	uint32_t end, depth; /* the latter of its children's lines */
	size_t calls, hidden;
	uint64_t rest;
	bool itself;
};

struct walk {
	const struct showing *showing;
	struct lines *lines;
	struct open *stack;
	size_t opened, capacity;
};

static void add_line(struct lines *lines, const struct line *line)
{
	lines->list = pool_grow(lines->list, &lines->capacity, lines->count + 1, sizeof(*lines->list));
	lines->list[lines->count++] = *line;
}

static const char *rest_text(const struct showing *showing, const struct open *open)
{
	struct pool *pool = &showing->document->pool;
	const char *more = "";

	if (open->hidden > 0)
		more = pool_format(pool, "%zu more below %.3g %%", open->hidden, showing->share);
	return pool_format(pool, "(%s%s%s)", open->itself ? "itself" : "",
			   open->itself && *more ? " and " : "", more);
}

static void close_nodes(struct walk *walk, uint32_t node)
{
	const struct showing *showing = walk->showing;

	for (; walk->opened > 0 && node >= walk->stack[walk->opened - 1].end; walk->opened--) {
		const struct open *open = &walk->stack[walk->opened - 1];

		if (open->rest >= showing->floor)
			add_line(walk->lines, &(struct line){.value = open->rest,
							     .whole = showing->whole,
							     .depth = open->depth,
							     .text = rest_text(showing, open)});
	}
}

static void open_node(struct walk *walk, uint32_t node, uint32_t depth, size_t calls, const struct fork *fork)
{
	const struct showing *showing = walk->showing;
	uint64_t own = tree_self_figure(showing->tree, node, showing->request->figure);

	walk->stack = pool_grow(walk->stack, &walk->capacity, walk->opened + 1, sizeof(*walk->stack));
	walk->stack[walk->opened++] = (struct open){.end = showing->tree->end[node],
						    .depth = depth,
						    .calls = calls,
						    .hidden = fork->hidden,
						    .rest = showing_value(showing, node) - fork->shown_value,
						    .itself = own > 0};
}

/* Whether a line that goes on loses next to nothing: what it shows is true of all its calls, as rounded. */
static bool goes_on(const struct showing *showing, const struct line *line, const struct fork *fork)
{
	uint64_t lost = line->value - fork->shown_value;

	return fork->shown == 1 && lost < showing->floor && lost <= showing->whole / 1000;
}

/* A node's line goes on as far as there is one way to go.  Returns the node to look at next. */
static uint32_t show_node(struct walk *walk, uint32_t node)
{
	const struct showing *showing = walk->showing;
	const struct open *above = &walk->stack[walk->opened - 1];
	struct line line = {showing_value(showing, node), showing->whole, above->depth, node, node, NULL};
	size_t calls = above->calls + 1;
	struct fork fork = fork_of(showing, node, calls);

	while (goes_on(showing, &line, &fork))
		fork = fork_of(showing, ++line.last, ++calls);
	add_line(walk->lines, &line);
	if (fork.shown == 0)
		return showing->tree->end[line.last];
	open_node(walk, line.last, line.depth + 1, calls, &fork);
	return line.last + 1;
}

static void fill_lines(const struct showing *showing, struct lines *lines)
{
	const struct fork fork = fork_of(showing, 0, 0);
	struct walk walk = {.showing = showing, .lines = lines};

	lines->count = 0;
	open_node(&walk, 0, 0, 0, &fork);
	for (uint32_t node = 1; node < showing->tree->count;) {
		bool shown = showing_value(showing, node) >= showing->floor;

		node = shown ? show_node(&walk, node) : showing->tree->end[node];
		close_nodes(&walk, node);
	}
	close_nodes(&walk, UINT32_MAX);
	free(walk.stack);
}

/* ---- their text -------------------------------------------------------------------- */

#define LINE ((const struct line *)row)
TABLE_COLUMN(line_memory, NULL, "Memory", 0, 10, cell_size(LINE->value))
TABLE_COLUMN(line_count, NULL, "Count", 0, 10, cell_count(LINE->value))
TABLE_COLUMN(line_share, NULL, "Share", 1, 6, cell_share(LINE->value, LINE->whole))
TABLE_COLUMN(line_calls, NULL, "Calls", 2, -1, cell_text(LINE->text))

static const struct column *const byte_columns[] = {&line_memory, &line_share, &line_calls, NULL};
static const struct column *const count_columns[] = {&line_count, &line_share, &line_calls, NULL};

#define CALLS_AT (10 + 1 + 6 + 2) /* what stands before the calls */
#define CALLS_LEAST 40
#define INDENT 2 /* of text.c */

static uint32_t line_depth(const void *row)
{
	return LINE->depth;
}

/* The first `head` and the last `tail` of a chain's names. */
static const char *joined(struct document *document, const char *const *names, size_t count, size_t head,
			  size_t tail)
{
	const char *text = names[0];

	for (size_t i = 1; i < head; i++)
		text = pool_format(&document->pool, "%s > %s", text, names[i]);
	if (head + tail < count)
		text = pool_format(&document->pool, "%s > ...", text);
	for (size_t i = count - tail; i < count; i++)
		text = pool_format(&document->pool, "%s > %s", text, names[i]);
	return text;
}

/* As many names as fit, from both ends. */
static const char *chain_text(struct document *document, const char *const *names, size_t count, size_t width)
{
	size_t head = 1, tail = count > 1, used = clean_length(names[0]) + strlen(" > ...");

	if (tail)
		used += strlen(" > ") + clean_length(names[count - 1]);
	while (head + tail < count) {
		bool from_end = tail <= head;
		const char *next = from_end ? names[count - tail - 1] : names[head];

		used += strlen(" > ") + clean_length(next);
		if (used - (head + tail + 1 == count ? strlen(" > ...") : 0) > width)
			break;
		*(from_end ? &tail : &head) += 1;
	}
	return joined(document, names, count, head, tail);
}

static void tell_calls(const struct showing *showing, struct line *line)
{
	size_t count = line->last - line->first + 1, taken = CALLS_AT + (size_t)line->depth * INDENT;
	size_t width = place_width(showing->request);
	const char **names = memory_zeroed(count, sizeof(*names));

	width = width > taken + CALLS_LEAST ? width - taken : CALLS_LEAST;
	for (size_t i = 0; i < count; i++)
		names[i] = part_frame(showing->document, showing->profile,
				      tree_frame(showing->tree, line->first + (uint32_t)i), showing->lines,
				      width / 2);
	line->text = chain_text(showing->document, names, count, width);
	free(names);
}

/* What more there is to see, and how. */
static const char *note(const struct showing *showing, bool raised)
{
	if (showing->whole == 0)
		return "Nothing: no call path has any of it";
	return raised ? pool_format(&showing->document->pool,
				    "(below %.3g %% nothing is shown: --min-share shows more)",
				    showing->share)
		      : NULL;
}

/* The next round number. */
static double more_than(double share)
{
	static const double steps[] = {1, 1.5, 2, 3, 4, 5, 7, 10};
	double scale = 0.01;
	size_t step = 0;

	while (scale * 10 <= share * 1.001)
		scale *= 10;
	while (steps[step] * scale <= share * 1.001)
		step++;
	return steps[step] * scale;
}

/* The share is raised until it is no more than a screen or so, unless the user has chosen it. */
void part_tree_lines(struct showing *showing)
{
	const struct request *request = showing->request;
	size_t most = request_rows(request, LINES_SHOWN);
	bool fixed = showing->fixed && request->top == 0, raised = false;
	struct lines lines = {0};
	struct line *rows;

	fill_lines(showing, &lines);
	for (; lines.count > most && !fixed && showing->share < 100; raised = true) {
		showing_set_share(showing, more_than(showing->share));
		fill_lines(showing, &lines);
	}
	rows = pool_alloc(&showing->document->pool, (lines.count + 1) * sizeof(*rows));
	for (size_t i = 0; i < lines.count; i++) {
		rows[i] = lines.list[i];
		if (!rows[i].text)
			tell_calls(showing, &rows[i]);
	}
	free(lines.list);
	document_add(showing->document,
		     &(struct section){
			     .layout = LAYOUT_TREE,
			     .table = {figure_infos[request->figure].bytes ? byte_columns : count_columns,
				       rows, lines.count, sizeof(*rows), NULL},
			     .depth = line_depth,
			     .note = note(showing, raised),
		     });
}
