/* paths.c - see paths.h. */
#include "profile/paths.h"

#include "base/memory.h"
#include "profile/private.h"

#include <stdlib.h>

/* Which paths are looked for: those of these sites that have the figure, if the site has it. */
struct search {
	const struct site *const *sites;
	uint32_t *numbers; /* by index of a site of the list: which of those it is, + 1 */
	enum figure figure;
};

static uint32_t *number_sites(struct profile *profile, const struct site *const *sites, size_t count)
{
	uint32_t *numbers = memory_zeroed(profile->sites.count, sizeof(*numbers));

	for (size_t i = 0; i < count; i++)
		numbers[sites[i]->index] = (uint32_t)i + 1;
	return numbers;
}

static bool is_looked_for(const struct search *search, uint32_t number, const struct model_node *figures,
			  uint64_t value)
{
	if (number == 0 || value > 0)
		return number > 0;
	return model_node_has_blocks(figures) &&
	       figure_of(&search->sites[number - 1]->amounts, search->figure) == 0;
}

/* Called back with each path that is looked for. */
typedef void path_fn(struct profile *profile, struct site_paths *paths, uint32_t node, uint64_t value);

static void each_path(struct profile *profile, const struct search *search, struct site_paths *paths,
		      path_fn *with)
{
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	struct model_node figures;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &figures)) {
		uint32_t index = profile->sites.of_node[node];
		uint32_t number = index > 0 ? search->numbers[index - 1] : 0;
		struct amounts amounts =
			amounts_of(&figures, profile->ownership.remains[node], profile->info->sample_bytes);
		uint64_t value;

		amounts_weigh(&amounts, profile->info->sample_bytes);
		value = figure_of(&amounts, search->figure);
		if (is_looked_for(search, number, &figures, value))
			with(profile, &paths[number - 1], node, value);
	}
}

static void count_path(struct profile *profile, struct site_paths *paths, uint32_t node, uint64_t value)
{
	(void)profile, (void)node, (void)value;
	paths->count++;
}

static void add_path(struct profile *profile, struct site_paths *paths, uint32_t node, uint64_t value)
{
	struct source_frame site = profile_site(profile, node, NULL);
	struct way *way = &paths->ways[paths->count++];

	*way = way_of(profile, node, site.function, source_frame_spot(&site));
	way->value = value;
}

struct site_paths *profile_site_paths(struct profile *profile, const struct site *const *sites, size_t count,
				      enum figure figure)
{
	struct site_paths *paths = memory_zeroed(count, sizeof(*paths));
	const struct search search = {sites, number_sites(profile, sites, count), figure};

	each_path(profile, &search, paths, count_path);
	for (size_t i = 0; i < count; i++) {
		paths[i].ways = memory_zeroed(paths[i].count, sizeof(*paths[i].ways));
		paths[i].count = 0;
	}
	each_path(profile, &search, paths, add_path);
	for (size_t i = 0; i < count; i++)
		paths[i].count = ways_merge(paths[i].ways, paths[i].count);
	free(search.numbers);
	return paths;
}

void site_paths_finish(struct site_paths *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < paths[i].count; k++)
			way_finish(&paths[i].ways[k]);
		free(paths[i].ways);
	}
	free(paths);
}
