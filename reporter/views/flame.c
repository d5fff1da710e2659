/*
 * flame.c - mprof flame: call paths as a flame graph; of two recordings in colours of what has changed.
 */
#include "plot/flame.h"

#include "base/map.h"
#include "base/number.h"
#include "base/text.h"
#include "profile/tree.h"
#include "views/parts.h"
#include "views/pictures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_WIDTH 0.0004 /* of the whole: half a pixel */
#define DEPTH_MOST 500
#define NAME_SHOWN 300

enum { KEY_CALLERS = 0x400, KEY_LINES, KEY_SYSTEM };
enum { CALLERS, LINES, SYSTEM };

/* A flame graph on its way. */
struct building {
	struct document *document;
	const struct request *request;
	const struct tree *tree;
	struct map old; /* what each path had in the other recording, + 1, by what it is called */
	bool compares;
	double whole;
	struct flame_box *boxes;
	size_t count;
};

static const struct tree *tree_of(struct profile *profile, const struct request *request)
{
	const struct tree_query query = {.figure = request->figure,
					 .callers = request->flags[CALLERS],
					 .least_share = LEAST_WIDTH,
					 .lines = request->flags[LINES],
					 .system = request->flags[SYSTEM]};

	return profile_tree(profile, &query);
}

/* ---- paths by what they are called ------------------------------------------------------------- */

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

/* Of a call below a path: names, never addresses or lines. */
static uint64_t hash_call(uint64_t caller, const struct tree_frame *frame)
{
	return hash_text(hash_text(caller, frame->function->name), base_name(frame->function->file));
}

/* Of each node's path. */
static uint64_t *hash_paths(struct document *document, const struct tree *tree)
{
	uint64_t *hashes = pool_alloc(&document->pool, (tree->count + 1) * sizeof(*hashes));

	for (uint32_t node = 0; node < tree->count; node++)
		hashes[node] = node == 0 ? 1 : hash_call(hashes[tree->parent[node]], tree_frame(tree, node));
	return hashes;
}

static void know_old(struct building *building, struct profile *profile)
{
	const struct tree *tree = tree_of(profile, building->request);
	uint64_t *hashes = hash_paths(building->document, tree);

	building->compares = true;
	for (uint32_t node = 0; node < tree->count; node++)
		if (!map_get(&building->old, hashes[node], 0))
			map_put(&building->old, hashes[node], 0,
				(void *)(uintptr_t)(tree_figure(tree, node, building->request->figure) + 1));
}

static uint64_t old_figure(const struct building *building, uint64_t hash)
{
	uintptr_t known = (uintptr_t)map_get(&building->old, hash, 0);

	return known > 0 ? (uint64_t)known - 1 : 0;
}

/* ---- boxes ---------------------------------------------------------------------------------------- */

static const char *value_text(const struct building *building, uint64_t value)
{
	if (!figure_infos[building->request->figure].bytes)
		return pool_format(&building->document->pool, "%llu", (unsigned long long)value);
	return part_size(building->document, building->request, value, 0);
}

static const char *name_of(const struct building *building, uint32_t node)
{
	const struct tree_frame *frame = tree_frame(building->tree, node);

	if (node == 0)
		return "all";
	if (!building->request->flags[LINES] || frame->line == 0 || !*frame->function->file)
		return frame->place;
	return pool_format(&building->document->pool, "%s %s:%u", frame->place,
			   base_name(frame->function->file), frame->line);
}

static const char *tip_of(const struct building *building, uint32_t node, const char *name, uint64_t value,
			  uint64_t old)
{
	const struct source_function *function = tree_frame(building->tree, node)->function;
	struct pool *pool = &building->document->pool;
	char share[NUMBER_BYTES];
	const char *where = *function->file ? function->file : function->module, *change = "";

	number_share(share, sizeof(share), value, (uint64_t)building->whole);
	if (building->compares)
		change = pool_format(pool, "; was %s", value_text(building, old));
	return pool_format(pool, "%s%s%s%s\n%s, %s%s", name, node > 0 && *where ? "  (" : "",
			   node > 0 ? where : "", node > 0 && *where ? ")" : "", value_text(building, value),
			   share, change);
}

static void add_box(struct building *building, uint32_t node, uint32_t depth, double begin, uint64_t hash)
{
	uint64_t value = tree_figure(building->tree, node, building->request->figure);
	uint64_t old = old_figure(building, hash), most = value > old ? value : old;
	const struct source_function *function = tree_frame(building->tree, node)->function;
	const char *name = part_cut(building->document, name_of(building, node), NAME_SHOWN);

	building->boxes[building->count++] = (struct flame_box){
		.name = name,
		.tip = tip_of(building, node, name, value, old),
		.begin = begin,
		.width = (double)value / building->whole,
		.depth = depth,
		.group = *function->module ? base_name(function->module) : base_name(function->file),
		.change = building->compares && most > 0 ? ((double)value - (double)old) / (double)most : 0,
	};
}

/* Callers come first, so a node's place is known from its parent's, and from what stands there already. */
static void add_boxes(struct building *building)
{
	const struct tree *tree = building->tree;
	uint64_t *hashes = hash_paths(building->document, tree);
	double *next = pool_alloc(&building->document->pool, (tree->count + 1) * sizeof(*next));
	uint32_t *depths = pool_alloc(&building->document->pool, (tree->count + 1) * sizeof(*depths));

	building->boxes = pool_alloc(&building->document->pool, (tree->count + 1) * sizeof(*building->boxes));
	for (uint32_t node = 0; node < tree->count;) {
		uint32_t parent = tree->parent[node];
		double width = (double)tree_figure(tree, node, building->request->figure) / building->whole;
		double begin = node == 0 ? 0 : next[parent];

		depths[node] = node == 0 ? 0 : depths[parent] + 1;
		if (width < LEAST_WIDTH || depths[node] > DEPTH_MOST) {
			node = tree->end[node];
			continue;
		}
		next[node] = begin;
		if (node > 0)
			next[parent] = begin + width;
		add_box(building, node, depths[node], begin, hashes[node]);
		node++;
	}
}

/* ---- the view ---------------------------------------------------------------------------------------- */

static const char *subtitle(const struct building *building, struct profile *const *profiles, size_t count)
{
	const struct overview *run = profile_overview(profiles[count - 1], false);
	const char *window = part_window(building->document, run->window);
	char started[NUMBER_BYTES];

	number_time(started, sizeof(started), run->started_realtime_ns);
	const char *was = "";
	if (count > 1) {
		const char *then =
			part_window(building->document, profile_overview(profiles[0], false)->window);

		was = pool_format(&building->document->pool,
				  "; was %s%s%s: red has more than then, blue less",
				  value_text(building, old_figure(building, 1)), *then ? " " : "", then);
	}
	const char *blocks = part_blocks(building->document, run->blocks);

	return pool_format(&building->document->pool, "%s: %s%s%s%s%s; pid %d, started %s%s",
			   part_figure_title(run, building->request->figure),
			   value_text(building, (uint64_t)building->whole), *window ? " " : "", window,
			   *blocks ? ", " : "", blocks, run->pid, started, was);
}

static void print_svg(FILE *out, const void *flame)
{
	flame_print_svg(out, flame);
}

static int draw(struct profile *const *profiles, size_t count, const struct request *request, FILE *out,
		struct diagnostic *diagnostic)
{
	struct document document = {0};
	struct building building = {.document = &document, .request = request};
	struct profile *profile = profiles[count - 1];
	struct flame flame = {.by_change = count > 1};

	if (count > 2)
		return diagnostic_set(diagnostic, EINVAL, "flame takes one trace, or OLD NEW");
	if (out == stdout && isatty(STDOUT_FILENO))
		return diagnostic_set(diagnostic, EINVAL, "a flame graph is a picture: -o FILE.svg");
	profile_overview(profile, true);
	building.tree = tree_of(profile, request);
	building.whole = (double)tree_figure(building.tree, 0, request->figure);
	if (count > 1)
		know_old(&building, profiles[0]);
	if (building.whole > 0)
		add_boxes(&building);
	flame.boxes = building.boxes;
	flame.box_count = building.count;
	flame.title =
		pool_format(&document.pool, "%s of %s", request->flags[CALLERS] ? "Callers" : "Flame graph",
			    part_command(&document, profile_overview(profile, false)->command, 110));
	flame.subtitle = subtitle(&building, profiles, count);
	int error = picture_write(request, out, print_svg, &flame, diagnostic);
	map_finish(&building.old);
	document_finish(&document);
	return error;
}

/* Figures are the tree's. */
static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	(void)profiles, (void)count, (void)request, (void)document;
	return diagnostic_set(diagnostic, EINVAL,
			      "flame makes a picture; its figures are 'mprof tree --format %s'",
			      request->output.format->name);
}

static const struct argp_option options[] = {
	{"callers", KEY_CALLERS, NULL, 0, "From the functions that allocate up to who called them", 1},
	{"lines", KEY_LINES, NULL, 0, "Keep calls at different lines of a function apart", 1},
	{"system", KEY_SYSTEM, NULL, 0, "Show code of the system and of allocators, too", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	(void)argument;
	switch (key) {
	case KEY_CALLERS:
		return request->flags[CALLERS] = true, 0;
	case KEY_LINES:
		return request->flags[LINES] = true, 0;
	case KEY_SYSTEM:
		return request->flags[SYSTEM] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int begin(struct request *request, struct diagnostic *diagnostic)
{
	return picture_check(request, diagnostic);
}

const struct view view_flame = {
	.name = "flame",
	.summary = "Draw call paths as a flame graph",
	.doc = "Draws call paths as a flame graph, an SVG: each call below its caller, as wide as its part "
	       "of the figure of --sort. In a browser a click makes a box the whole width, Ctrl-F searches, "
	       "and Escape goes back. Of two recordings, OLD NEW, it shows the newer one in colours of what "
	       "has changed.",
	.traces = VIEW_MANY,
	.lacks = VIEW_LACKS_TOP,
	.options = options,
	.parse = parse,
	.begin = begin,
	.make = make,
	.draw = draw,
};
