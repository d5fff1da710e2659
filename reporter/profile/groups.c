/*
 * groups.c - see groups.h.
 */
#include "profile/groups.h"

#include "base/memory.h"
#include "figures/breakdown_tables.h"
#include "profile/blocks.h"
#include "profile/filter.h"
#include "profile/measure.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

/* A step of a path: a frame and the step that called it, 0 at the outermost; so a number names a whole path.
 */
struct step {
	uint32_t caller, frame;
};

/* Every path that was met, by what is shared. */
struct path_tree {
	struct source_frame *frames;
	struct step *steps; /* that of index 0 is none */
	size_t frame_count, frame_capacity, step_count, step_capacity;
	struct map frame_numbers; /* by function and spot: index + 1 */
	struct map step_numbers;  /* by caller and frame: index */
};

/* On the way to a list of groups. */
struct grouper {
	struct profile *profile;
	struct path_tree *tree;
	struct strings strings;
	enum grouping grouping;
	enum figure figure;
	struct group *list; /* paths first, then what they are grouped to */
	size_t count, capacity;
	struct map known; /* by key: index + 1 */
	struct amounts total;
	uint32_t *of_node; /* by node: its group's id + 1; NULL: nobody asks */
};

static const char *const names[GROUPINGS] = {
	[GROUP_PATH] = "path",     [GROUP_SITE] = "site",     [GROUP_FUNCTION] = "function",
	[GROUP_FILE] = "file",     [GROUP_MODULE] = "module", [GROUP_TYPE] = "type",
	[GROUP_THREAD] = "thread",
};

enum grouping grouping_find(const char *name)
{
	enum grouping grouping = 0;

	while (grouping < GROUPINGS && strcmp(names[grouping], name) != 0)
		grouping++;
	return grouping;
}

const char *grouping_name(enum grouping grouping)
{
	return names[grouping];
}

/* ---- paths ------------------------------------------------------------------------------------ */

static struct path_tree *path_tree_of(struct profile *profile)
{
	if (!profile->paths) {
		profile->paths = memory_zeroed(1, sizeof(*profile->paths));
		profile->paths->step_count = 1;
	}
	return profile->paths;
}

void path_tree_free(struct path_tree *tree)
{
	if (!tree)
		return;
	free(tree->frames);
	free(tree->steps);
	map_finish(&tree->frame_numbers);
	map_finish(&tree->step_numbers);
	free(tree);
}

static uint32_t number_frame(struct path_tree *tree, const struct source_frame *frame)
{
	uintptr_t function = (uintptr_t)frame->function;
	uint64_t spot = source_frame_spot(frame);
	uintptr_t number = (uintptr_t)map_get(&tree->frame_numbers, function, spot);

	if (number > 0)
		return (uint32_t)number - 1;
	tree->frames =
		pool_grow(tree->frames, &tree->frame_capacity, tree->frame_count + 1, sizeof(*tree->frames));
	tree->frames[tree->frame_count++] = *frame;
	map_put(&tree->frame_numbers, function, spot, (void *)(uintptr_t)tree->frame_count);
	return (uint32_t)tree->frame_count - 1;
}

static uint32_t number_step(struct path_tree *tree, uint32_t caller, const struct source_frame *frame)
{
	struct step step = {caller, number_frame(tree, frame)};
	uintptr_t number = (uintptr_t)map_get(&tree->step_numbers, step.caller, step.frame);

	if (number > 0)
		return (uint32_t)number;
	tree->steps =
		pool_grow(tree->steps, &tree->step_capacity, tree->step_count + 1, sizeof(*tree->steps));
	tree->steps[tree->step_count] = step;
	map_put(&tree->step_numbers, step.caller, step.frame, (void *)(uintptr_t)tree->step_count);
	return (uint32_t)tree->step_count++;
}

/* The number of a call path from its site outwards. */
static uint32_t number_path(struct profile *profile, struct path_tree *tree, uint32_t node)
{
	struct source_frame site = profile_site(profile, node, NULL);
	struct way way =
		way_of_depth(profile, node, site.function, source_frame_spot(&site), GROUP_FRAMES_MAX);
	uint32_t step = 0;

	for (size_t i = way.count; i > 0; i--)
		step = number_step(tree, step, &way.first[i - 1]);
	if (step == 0)
		step = number_step(tree, 0, &site);
	way_finish(&way);
	return step;
}

size_t profile_group_frames(const struct profile *profile, const struct group *group,
			    struct source_frame frames[GROUP_FRAMES_MAX])
{
	const struct path_tree *tree = profile->paths;
	size_t count = 0;

	for (uint32_t step = group->path; step > 0 && count < GROUP_FRAMES_MAX;
	     step = tree->steps[step].caller)
		frames[count++] = tree->frames[tree->steps[step].frame];
	return count;
}

/* ---- groups ----------------------------------------------------------------------------------- */

static const char *type_of(struct grouper *grouper, uint32_t node)
{
	const struct trace_code *code = trace_code(grouper->profile->info, node);

	return code->label ? trace_label(grouper->profile->trace, code->pc) : NULL;
}

/* Texts that are equal, as equal numbers; NULL as well. */
static uint64_t number_text(struct grouper *grouper, const char *text)
{
	return text ? (uintptr_t)strings_intern(&grouper->strings, text) : 0;
}

/* What is equal for all of one group. */
static void key_of(struct grouper *grouper, const struct site *site, const char *type, uint64_t *a,
		   uint64_t *b)
{
	const char *object = *site->file ? site->file : site->module;

	*a = *b = 0;
	switch (grouper->grouping) {
	case GROUP_FUNCTION:
		*a = number_text(grouper, site->function);
		*b = number_text(grouper, object);
		break;
	case GROUP_FILE:
		*a = number_text(grouper, object);
		break;
	case GROUP_MODULE:
		*a = number_text(grouper, site->module);
		break;
	case GROUP_TYPE:
		*a = number_text(grouper, type);
		break;
	default:
		*a = site->index;
	}
}

/* The group of this key, a new one if need be. */
static struct group *group_at(struct grouper *grouper, uint64_t a, uint64_t b)
{
	uintptr_t index = (uintptr_t)map_get(&grouper->known, a, b);

	if (index > 0)
		return &grouper->list[index - 1];
	grouper->list =
		pool_grow(grouper->list, &grouper->capacity, grouper->count + 1, sizeof(*grouper->list));
	grouper->list[grouper->count] = (struct group){.id = (uint32_t)grouper->count};
	grouper->count++;
	map_put(&grouper->known, a, b, (void *)(uintptr_t)grouper->count);
	return &grouper->list[grouper->count - 1];
}

/* All sites are known: none moves any more. */
static const struct site *site_of(const struct grouper *grouper, uint32_t node)
{
	const struct site_list *sites = &grouper->profile->sites;

	return &sites->sites[sites->of_node[node] - 1];
}

/* Or no path of the site has the figure: then it is known as a whole.  Types have no sites. */
static bool is_wanted(const struct grouper *grouper, const struct site *site)
{
	return grouper->grouping == GROUP_TYPE || figure_of(&site->amounts, grouper->figure) > 0;
}

/* A node's figures to its path; of types only those who group by them keep paths apart. */
static void add_to_path(struct grouper *grouper, uint32_t node, const struct amounts *amounts)
{
	uint32_t path = number_path(grouper->profile, grouper->tree, node);
	const char *type = grouper->grouping == GROUP_TYPE ? type_of(grouper, node) : NULL;
	struct group *group = group_at(grouper, path, number_text(grouper, type));

	group->path = path;
	group->path_count = 1;
	group->type = type;
	group->site = site_of(grouper, node);
	amounts_add(&group->amounts, amounts);
	if (grouper->of_node)
		grouper->of_node[node] = group->id + 1;
}

/* Of a thread: all of its blocks are one group, whose greatest path is kept. */
static void add_to_thread(struct grouper *grouper, const struct kind_row *row)
{
	struct profile *profile = grouper->profile;
	const struct model_node figures = {
		.allocations = row->allocations,
		.allocated_bytes = row->allocated_bytes,
		.live_blocks = row->live_blocks,
		.live_bytes = row->live_bytes,
		.peak_blocks = row->peak_blocks,
		.peak_bytes = row->peak_bytes,
		.temporary = row->temporary,
	};
	struct amounts amounts =
		amounts_of(&figures, profile->ownership.remains[row->node], profile->info->sample_bytes);
	struct group *group = group_at(grouper, kind_thread(row->kind), 0);
	uint64_t figure = figure_of(&amounts, grouper->figure);

	group->thread = kind_thread(row->kind);
	amounts_add(&grouper->total, &amounts);
	amounts_add(&group->amounts, &amounts);
	/* Rows are in order of nodes. */
	group->path_count += figure > 0 && (group->path_count == 0 || group->node != row->node);
	group->node = figure > 0 ? row->node : group->node;
	if (!group->site || figure > group->greatest) {
		group->greatest = figure;
		group->site = site_of(grouper, row->node);
		group->path = number_path(profile, grouper->tree, row->node);
	}
}

static void collect_threads(struct grouper *grouper)
{
	const struct breakdown_tables *tables = grouper->profile->breakdown;

	for (size_t i = 0; tables && i < tables->kind_count; i++)
		if (profile_passes(grouper->profile, tables->kinds[i].node) &&
		    profile_has_kind(grouper->profile, &tables->kinds[i]))
			add_to_thread(grouper, &tables->kinds[i]);
}

static void collect_paths(struct grouper *grouper)
{
	struct profile *profile = grouper->profile;
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	struct model_node figures;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &figures)) {
		if (!model_node_has_blocks(&figures) || !profile_passes(profile, node))
			continue;
		struct amounts amounts =
			amounts_of(&figures, profile->ownership.remains[node], profile->info->sample_bytes);
		amounts.frees = amounts.freed_bytes = 0; /* of blocks of any place */
		amounts_add(&grouper->total, &amounts);
		if (is_wanted(grouper, site_of(grouper, node)))
			add_to_path(grouper, node, &amounts);
	}
}

static bool has_figure(const struct grouper *grouper, const struct group *group)
{
	return figure_of(&group->amounts, grouper->figure) > 0;
}

/* Once all is added. */
static void drop_those_without(struct grouper *grouper)
{
	size_t kept = 0;

	for (size_t i = 0; i < grouper->count; i++)
		if (has_figure(grouper, &grouper->list[i]))
			grouper->list[kept++] = grouper->list[i];
	grouper->count = kept;
}

/* A path to its group, whose id is returned; those without the figure are counted as no path of it. */
static uint32_t add_to_group(struct grouper *grouper, const struct group *path)
{
	struct group *group;
	uint64_t a, b;

	key_of(grouper, path->site, path->type, &a, &b);
	group = group_at(grouper, a, b);
	amounts_add(&group->amounts, &path->amounts);
	if (!has_figure(grouper, path))
		return group->id;
	group->path_count++;
	group->type = path->type;
	if (figure_of(&path->amounts, grouper->figure) > group->greatest) {
		group->greatest = figure_of(&path->amounts, grouper->figure);
		group->path = path->path;
		group->site = path->site;
	}
	return group->id;
}

/* What the others of a group allocated, which have none of the figure. */
static void add_other_sites(struct grouper *grouper)
{
	const struct site_list *sites = &grouper->profile->sites;

	for (size_t i = 0; i < sites->count; i++) {
		uint64_t a, b;

		if (is_wanted(grouper, &sites->sites[i]))
			continue;
		key_of(grouper, &sites->sites[i], NULL, &a, &b);
		if (map_get(&grouper->known, a, b))
			amounts_add(&group_at(grouper, a, b)->amounts, &sites->sites[i].amounts);
	}
}

/* Nodes' groups by other ids: `ids` has them, + 1, by the old ones; 0: the group is gone. */
static void renumber_nodes(const struct grouper *grouper, const uint32_t *ids)
{
	for (size_t i = 0; grouper->of_node && i < grouper->profile->info->node_count; i++)
		if (grouper->of_node[i] > 0)
			grouper->of_node[i] = ids[grouper->of_node[i] - 1];
}

/* In place of the paths what they have in common. */
static void group_paths(struct grouper *grouper)
{
	struct group *paths = grouper->list;
	size_t path_count = grouper->count;

	map_finish(&grouper->known);
	grouper->list = NULL;
	grouper->count = grouper->capacity = 0;
	uint32_t *of_path = memory_zeroed(path_count, sizeof(*of_path));
	for (size_t i = 0; i < path_count; i++)
		of_path[i] = add_to_group(grouper, &paths[i]) + 1;
	renumber_nodes(grouper, of_path);
	add_other_sites(grouper);
	free(of_path);
	free(paths);
}

/* ---- their order ------------------------------------------------------------------------------ */

static int compare_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_sites(const struct group *a, const struct group *b)
{
	int order = compare_text(a->type, b->type);

	if (order == 0 && a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return order != 0 ? order : profile_compare_sites(a->site, b->site);
}

static int compare_groups(const void *left, const void *right, void *context)
{
	const struct group *a = left, *b = right;
	const struct grouper *grouper = context;
	uint64_t x = figure_of(&a->amounts, grouper->figure), y = figure_of(&b->amounts, grouper->figure);
	int order;

	if (x != y)
		return x > y ? -1 : 1;
	order = compare_sites(a, b);
	return order != 0 ? order : a->path < b->path ? -1 : a->path > b->path;
}

static void finish_list(struct grouper *grouper)
{
	uint64_t sample_bytes = grouper->profile->info->sample_bytes;

	if (grouper->count > 0)
		qsort_r(grouper->list, grouper->count, sizeof(*grouper->list), compare_groups, grouper);
	for (size_t i = 0; i < grouper->count; i++)
		amounts_weigh(&grouper->list[i].amounts, sample_bytes);
	amounts_weigh(&grouper->total, sample_bytes);
}

/* Nodes' groups by their places in the list. */
static void place_nodes(const struct grouper *grouper, size_t id_count)
{
	uint32_t *places = memory_zeroed(id_count, sizeof(*places));

	for (size_t i = 0; i < grouper->count; i++)
		places[grouper->list[i].id] = (uint32_t)i + 1;
	renumber_nodes(grouper, places);
	free(places);
}

/* The list in the profile's own memory. */
static const struct groups *kept(struct grouper *grouper)
{
	struct pool *pool = &grouper->profile->pool;
	struct groups *groups = pool_alloc(pool, sizeof(*groups));
	struct group *list = pool_alloc(pool, (grouper->count + 1) * sizeof(*list));

	if (grouper->count > 0)
		memcpy(list, grouper->list, grouper->count * sizeof(*list));
	*groups = (struct groups){list, grouper->count, grouper->total};
	return groups;
}

static const struct groups *group_nodes(struct profile *profile, enum grouping grouping, enum figure figure,
					uint32_t *of_node)
{
	struct grouper grouper = {
		.profile = profile, .grouping = grouping, .figure = figure, .of_node = of_node};
	const struct groups *groups;
	size_t id_count;

	profile_collect_sites(profile, true);
	grouper.tree = path_tree_of(profile);
	strings_init(&grouper.strings);
	if (grouping == GROUP_THREAD)
		collect_threads(&grouper);
	else
		collect_paths(&grouper);
	if (grouping != GROUP_PATH && grouping != GROUP_THREAD)
		group_paths(&grouper);
	id_count = grouper.count;
	drop_those_without(&grouper);
	finish_list(&grouper);
	place_nodes(&grouper, id_count);
	groups = kept(&grouper);
	map_finish(&grouper.known);
	strings_finish(&grouper.strings);
	free(grouper.list);
	return groups;
}

const struct groups *profile_groups(struct profile *profile, enum grouping grouping, enum figure figure)
{
	return group_nodes(profile, grouping, figure, NULL);
}

const struct groups *profile_groups_of_nodes(struct profile *profile, enum grouping grouping,
					     enum figure figure, uint32_t **of_node)
{
	*of_node = memory_zeroed(profile->info->node_count, sizeof(**of_node));
	return group_nodes(profile, grouping, figure, *of_node);
}
