/*
 * world_collector.c - collections, as the library's callbacks tell of them, and the collector's settings.
 */
#include "world_parts.h"

#include <errno.h>
#include <string.h>

static void expect_trigger(int generation)
{
	unsigned counts[RGC_GENERATIONS];
	int due = NOBODY;
	rgc_get_count(counts);
	for (int i = 0; i <= OLDEST; i++) {
		if (counts[i] > now.thresholds[i] &&
		    (i != OLDEST || graph.long_lived_pending >= graph.long_lived_total / 4))
			due = i;
	}
	must(now.enabled && now.thresholds[0] > 0, "an automatic collection while it is off", NOBODY);
	must(counts[0] > now.thresholds[0] && due == generation, "an automatic collection that is not due",
	     NOBODY);
}

static void on_start(const struct rgc_info *info)
{
	must(!graph.collecting, "a collection inside a collection", NOBODY);
	must(is_certain(), "a collection that nobody asked for", NOBODY);
	if (!now.explicitly)
		expect_trigger(info->generation);
	now.explicitly = false;
	now.starts++;
	world_totals.collections++;
	now.dropping_outside = now.dropping;
	now.dropping = false;
	graph.collecting = true;
	graph.transitioned = true; /* until it has begun */
	run_user_code();
	graph_begin_collection(&graph, info->generation);
}

static void on_stop(const struct rgc_info *info)
{
	struct rgc_stats *sum = &now.sums[info->generation];
	if (!graph.transitioned)
		graph_end_doomed(&graph);
	graph_drain(&graph);
	must(info->generation == graph.generation, "another generation", info->generation);
	must(info->candidates == graph.candidates, "candidates", (int)info->candidates);
	must(info->collected + info->uncollectable == graph.found, "objects found", (int)graph.found);
	must(info->uncollectable == graph.uncollectable, "uncollectable objects", (int)graph.uncollectable);
	sum->collections++;
	sum->candidates += info->candidates;
	sum->collected += info->collected;
	sum->uncollectable += info->uncollectable;
	sum->freed_bytes += info->freed_bytes;
	sum->duration_ns += info->duration_ns;
	run_user_code();
	now.has_drained = false;
	now.dropping = now.dropping_outside;
	graph.collecting = false;
}

void on_collection(enum rgc_phase phase, const struct rgc_info *info, void *unused)
{
	(void)unused;
	if (phase == RGC_START)
		on_start(info);
	else
		on_stop(info);
}

void do_collect(void)
{
	int generation = choose(4);
	if (generation > OLDEST) {
		must(rgc_collect(generation) == -1 && errno == EINVAL, "a bad generation", generation);
		return;
	}
	if (graph.collecting) {
		must(rgc_collect(generation) == 0, "a nested collection", generation);
		return;
	}
	if (!is_certain())
		return;
	unsigned before = now.starts;
	now.explicitly = true;
	ssize_t found = rgc_collect(generation);
	must(now.starts > before, "no collection", generation);
	/* User code at its end may have collected again once it was over, but that was not this one's count.
	 */
	must(found == (ssize_t)graph.found, "the value of rgc_collect", (int)found);
}

void set_enabled(bool on)
{
	now.enabled = on;
	if (on)
		rgc_enable();
	else
		rgc_disable();
	must(rgc_isenabled() == on, "rgc_isenabled", NOBODY);
}

void do_threshold(void)
{
	unsigned got[RGC_GENERATIONS];
	now.thresholds[0] = next_byte() % 24;
	now.thresholds[1] = next_byte() % 4;
	now.thresholds[2] = next_byte() % 4;
	rgc_set_threshold(now.thresholds[0], now.thresholds[1], now.thresholds[2]);
	rgc_get_threshold(got);
	must(memcmp(got, now.thresholds, sizeof(got)) == 0, "rgc_get_threshold", NOBODY);
}

void do_freeze(bool freeze)
{
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (get(id)->state != ALIVE)
			continue;
		if (freeze && get(id)->place <= OLDEST)
			get(id)->place = FROZEN;
		else if (!freeze && get(id)->place == FROZEN)
			get(id)->place = OLDEST;
	}
	if (freeze)
		rgc_freeze();
	else
		rgc_unfreeze();
}

void do_save_all(void)
{
	if (now.depth > 0)
		return;
	graph.saving_all = !graph.saving_all;
	rgc_set_debug(graph.saving_all ? RGC_DEBUG_SAVEALL : 0);
}

void do_garbage_clear(void)
{
	if (now.depth > 0)
		return;
	bool was[GRAPH_OBJECTS];
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		was[id] = get(id)->state == ALIVE && get(id)->place == GARBAGE;
		if (was[id])
			get(id)->place = OLDEST;
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (was[id])
			graph_decref(&graph, id);
	}
	now.running_ahead++;
	rgc_garbage_clear();
	now.running_ahead--;
}
