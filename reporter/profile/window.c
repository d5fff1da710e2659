/* window.c - see window.h. */
#include "profile/window.h"

#include "base/memory.h"
#include "profile/instant.h"
#include "profile/path_sums.h"
#include "profile/private.h"
#include "replay/replayed.h"

#include <errno.h>
#include <string.h>

/* Recordings have intervals up to the last event: to the run's end it stays as it is then. */
static const struct timeline *to_the_end(struct profile *profile, const struct timeline *timeline)
{
	size_t count = timeline->count;
	uint64_t from_ns = count > 0 ? timeline->list[count - 1].end_ns : 0,
		 to_ns = profile->info->duration_ns;
	struct timeline *longer;

	if (to_ns <= from_ns)
		return timeline;
	longer = pool_alloc(&profile->pool, sizeof(*longer));
	*longer = *timeline;
	longer->list = pool_alloc(&profile->pool, (count + 1) * sizeof(*longer->list));
	if (count > 0)
		memcpy(longer->list, timeline->list, count * sizeof(*longer->list));
	longer->list[longer->count++] =
		(struct interval){.begin_ns = from_ns, .end_ns = to_ns, .peak_ns = from_ns};
	return longer;
}

/* As recorded, else from all events; of blocks of some sizes only from these. */
static int find_timeline(struct profile *profile, const struct replay_sizes *sizes,
			 const struct timeline **timeline, struct diagnostic *diagnostic)
{
	const struct replay_boundaries regular = {NULL, 0};
	int error = 0;

	*timeline = profile->timeline;
	if (profile->timeline)
		return 0;
	if (!profile->options->replay && !sizes)
		error = trace_timeline(profile->trace, &profile->timeline, diagnostic);
	if (!error && !profile->timeline && !profile->info->aggregate) {
		error = timeline_replay(profile->trace, &regular, sizes, &profile->replayed, diagnostic);
		profile->timeline = error ? NULL : &profile->replayed;
	}
	if (!error && !profile->timeline)
		error = diagnostic_set(
			diagnostic, ENOTSUP,
			"%s: has no heap over time: its sums were recorded by an older mprof, or it "
			"is cut off; record it anew",
			profile->info->path);
	if (!error && profile->timeline)
		profile->timeline = to_the_end(profile, profile->timeline);
	*timeline = profile->timeline;
	return error;
}

int profile_timeline(struct profile *profile, const struct timeline **timeline, struct diagnostic *diagnostic)
{
	const struct block_selection *blocks = &profile->blocks;
	const struct replay_sizes sizes = {blocks->least, blocks->most};

	if (blocks->thread || (blocks->sized && profile->info->aggregate))
		return diagnostic_set(
			diagnostic, EINVAL, "%s: what %s is not known over time, but of the whole run only",
			blocks->thread ? "--thread" : "--min-size, --max-size",
			blocks->thread ? "a thread has" : "blocks of some sizes have in recordings of sums");
	return find_timeline(profile, blocks->sized ? &sizes : NULL, timeline, diagnostic);
}

const struct window *profile_window(const struct profile *profile)
{
	return profile->windowed ? &profile->window : NULL;
}

/* ---- where on the time line ------------------------------------------------------------------ */

/* A boundary, by how many intervals come before; or the highest point within the interval behind it. */
struct place {
	size_t before;
	bool at_peak;
	uint64_t time_ns;
	bool near; /* not just where it was wanted */
};

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Within a time in which nothing happened the heap is known at each moment, and behind the end. */
static bool find_idle(const struct timeline *timeline, uint64_t time_ns, struct place *place)
{
	if (timeline->count > 0 && time_ns > timeline->list[timeline->count - 1].end_ns) {
		*place = (struct place){.before = timeline->count, .time_ns = time_ns};
		return true;
	}
	for (size_t i = 0; i < timeline->count; i++) {
		const struct interval *interval = &timeline->list[i];

		if (interval->events > 0 || time_ns < interval->begin_ns || time_ns > interval->end_ns)
			continue;
		*place = (struct place){.before = i, .time_ns = time_ns};
		return true;
	}
	return false;
}

/* The boundary nearest by events, or by time; of several at one time the last. */
static struct place nearest_boundary(const struct timeline *timeline, const struct instant *instant)
{
	bool by_time = instant->events == INSTANT_BY_TIME;
	uint64_t events = 0, wanted = by_time ? instant->time_ns : instant->events, least = wanted;
	struct place place = {0};

	if (by_time && find_idle(timeline, wanted, &place))
		return place;
	for (size_t i = 0; i < timeline->count; i++) {
		const struct interval *interval = &timeline->list[i];

		events += interval->events;
		uint64_t distance = apart(by_time ? interval->end_ns : events, wanted);
		if (distance > least)
			continue;
		least = distance;
		place = (struct place){.before = i + 1, .time_ns = interval->end_ns};
	}
	place.near = least > 0;
	if (!place.near)
		place.time_ns = instant->time_ns;
	return place;
}

static struct place peak_of(const struct timeline *timeline, size_t interval)
{
	return (struct place){
		.before = interval, .at_peak = true, .time_ns = timeline->list[interval].peak_ns};
}

static struct place find_place(const struct timeline *timeline, const struct instant *instant, bool moment)
{
	struct place place;

	if (moment && instant->peak && timeline->count > 0)
		return peak_of(timeline, timeline_highest(timeline));
	place = nearest_boundary(timeline, instant);
	for (size_t i = 0; moment && place.near && instant->events == INSTANT_BY_TIME && i < timeline->count;
	     i++) {
		if (apart(timeline->list[i].peak_ns, instant->time_ns) >=
		    apart(place.time_ns, instant->time_ns))
			continue;
		place = peak_of(timeline, i);
		place.near = place.time_ns != instant->time_ns;
	}
	return place;
}

/* ---- figures --------------------------------------------------------------------------------------- */

static uint64_t grown(uint64_t now, uint64_t before)
{
	return (int64_t)(now - before) > 0 ? now - before : 0;
}

static void take_node(struct profile *profile, const struct path_sum *path, uint32_t node,
		      struct model_totals *totals)
{
	uint64_t live_bytes = grown(path->bytes, path->begin_bytes);
	uint64_t live_blocks = grown(path->blocks, path->begin_blocks);
	/* What lives may be more than was allocated where sums of a moment's are of other boundaries; then
	 * what follows from both is less than 0, and comes round again. */
	const struct model_node figures = {.allocations = path->allocations,
					   .allocated_bytes = path->allocated_bytes,
					   .own_frees = path->allocations - live_blocks,
					   .own_freed_bytes = path->allocated_bytes - live_bytes,
					   .peak_bytes = path->peak_bytes,
					   .peak_blocks = path->peak_blocks};

	totals->allocations += path->allocations;
	totals->allocated_bytes += path->allocated_bytes;
	totals->live_bytes += live_bytes;
	totals->live_blocks += live_blocks;
	totals->peak_bytes += path->peak_bytes;
	totals->peak_blocks += path->peak_blocks;
	profile_must(figures_nodes_add(&profile->window_nodes, node, &figures));
}

/* The whole run's stay as they were: what code is a wrapper does not depend on when it ran. */
static void take_figures(struct profile *profile, const struct path_sums *sums, uint64_t peak_ns)
{
	const struct figures_summary *whole = model_summary(profile->model);
	struct model_totals totals = {.peak_time_ns = peak_ns,
				      .sample_bytes = whole->totals.sample_bytes,
				      .spread = whole->totals.spread};

	for (uint32_t node = 0; node < profile->info->node_count; node++)
		if (numbering_find(&sums->numbers, node) > 0)
			take_node(profile, &sums->list[numbering_find(&sums->numbers, node)], node, &totals);
	profile->window_summary = (struct figures_summary){
		.totals = totals, .nodes = &profile->window_nodes, .node_count = profile->info->node_count};
	profile->whole = profile->model;
	profile->model = model_from_summary(&profile->window_summary);
	if (!profile->model)
		memory_exhausted();
}

static uint64_t greatest_rss(const struct profile *profile, const struct timeline *timeline, size_t from,
			     size_t to)
{
	uint64_t pages = 0;

	for (size_t i = from; i < to; i++)
		pages = timeline->list[i].rss_pages > pages ? timeline->list[i].rss_pages : pages;
	return pages * profile->info->page_bytes;
}

/* ---- what was asked for -------------------------------------------------------------------------- */

static int parse(struct profile *profile, const struct window_choice *choice, struct instant *from,
		 struct instant *to, struct diagnostic *diagnostic)
{
	struct window *window = &profile->window;
	int error;

	window->moment = choice->at != NULL;
	window->from = choice->at ? choice->at : choice->from ? choice->from : "start";
	window->to = choice->at ? choice->at : choice->to ? choice->to : "end";
	error = instant_parse(profile, choice->at ? "--at" : "--from", window->from, from, diagnostic);
	if (!error)
		error = instant_parse(profile, choice->at ? "--at" : "--to", window->to, to, diagnostic);
	if (!error && from->time_ns > to->time_ns)
		error = diagnostic_set(diagnostic, EINVAL, "--from %s is later than --to %s", window->from,
				       window->to);
	return error;
}

/* Boundaries of one's own for each that has to be just there. */
static int replay_exactly(struct profile *profile, const struct instant *from, const struct instant *to,
			  struct diagnostic *diagnostic)
{
	const struct replay_sizes sizes = {profile->blocks.least, profile->blocks.most};
	const struct replay_boundary list[] = {{from->time_ns, from->events}, {to->time_ns, to->events}};
	const struct replay_boundaries boundaries = {list, 2};
	int error = trace_has_events(profile->trace, diagnostic);

	if (!error)
		error = timeline_replay(profile->trace, &boundaries,
					profile_replays_sizes(profile) ? &sizes : NULL, &profile->replayed,
					diagnostic);
	profile->timeline = error ? NULL : to_the_end(profile, &profile->replayed);
	return error;
}

static void fill(struct profile *profile, const struct place *from, const struct place *to)
{
	const struct timeline *timeline = profile->timeline;
	struct window *window = &profile->window;
	struct path_sums sums = {0};

	if (window->moment)
		path_sums_moment(&sums, timeline, from->before, from->at_peak);
	else
		path_sums_window(&sums, timeline, from->before, to->before);
	/* Where nothing happened the peak is as old as what lived then. */
	take_figures(profile, &sums,
		     window->moment || sums.peak_ns < from->time_ns ? from->time_ns : sums.peak_ns);
	path_sums_finish(&sums);
	window->from_ns = from->time_ns;
	window->to_ns = to->time_ns;
	window->near = from->near || to->near;
	window->begins = window->moment || from->before == 0;
	window->between = from->at_peak;
	window->peak_rss_bytes = greatest_rss(profile, timeline, from->before, to->before + to->at_peak);
	profile->windowed = true;
}

/* An exact boundary has the time that was asked for, and events up to then. */
static struct place place_of(struct profile *profile, const struct instant *instant, bool exact)
{
	const struct timeline *timeline = profile->timeline;
	struct place place;
	uint64_t events = 0;

	if (!exact)
		return find_place(timeline, instant, profile->window.moment);
	place = (struct place){.time_ns = instant->time_ns};
	for (size_t i = 0; i < timeline->count; i++) {
		events += timeline->list[i].events;
		if (instant->events == INSTANT_BY_TIME ? timeline->list[i].end_ns <= instant->time_ns
						       : events <= instant->events)
			place.before = i + 1;
	}
	return place;
}

int profile_open_window(struct profile *profile, struct diagnostic *diagnostic)
{
	const struct window_choice *choice = &profile->options->window;
	const struct timeline *timeline;
	struct instant from = {0}, to = {0};
	int error;

	if (!choice->at && !choice->from && !choice->to)
		return 0;
	error = parse(profile, choice, &from, &to, diagnostic);
	/* A part of the run from or to its peak begins or ends between two events that are no boundary. */
	bool exact =
		choice->exact || (!choice->at && (from.peak || to.peak)) || profile_replays_sizes(profile);
	if (!error && exact)
		error = replay_exactly(profile, &from, &to, diagnostic);
	if (!error)
		error = find_timeline(profile, NULL, &timeline, diagnostic);
	if (error)
		return error;
	const struct place begin = place_of(profile, &from, exact);
	const struct place end = place_of(profile, &to, exact);

	if (!choice->at && (begin.near || end.near) && begin.before == end.before)
		return diagnostic_set(
			diagnostic, EINVAL,
			"--from %s --to %s: the recording has no figures between these; --exact reads "
			"all events for them",
			profile->window.from, profile->window.to);
	fill(profile, &begin, &end);
	return 0;
}
