/*
 * tree.c - mprof tree: call paths as a tree, with what lies below each node.
 *
 * People get what has a share, chains without forks on one line; programs every node.
 */
#include "views/processes.h"
#include "views/tree_showing.h"

#include <stdlib.h>

#define SHARE_SHOWN 2 /* percent, to people, unless that is too much */

enum { KEY_CALLERS = 0x400, KEY_DEPTH, KEY_MIN_SHARE, KEY_LINES, KEY_SYSTEM, KEY_PROCESSES, KEY_ALL };
enum { CALLERS, LINES, SYSTEM, PROCESSES, ALL };
enum { DEPTH };
enum { MIN_SHARE };

static const struct argp_option options[] = {
	{"callers", KEY_CALLERS, NULL, 0, "From the functions that allocate up to who called them", 1},
	{"depth", KEY_DEPTH, "N", 0, "At most N calls deep", 1},
	{"min-share", KEY_MIN_SHARE, "P", 0,
	 "Leave out what has less than P percent (default in text 2, else 0)", 1},
	{"lines", KEY_LINES, NULL, 0, "Keep calls at different lines of a function apart", 1},
	{"system", KEY_SYSTEM, NULL, 0, "Show code of the system and of allocators, too", 1},
	{"processes", KEY_PROCESSES, NULL, 0,
	 "Show the recordings of the run in place of calls: which process started which, and what each held",
	 1},
	{"all", KEY_ALL, NULL, 0,
	 "With --processes, show each of those that are alike, which else are summed where they are many", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_CALLERS:
		return request->flags[CALLERS] = true, 0;
	case KEY_DEPTH:
		return option_number(state, "--depth", argument, 1, 1000000, &request->numbers[DEPTH]);
	case KEY_MIN_SHARE:
		request->words[MIN_SHARE] = argument;
		return option_share(state, "--min-share", argument, &(double){0});
	case KEY_LINES:
		return request->flags[LINES] = true, 0;
	case KEY_SYSTEM:
		return request->flags[SYSTEM] = true, 0;
	case KEY_PROCESSES:
		return request->flags[PROCESSES] = request->of_run = true, 0;
	case KEY_ALL:
		return request->flags[ALL] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

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

static int make_calls(struct profile *const *profiles, size_t count, const struct request *request,
		      struct document *document, struct diagnostic *diagnostic)
{
	const struct tree *tree = ask_for_tree(*profiles, request);
	const struct amounts whole = tree_total(tree, 0);
	struct showing showing = {.document = document,
				  .profile = *profiles,
				  .request = request,
				  .tree = tree,
				  .lines = request->flags[LINES],
				  .fixed = request->words[MIN_SHARE] != NULL,
				  .whole = tree_figure(tree, 0, request->figure),
				  .depth = (size_t)request->numbers[DEPTH]};
	uint64_t sample_bytes = profile_overview(*profiles, true)->sample_bytes;

	(void)count, (void)diagnostic;
	document->main = "root";
	showing_set_share(&showing, share_asked_for(request));
	if (request->for_people) {
		part_tree_title(document, *profiles, request, "", &whole, &whole);
		showing.floor = showing.floor > 0 ? showing.floor : 1;
		part_tree_lines(&showing);
		return 0;
	}
	part_head(document, *profiles);
	part_tree_total(document, &whole, sample_bytes);
	part_tree_nodes(&showing, sample_bytes);
	return 0;
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	if (request->flags[PROCESSES])
		return processes_make(*profiles, request, request->flags[ALL], document, diagnostic);
	return make_calls(profiles, count, request, document, diagnostic);
}

const struct view view_tree = {
	.name = "tree",
	.summary = "Show call paths as a tree, with what lies below each call",
	.doc = "Shows what was allocated as a tree of calls: from main and where threads begin down to the "
	       "functions that allocate, or with --callers from these up. Calls that lead one way only "
	       "stand on one line.",
	.traces = VIEW_ONE,
	.options = options,
	.parse = parse,
	.make = make,
};
