/* blocks.c - see blocks.h. */
#include "profile/blocks.h"

#include "base/memory.h"
#include "base/number.h"
#include "figures/breakdown_tables.h"
#include "profile/private.h"
#include "profile/window.h"
#include "replay/breakdown_replay.h"
#include "replay/replayed.h"
#include "trace/size.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct block_selection *profile_blocks(const struct profile *profile)
{
	return profile->blocks.asked ? &profile->blocks : NULL;
}

/* From all events: where there is nothing else, and for sizes that are no classes. */
static int replay_breakdown(struct profile *profile, struct diagnostic *diagnostic)
{
	const struct replay_sizes sizes = {profile->blocks.least, profile->blocks.most};
	int error = breakdown_replay(profile->trace, profile->blocks.exact ? &sizes : NULL,
				     &profile->replayed_breakdown, diagnostic);

	profile->breakdown = error ? NULL : &profile->replayed_breakdown;
	return error;
}

int profile_breakdown(struct profile *profile, const struct breakdown_tables **tables,
		      struct diagnostic *diagnostic)
{
	int error = 0;

	if (!profile->breakdown && !profile->blocks.exact)
		error = trace_breakdown(profile->trace, &profile->breakdown, diagnostic);
	if (!error && !profile->breakdown && !profile->info->aggregate)
		error = replay_breakdown(profile, diagnostic);
	if (!error && !profile->breakdown)
		error = diagnostic_set(diagnostic, ENOTSUP,
				       "%s: has no figures by size and thread: its sums were recorded by an "
				       "older mprof, or it is cut off; record it anew",
				       profile->info->path);
	*tables = profile->breakdown;
	return error;
}

/* ---- what was asked for --------------------------------------------------------------------- */

static int parse_size(const char *option, const char *text, uint64_t *size_bytes,
		      struct diagnostic *diagnostic)
{
	if (!text || size_parse(text, size_bytes))
		return 0;
	return diagnostic_set(diagnostic, EINVAL, "%s takes a size such as 4096, 64K or 1MiB, not '%s'",
			      option, text);
}

/* Whether a thread is the one that is meant: by its number, "main", or "#3" for the third that allocated. */
static bool is_meant(const struct trace_info *info, size_t index, const char *text)
{
	const char *digits = text + (*text == '#');

	if (strcmp(text, "main") == 0)
		return info->threads[index].tid == (uint32_t)info->pid;
	if (!*digits || strspn(digits, "0123456789") != strlen(digits))
		return false;
	unsigned long number = strtoul(digits, NULL, 10);
	return *text == '#' ? index + 1 == number : info->threads[index].tid == number;
}

static int find_thread(struct profile *profile, const char *text, struct diagnostic *diagnostic)
{
	const struct trace_info *info = profile->info;
	bool found = false;

	for (size_t i = 0; i < info->thread_count; i++) {
		bool meant = is_meant(info, i, text);

		if (meant && i >= KIND_SEVERAL)
			return diagnostic_set(diagnostic, EINVAL,
					      "--thread %s: not known: only the first %" PRIu32
					      " threads are told apart",
					      text, KIND_SEVERAL);
		found |= meant;
	}
	if (info->thread_count == 0)
		return diagnostic_set(diagnostic, EINVAL, "--thread %s: no thread allocated anything", text);
	return found ? 0
		     : diagnostic_set(
			       diagnostic, EINVAL,
			       "--thread '%s': no such thread; 'main', a thread's number as `mprof stats` "
			       "shows it, or #1 to #%zu",
			       text, info->thread_count);
}

enum part { NONE_OF_IT, PART_OF_IT, ALL_OF_IT };

static enum part class_part(const struct block_selection *blocks, uint32_t class)
{
	uint64_t least = class > 0 ? UINT64_C(1) << class : 0, most = size_class_most(class);

	if (most < blocks->least || least > blocks->most)
		return NONE_OF_IT;
	return least >= blocks->least && most <= blocks->most ? ALL_OF_IT : PART_OF_IT;
}

/* Whether the sizes that are wanted are those of classes. */
static bool sizes_are_classes(const struct block_selection *blocks)
{
	for (uint32_t class = 0; class < SIZE_CLASSES; class ++)
		if (class_part(blocks, class) == PART_OF_IT)
			return false;
	return true;
}

int profile_parse_blocks(struct profile *profile, struct diagnostic *diagnostic)
{
	const struct block_choice *choice = &profile->options->blocks;
	struct block_selection *blocks = &profile->blocks;
	int error;

	*blocks = (struct block_selection){.most = UINT64_MAX,
					   .least_text = choice->least,
					   .most_text = choice->most,
					   .thread = choice->thread};
	error = parse_size("--min-size", choice->least, &blocks->least, diagnostic);
	if (!error)
		error = parse_size("--max-size", choice->most, &blocks->most, diagnostic);
	if (!error && blocks->least > blocks->most)
		error = diagnostic_set(diagnostic, EINVAL, "--min-size %s is more than --max-size %s",
				       choice->least, choice->most);
	if (!error && choice->thread)
		error = find_thread(profile, choice->thread, diagnostic);
	blocks->sized = choice->least || choice->most;
	blocks->asked = blocks->sized || choice->thread;
	blocks->exact =
		blocks->sized && !choice->thread && !profile->info->aggregate && !sizes_are_classes(blocks);
	return error;
}

/* ---- kinds ------------------------------------------------------------------------------------ */

static enum part thread_part(const struct profile *profile, uint32_t thread)
{
	const struct trace_info *info = profile->info;

	if (!profile->blocks.thread)
		return ALL_OF_IT;
	if (thread == KIND_SEVERAL)
		return PART_OF_IT;
	return thread < info->thread_count && is_meant(info, thread, profile->blocks.thread) ? ALL_OF_IT
											     : NONE_OF_IT;
}

static enum part kind_part(const struct profile *profile, const struct kind_row *row)
{
	enum part by_size =
		profile->blocks.exact ? ALL_OF_IT : class_part(&profile->blocks, kind_class(row->kind));
	enum part by_thread = thread_part(profile, kind_thread(row->kind));

	return by_size < by_thread ? by_size : by_thread;
}

bool profile_has_kind(const struct profile *profile, const struct kind_row *row)
{
	return !profile->blocks.asked || kind_part(profile, row) == ALL_OF_IT;
}

uint32_t profile_thread_id(const struct profile *profile, uint32_t thread)
{
	bool known = thread < KIND_SEVERAL && thread < profile->info->thread_count;

	return known ? profile->info->threads[thread].tid : 0;
}

const char *profile_thread_name(struct profile *profile, uint32_t thread)
{
	uint32_t id = profile_thread_id(profile, thread);

	if (id == 0)
		return "several threads";
	return pool_format(&profile->pool, "%s %u",
			   id == (uint32_t)profile->info->pid ? "main thread" : "thread", id);
}

/* ---- figures ---------------------------------------------------------------------------------- */

static void add_row(struct model_node *figures, const struct kind_row *row)
{
	figures->allocations += row->allocations;
	figures->allocated_bytes += row->allocated_bytes;
	figures->own_frees += row->allocations - row->live_blocks;
	figures->own_freed_bytes += row->allocated_bytes - row->live_bytes;
	figures->peak_bytes += row->peak_bytes;
	figures->peak_blocks += row->peak_blocks;
	figures->temporary += row->temporary;
}

static void add_totals(struct model_totals *totals, const struct model_node *figures)
{
	totals->allocations += figures->allocations;
	totals->allocated_bytes += figures->allocated_bytes;
	totals->live_blocks += figures->allocations - figures->own_frees;
	totals->live_bytes += figures->allocated_bytes - figures->own_freed_bytes;
	totals->peak_bytes += figures->peak_bytes;
	totals->peak_blocks += figures->peak_blocks;
	totals->temporary += figures->temporary;
}

/* Where a walk through the rows of kinds stands. */
struct kind_walk {
	const struct breakdown_tables *tables;
	size_t next;
};

/* The node's rows; how many. */
static const struct kind_row *rows_of(struct kind_walk *walk, uint32_t node, size_t *count)
{
	const struct breakdown_tables *tables = walk->tables;

	while (walk->next < tables->kind_count && tables->kinds[walk->next].node < node)
		walk->next++;
	*count = 0;
	while (walk->next + *count < tables->kind_count && tables->kinds[walk->next + *count].node == node)
		++*count;
	return &tables->kinds[walk->next];
}

/* What of a path's blocks are among those that are wanted. */
static enum part path_part(const struct profile *profile, const struct kind_row *rows, size_t count)
{
	enum part least = ALL_OF_IT, most = NONE_OF_IT;

	for (size_t i = 0; i < count; i++) {
		enum part part = kind_part(profile, &rows[i]);

		least = part < least ? part : least;
		most = part > most ? part : most;
	}
	return least == most ? least : PART_OF_IT;
}

struct taking {
	struct profile *profile;
	struct kind_walk kinds;
	struct figures_nodes nodes;
	struct model_totals totals;
	size_t unknown; /* call paths with other blocks, too, which nothing tells apart */
};

static void take(struct taking *taking, uint32_t node, const struct model_node *figures)
{
	if (model_node_is_idle(figures))
		return;
	profile_must(figures_nodes_add(&taking->nodes, node, figures));
	add_totals(&taking->totals, figures);
}

/* Of the whole run kinds tell, unless one is wanted in part. */
static void take_kinds(struct taking *taking, uint32_t node, const struct kind_row *rows, size_t count)
{
	struct model_node figures = {0};
	bool unknown = false;

	for (size_t i = 0; i < count; i++) {
		enum part part = kind_part(taking->profile, &rows[i]);

		if (part == ALL_OF_IT)
			add_row(&figures, &rows[i]);
		unknown |= part == PART_OF_IT;
	}
	taking->unknown += unknown;
	figures.live_blocks = figures.allocations - figures.own_frees;
	figures.live_bytes = figures.allocated_bytes - figures.own_freed_bytes;
	take(taking, node, &figures);
}

static void take_node(struct taking *taking, uint32_t node, const struct model_node *figures)
{
	size_t count;
	const struct kind_row *rows = rows_of(&taking->kinds, node, &count);

	if (!profile_window(taking->profile)) {
		take_kinds(taking, node, rows, count);
		return;
	}
	enum part part = path_part(taking->profile, rows, count);
	if (part == ALL_OF_IT && count > 0)
		take(taking, node, figures);
	taking->unknown += part == PART_OF_IT;
}

static void take_all(struct taking *taking)
{
	const struct figures_summary *all = model_summary(taking->profile->model);
	struct figures_walk walk = figures_walk(all->nodes);
	struct model_node figures;
	uint32_t node;

	taking->totals = (struct model_totals){.peak_time_ns = all->totals.peak_time_ns,
					       .sample_bytes = all->totals.sample_bytes,
					       .spread = all->totals.spread};
	while (figures_walk_next(&walk, &node, &figures))
		take_node(taking, node, &figures);
}

/* The model's figures are these from now on, and the whole run's what they were. */
static void put_in_place(struct profile *profile, struct taking *taking)
{
	if (profile->whole)
		model_destroy(profile->model);
	else
		profile->whole = profile->model;
	figures_nodes_finish(&profile->window_nodes);
	profile->window_nodes = taking->nodes;
	profile->window_summary = (struct figures_summary){.totals = taking->totals,
							   .nodes = &profile->window_nodes,
							   .node_count = profile->info->node_count};
	profile->model = model_from_summary(&profile->window_summary);
	if (!profile->model)
		memory_exhausted();
}

/* "--min-size 64 or 128": the bounds of classes on both sides of what was asked for; nothing if it is one. */
static void nearest_bounds(char *text, size_t text_bytes, const char *option, uint64_t below, uint64_t above)
{
	if (below == above)
		text[0] = '\0';
	else
		snprintf(text, text_bytes, "%s %" PRIu64 " or %" PRIu64, option, below, above);
}

static int explain_sizes(const struct profile *profile, struct diagnostic *diagnostic)
{
	const struct block_selection *blocks = &profile->blocks;
	uint32_t first = size_class(blocks->least), last = size_class(blocks->most);
	bool begins = blocks->least == size_class_least(first), ends = blocks->most == size_class_most(last);
	char least[80], most[80];

	nearest_bounds(least, sizeof(least), "--min-size", size_class_least(first),
		       begins ? blocks->least : size_class_most(first) + 1);
	nearest_bounds(most, sizeof(most), "--max-size",
		       ends || last == 0 ? size_class_most(last) : size_class_most(last - 1),
		       size_class_most(last));
	return diagnostic_set(diagnostic, EINVAL,
			      "%s sizes are known from one power of two to the next: %s%s%s would do",
			      blocks->thread ? "--thread: of one thread" : "of a recording of sums", least,
			      *least && *most ? ", and " : "", most);
}

static int explain(const struct profile *profile, size_t unknown, struct diagnostic *diagnostic)
{
	const struct block_selection *blocks = &profile->blocks;
	const char *paths = unknown == 1 ? "call path" : "call paths";

	if (profile_window(profile) && blocks->thread)
		return diagnostic_set(
			diagnostic, EINVAL,
			"--thread: at a moment, or in a part of the run, it is known only where all "
			"blocks of a call path are one thread's, and %zu %s had several; ask for the "
			"whole run",
			unknown, paths);
	if (profile_window(profile))
		return diagnostic_set(
			diagnostic, EINVAL,
			"--min-size, --max-size: at a moment, or in a part of the run, a recording of sums "
			"knows sizes only where all blocks of a call path are of them, and %zu %s had "
			"others; ask for the whole run",
			unknown, paths);
	if (blocks->sized && !sizes_are_classes(blocks))
		return explain_sizes(profile, diagnostic);
	return diagnostic_set(diagnostic, EINVAL,
			      "--thread: not known of %zu %s: there were too many threads to tell them "
			      "apart, the recording was cut off, or an older mprof made it",
			      unknown, paths);
}

bool profile_replays_sizes(const struct profile *profile)
{
	const struct window_choice *window = &profile->options->window;
	const struct block_selection *blocks = &profile->blocks;
	bool timed = window->at || window->from || window->to;

	return timed && blocks->sized && !blocks->thread && !profile->info->aggregate;
}

int profile_open_blocks(struct profile *profile, struct diagnostic *diagnostic)
{
	struct taking taking = {.profile = profile};
	int error;

	if (!profile->blocks.asked || profile_replays_sizes(profile))
		return 0;
	error = profile_breakdown(profile, &taking.kinds.tables, diagnostic);
	if (!error)
		take_all(&taking);
	if (!error && taking.unknown > 0)
		error = explain(profile, taking.unknown, diagnostic);
	if (error)
		figures_nodes_finish(&taking.nodes);
	else
		put_in_place(profile, &taking);
	return error;
}
