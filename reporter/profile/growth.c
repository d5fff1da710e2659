/* growth.c - see growth.h. */
#include "profile/growth.h"

#include "base/memory.h"
#include "figures/timeline.h"
#include "profile/private.h"
#include "profile/window.h"

#include <stdlib.h>
#include <string.h>

#define QUARTERS 4
#define RISEN_LEAST 2 /* of these: once may be a cache that fills */
#define MOMENTS (GROWTH_SAMPLES + QUARTERS + 1)

/* What a group holds at each moment: those of the samples, then the ends of the quarters from the middle on.
 */
struct held {
	uint64_t now, at[MOMENTS];
};

struct watching {
	const struct timeline *timeline;
	const uint32_t *of_node; /* index + 1 */
	struct held *groups;
	size_t count;
	uint64_t moments_ns[MOMENTS];
};

static void set_moments(struct watching *watching, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t span_ns = to_ns - from_ns, middle_ns = from_ns + span_ns / 2;

	for (uint64_t i = 0; i < GROWTH_SAMPLES; i++)
		watching->moments_ns[i] = from_ns + span_ns / GROWTH_SAMPLES * (i + 1);
	watching->moments_ns[GROWTH_SAMPLES - 1] = to_ns;
	for (uint64_t i = 0; i <= QUARTERS; i++)
		watching->moments_ns[GROWTH_SAMPLES + i] = middle_ns + span_ns / 2 / QUARTERS * i;
	watching->moments_ns[MOMENTS - 1] = to_ns;
}

static void take_interval(struct watching *watching, const struct interval *interval)
{
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry;

	while (timeline_walk_next(&walk, &entry))
		if (watching->of_node[entry.id] > 0)
			watching->groups[watching->of_node[entry.id] - 1].now += (uint64_t)entry.change.bytes;
}

static void note_moment(struct watching *watching, size_t moment)
{
	for (size_t i = 0; i < watching->count; i++)
		watching->groups[i].at[moment] = watching->groups[i].now;
}

/* At each moment, what the boundary before left. */
static void watch(struct watching *watching)
{
	for (size_t moment = 0; moment < MOMENTS; moment++) {
		size_t next = 0;

		if (moment == 0 || moment == GROWTH_SAMPLES)
			for (size_t i = 0; i < watching->count; i++)
				watching->groups[i].now = 0;
		else
			while (next < watching->timeline->count &&
			       watching->timeline->list[next].end_ns <= watching->moments_ns[moment - 1])
				next++;
		for (; next < watching->timeline->count &&
		       watching->timeline->list[next].end_ns <= watching->moments_ns[moment];
		     next++)
			take_interval(watching, &watching->timeline->list[next]);
		note_moment(watching, moment);
	}
}

static bool rises(const struct held *held)
{
	const uint64_t *quarters = held->at + GROWTH_SAMPLES;

	size_t risen = 0;

	for (size_t i = 0; i < QUARTERS; i++) {
		if (quarters[i + 1] < quarters[i])
			return false;
		risen += quarters[i + 1] > quarters[i];
	}
	return risen >= RISEN_LEAST;
}

static int by_rise(const void *left, const void *right)
{
	const struct growth *a = left, *b = right;

	if (a->risen_bytes != b->risen_bytes)
		return a->risen_bytes > b->risen_bytes ? -1 : 1;
	return a->group < b->group ? -1 : a->group > b->group;
}

static void list_growths(struct profile *profile, const struct watching *watching,
			 const struct groups *groups, struct growths *out)
{
	struct growth *list;
	size_t count = 0, used = 0;

	for (size_t i = 0; i < watching->count; i++)
		count += rises(&watching->groups[i]);
	list = pool_alloc(&profile->pool, (count + 1) * sizeof(*list));
	for (size_t i = 0; i < watching->count; i++) {
		const struct held *held = &watching->groups[i];

		if (!rises(held))
			continue;
		list[used].group = &groups->list[i];
		list[used].risen_bytes = held->at[MOMENTS - 1] - held->at[GROWTH_SAMPLES];
		for (size_t k = 0; k < GROWTH_SAMPLES; k++)
			list[used].bytes[k] = held->at[k];
		used++;
	}
	qsort(list, used, sizeof(*list), by_rise);
	*out = (struct growths){.list = list,
				.count = used,
				.samples_ns = pool_alloc(&profile->pool, GROWTH_SAMPLES * sizeof(uint64_t)),
				.half_ns = watching->moments_ns[MOMENTS - 1] -
					   watching->moments_ns[GROWTH_SAMPLES]};
	memcpy(out->samples_ns, watching->moments_ns, GROWTH_SAMPLES * sizeof(uint64_t));
}

int profile_growths(struct profile *profile, enum grouping grouping, struct growths *out,
		    struct diagnostic *diagnostic)
{
	const struct window *window = profile_window(profile);
	struct watching watching = {0};
	const struct groups *groups;
	uint32_t *of_node;
	int error = profile_timeline(profile, &watching.timeline, diagnostic);

	*out = (struct growths){0};
	if (error)
		return error;
	profile_know_remains(profile);
	groups = profile_groups_of_nodes(profile, grouping, FIGURE_ALLOCATIONS, &of_node);
	watching.of_node = of_node;
	watching.count = groups->count;
	watching.groups = memory_zeroed(groups->count, sizeof(*watching.groups));
	set_moments(&watching, window ? window->from_ns : 0,
		    window ? window->to_ns : profile->info->duration_ns);
	watch(&watching);
	list_growths(profile, &watching, groups, out);
	free(watching.groups);
	free(of_node);
	return 0;
}
