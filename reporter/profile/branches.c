/*
 * branches.c - see branches.h.
 *
 * Of each call path the functions in question are a set of bits; a function's figure that comes by way of
 * another one is the sum over the paths on which it is further out.
 */
#include "profile/branches.h"

#include "base/memory.h"
#include "profile/filter.h"
#include "profile/private.h"

#include <stdlib.h>

struct branches {
	uint64_t by[BRANCH_CANDIDATES][BRANCH_CANDIDATES]; /* [outer][inner] */
	uint64_t of[BRANCH_CANDIDATES];
	uint8_t *index; /* by function id: + 1 */
	size_t known;   /* functions */
};

/* Adds a path's figure, from its leaf outwards. */
static void add_path(struct profile *profile, struct branches *branches, uint32_t leaf, uint64_t value)
{
	const struct source_frame *frames;
	uint64_t inner = 0, seen = 0;

	for (uint32_t node = leaf; node != 0; node = profile->info->nodes[node].parent) {
		size_t count = profile_met_frames(profile, node, &frames);

		for (size_t i = 0; i < count; i++) {
			uint32_t id = frames[i].function->id;
			unsigned at = id < branches->known ? branches->index[id] : 0;

			if (at == 0 || (seen >> (at - 1) & 1))
				continue;
			branches->of[at - 1] += value;
			for (uint64_t rest = inner; rest; rest &= rest - 1)
				branches->by[at - 1][__builtin_ctzll(rest)] += value;
			seen |= UINT64_C(1) << (at - 1);
			inner = seen;
		}
	}
}

static void add_all(struct profile *profile, struct branches *branches, enum figure figure)
{
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	struct model_node figures;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &figures)) {
		struct amounts amounts =
			amounts_of(&figures, profile->ownership.remains[node], profile->info->sample_bytes);
		uint64_t value = figure_of(&amounts, figure);

		if (value > 0 && profile_passes(profile, node))
			add_path(profile, branches, node, value);
	}
}

static bool has_nearly(uint64_t part, uint64_t whole)
{
	return (double)part >= BRANCH_SHARE * (double)whole;
}

/* Of functions that call each other, the one that comes first is not passed over. */
static bool passes_on_to(const struct branches *branches, size_t outer, size_t inner)
{
	return outer != inner && has_nearly(branches->by[outer][inner], branches->of[outer]) &&
	       !(inner > outer && has_nearly(branches->by[inner][outer], branches->of[inner]));
}

void find_branches(struct profile *profile, const struct source_function *const *functions, size_t count,
		   enum figure figure, bool *passes_on)
{
	struct branches *branches = memory_zeroed(1, sizeof(*branches));

	for (size_t i = 0; i < count; i++)
		branches->known =
			functions[i]->id >= branches->known ? functions[i]->id + 1 : branches->known;
	branches->index = memory_zeroed(branches->known, sizeof(*branches->index));
	for (size_t i = 0; i < count; i++)
		branches->index[functions[i]->id] = (uint8_t)(i + 1);
	add_all(profile, branches, figure);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count && !passes_on[i]; k++)
			passes_on[i] = passes_on_to(branches, i, k);
	free(branches->index);
	free(branches);
}
