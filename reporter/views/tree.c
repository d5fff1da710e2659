/*
 * tree.c - mprof tree: call paths as a tree, with what lies below each node.
 *
 * People get what has a share, chains without forks on one line; programs every node.
 */
#include "base/clean.h"
#include "base/memory.h"
#include "views/places.h"
#include "views/tree_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINES_SHOWN 60 /* to people */
#define SHARE_SHOWN 2  /* percent, to people, unless that is too much */

enum { KEY_CALLERS = 0x400, KEY_DEPTH, KEY_MIN_SHARE, KEY_LINES, KEY_SYSTEM };
enum { CALLERS, LINES, SYSTEM };
enum { DEPTH };
enum { MIN_SHARE };

static const struct argp_option options[] = {
	{"callers", KEY_CALLERS, NULL, 0, "From the functions that allocate up to who called them", 1},
	{"depth", KEY_DEPTH, "N", 0, "At most N calls deep", 1},
	{"min-share", KEY_MIN_SHARE, "P", 0,
	 "Leave out what has less than P percent (default in text 2, else 0)", 1},
	{"lines", KEY_LINES, NULL, 0, "Keep calls at different lines of a function apart", 1},
	{"system", KEY_SYSTEM, NULL, 0, "Show code of the system and of allocators, too", 1},
	{0},
};

static error_t take_share(struct argp_state *state, struct request *request, const char *argument)
{
	char *end;
	double share = strtod(argument, &end);

	if (end == argument || *end || !(share >= 0 && share <= 100))
		return options_error(state, "--min-share takes a number from 0 to 100, not '%s'", argument);
	request->words[MIN_SHARE] = argument;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_CALLERS:
		return request->flags[CALLERS] = true, 0;
	case KEY_DEPTH:
		return option_number(state, "--depth", argument, 1, 1000000, &request->numbers[DEPTH]);
	case KEY_MIN_SHARE:
		return take_share(state, request, argument);
	case KEY_LINES:
		return request->flags[LINES] = true, 0;
	case KEY_SYSTEM:
		return request->flags[SYSTEM] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- what is shown -------------------------------------------------------------------------- */

/* Of a tree, in text and for programs. */
struct showing {
	struct document *document;
	struct profile *profile;
	const struct request *request;
	const struct tree *tree;
	uint64_t whole, floor; /* of the figure: nodes below the floor are left out */
	double share;          /* percent, of which the floor is */
	size_t depth;          /* calls; 0: any */
};

static void set_share(struct showing *showing, double percent)
{
	showing->share = percent;
	showing->floor = (uint64_t)ceil((double)showing->whole * percent / 100);
}

static uint64_t value_of(const struct showing *showing, uint32_t node)
{
	return tree_figure(showing->tree, node, showing->request->figure);
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
		uint64_t value = value_of(showing, child);

		if (!deepest && value >= showing->floor) {
			fork.shown++;
			fork.shown_value += value;
		} else {
			fork.hidden += value > 0 || showing->floor == 0;
		}
	}
	return fork;
}

/* ---- for people: which lines ----------------------------------------------------------------- */

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
						    .rest = value_of(showing, node) - fork->shown_value,
						    .itself = own > 0};
}

/* A node's line goes on as far as there is one way to go.  Returns the node to look at next. */
static uint32_t show_node(struct walk *walk, uint32_t node)
{
	const struct showing *showing = walk->showing;
	const struct open *above = &walk->stack[walk->opened - 1];
	struct line line = {value_of(showing, node), showing->whole, above->depth, node, node, NULL};
	size_t calls = above->calls + 1;
	struct fork fork = fork_of(showing, node, calls);

	while (fork.shown == 1 && line.value - fork.shown_value < showing->floor)
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
		bool shown = value_of(showing, node) >= showing->floor;

		node = shown ? show_node(&walk, node) : showing->tree->end[node];
		close_nodes(&walk, node);
	}
	close_nodes(&walk, UINT32_MAX);
	free(walk.stack);
}

/* ---- for people: their text -------------------------------------------------------------------- */

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
				      tree_frame(showing->tree, line->first + (uint32_t)i),
				      showing->request->flags[LINES], width / 2);
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
static void add_lines(struct showing *showing)
{
	const struct request *request = showing->request;
	size_t most = request_rows(request, LINES_SHOWN);
	bool fixed = request->words[MIN_SHARE] && request->top == 0, raised = false;
	struct lines lines = {0};
	struct line *rows;

	fill_lines(showing, &lines);
	for (; lines.count > most && !fixed && showing->share < 100; raised = true) {
		set_share(showing, more_than(showing->share));
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

/* ---- for programs ------------------------------------------------------------------------------- */

/* A node, or the children of one that are left out. */
struct node_row {
	uint32_t node, depth;
	const struct amounts *rest; /* of those; NULL: it is a node */
};

struct node_context {
	const struct tree *tree;
	uint64_t sample_bytes;
};

static const struct source_function others = {.name = "(other)", .file = "", .module = ""};
static const struct tree_frame other_frame = {.function = &others, .place = "(other)"};

static struct amounts self_of(const void *row, const void *context)
{
	const struct node_row *of = row;

	return of->rest ? *of->rest : tree_self(((const struct node_context *)context)->tree, of->node);
}

static struct amounts total_of(const void *row, const void *context)
{
	const struct node_row *of = row;

	return of->rest ? *of->rest : tree_total(((const struct node_context *)context)->tree, of->node);
}

static const struct tree_frame *frame_at(const void *row, const void *context)
{
	const struct node_row *of = row;

	return of->rest ? &other_frame : tree_frame(((const struct node_context *)context)->tree, of->node);
}

#define SAMPLED (((const struct node_context *)context)->sample_bytes)
TREE_FRAME_COLUMNS("frame.", frame_at(row, context))
TREE_FIGURE_COLUMNS(self, "self.", self_of(row, context), SAMPLED)
TREE_FIGURE_COLUMNS(total, "total.", total_of(row, context), SAMPLED)
/* Of hundreds of thousands of nodes: errors are told where there are any. */
static const struct column *const exact_columns[] = {TREE_FRAME, TREE_FIGURES(self), TREE_FIGURES(total),
						     NULL};
static const struct column *const sampled_columns[] = {
	TREE_FRAME, TREE_FIGURES(self), TREE_ERRORS(self), TREE_FIGURES(total), TREE_ERRORS(total), NULL};

static uint32_t node_depth(const void *row)
{
	return ((const struct node_row *)row)->depth;
}

/* Rows on their way: what is left out of an open node is told behind its children. */
struct node_walk {
	const struct showing *showing;
	struct node_row *rows;
	size_t count;
	uint32_t *depth; /* by node */
	struct left_out {
		uint32_t end;
		struct node_row row;
	} * open;
	size_t opened, capacity;
};

static bool is_shown(const struct node_walk *walk, uint32_t node)
{
	const struct showing *showing = walk->showing;

	return value_of(showing, node) >= showing->floor &&
	       (showing->depth == 0 || walk->depth[node] <= showing->depth);
}

static void leave_out(struct node_walk *walk, uint32_t node)
{
	const struct tree *tree = walk->showing->tree;
	struct amounts *rest = NULL;

	for (uint32_t child = node + 1; child < tree->end[node]; child = tree->end[child]) {
		struct amounts total = tree_total(tree, child);

		walk->depth[child] = walk->depth[node] + 1;
		if (is_shown(walk, child))
			continue;
		rest = rest ? rest : pool_alloc(&walk->showing->document->pool, sizeof(*rest));
		amounts_add(rest, &total);
	}
	if (!rest)
		return;
	walk->open = pool_grow(walk->open, &walk->capacity, walk->opened + 1, sizeof(*walk->open));
	walk->open[walk->opened++] = (struct left_out){tree->end[node], {node, walk->depth[node] + 1, rest}};
}

static void fill_nodes(struct node_walk *walk)
{
	const struct tree *tree = walk->showing->tree;

	for (uint32_t node = 0; node < tree->count;) {
		if (node == 0 || is_shown(walk, node)) {
			walk->rows[walk->count++] = (struct node_row){node, walk->depth[node], NULL};
			leave_out(walk, node++);
		} else {
			node = tree->end[node];
		}
		while (walk->opened > 0 && node >= walk->open[walk->opened - 1].end)
			walk->rows[walk->count++] = walk->open[--walk->opened].row;
	}
}

static void add_nodes(struct showing *showing, uint64_t sample_bytes)
{
	struct pool *pool = &showing->document->pool;
	const struct tree *tree = showing->tree;
	const struct node_context context = {tree, sample_bytes};
	bool all = showing->floor == 0 && showing->depth == 0;
	struct node_walk walk = {.showing = showing};

	walk.rows = pool_alloc(pool, (all ? 1 : 2) * tree->count * sizeof(*walk.rows));
	walk.depth = memory_zeroed(tree->count, sizeof(*walk.depth));
	fill_nodes(&walk);
	free(walk.depth);
	free(walk.open);
	document_add(showing->document,
		     &(struct section){
			     .name = "root",
			     .layout = LAYOUT_TREE,
			     .table = {sample_bytes > 0 ? sampled_columns : exact_columns, walk.rows,
				       walk.count, sizeof(*walk.rows),
				       document_keep(showing->document, &context, sizeof(context))},
			     .depth = node_depth,
			     .for_programs = true,
		     });
}

/* ---- both ---------------------------------------------------------------------------------------- */

static double share_asked_for(const struct request *request)
{
	if (request->words[MIN_SHARE])
		return strtod(request->words[MIN_SHARE], NULL);
	return request->for_people ? SHARE_SHOWN : 0;
}

/* What people are not shown need not be there; half as much, since figures may be rounded. */
static const struct tree *ask_for_tree(struct profile *profile, const struct request *request)
{
	const struct tree_query query = {
		.figure = request->figure,
		.callers = request->flags[CALLERS],
		.least_share = request->for_people ? share_asked_for(request) / 100 / 2 : 0,
		.lines = request->flags[LINES],
		.system = request->flags[SYSTEM],
	};

	return profile_tree(profile, &query);
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	const struct tree *tree = ask_for_tree(*profiles, request);
	const struct amounts whole = tree_total(tree, 0);
	struct showing showing = {.document = document,
				  .profile = *profiles,
				  .request = request,
				  .tree = tree,
				  .whole = tree_figure(tree, 0, request->figure),
				  .depth = (size_t)request->numbers[DEPTH]};
	uint64_t sample_bytes = profile_overview(*profiles, true)->sample_bytes;

	(void)count, (void)diagnostic;
	document->main = "root";
	set_share(&showing, share_asked_for(request));
	if (request->for_people) {
		part_tree_title(document, *profiles, request, "", &whole, &whole);
		showing.floor = showing.floor > 0 ? showing.floor : 1;
		add_lines(&showing);
		return 0;
	}
	part_head(document, *profiles);
	part_tree_total(document, &whole, sample_bytes);
	add_nodes(&showing, sample_bytes);
	return 0;
}

const struct view view_tree = {
	.name = "tree",
	.summary = "Show call paths as a tree, with what lies below each call",
	.doc = "Shows what was allocated as a tree of calls: from main and where threads begin down to the "
	       "functions "
	       "that allocate, or with --callers from these up. Calls that lead one way only stand on one "
	       "line.",
	.traces = VIEW_ONE,
	.options = options,
	.parse = parse,
	.make = make,
};
