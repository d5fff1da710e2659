/*
 * world.c - operations on rgc and on the oracle side by side.
 *
 * Bytes choose the operations, within finalizers and callbacks too.  The oracle moves first, and learns from
 * these calls how far the library has come: its collections end in two steps, and what ends without notice
 * waits in limbo until the operation is over.  While something is in limbo, nothing is collected.
 */
#include "world.h"

#include "graph.h"

#include <mprof/rgc.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 4 /* of user code within user code */
#define CHECK_EVERY 8

typedef struct leaf {
	RGC_HEAD;
	long value;
} leaf;
RGC_DEFINE_TYPE(leaf);

typedef struct node {
	RGC_HEAD;
	long value;
	void *first, *second;
} node;
RGC_DEFINE_TYPE(node, first, second);

typedef struct fancy {
	RGC_HEAD;
	int id;
	void *fields[2];
} fancy;

struct world_totals world_totals;

static struct graph graph;
static const uint8_t *at, *end;
static int depth;         /* of user code */
static int running_ahead; /* the oracle has done what the library does step by step */
static bool has_drained;  /* the same, until the drops at hand are done */
static bool dropping;     /* the library only queues what is dropped now */
static bool enabled;
static unsigned thresholds[RGC_GENERATIONS];
static bool explicitly; /* inside rgc_collect */
static unsigned starts;
static struct rgc_stats sums[RGC_GENERATIONS];

static void must(bool ok, const char *what, int id)
{
	if (ok)
		return;
	fprintf(stderr, "rgc differs from the oracle: %s (object %d)\n", what, id);
	abort();
}

static unsigned next_byte(void)
{
	return at < end ? *at++ : 0;
}

static int choose(int count)
{
	return (int)(next_byte() % (unsigned)count);
}

static struct object *get(int id)
{
	return &graph.objects[id];
}

static void *real(int id)
{
	return id == NOBODY ? NULL : get(id)->real;
}

/* Whether the oracle knows the exact counts. */
static bool is_certain(void)
{
	return !graph.limbo && !running_ahead && !has_drained;
}

static void operate(void);

static void settle(void)
{
	if (dropping || running_ahead)
		return;
	graph_drain(&graph);
	has_drained = false;
}

/* In the middle of drops. */
static void drain_early(void)
{
	has_drained |= graph.limbo > 0;
	graph_drain(&graph);
}

/* ---- references ---- */

static void hold(int id)
{
	graph_incref(&graph, id);
	rgc_incref(real(id));
}

static void release(int id)
{
	void *object = real(id);
	graph_decref(&graph, id);
	rgc_decref(object);
	settle();
}

/* Consumes a reference. */
static void put_root(int root, int id)
{
	int old = graph.roots[root];
	graph.roots[root] = id;
	if (old != NOBODY)
		release(old);
}

/* An object at the end of a short path from a root, or NOBODY. */
static int pick(void)
{
	int id = graph.roots[choose(GRAPH_ROOTS)];
	for (int steps = choose(4); steps > 1 && id != NOBODY; steps--) {
		int child = get(id)->edge_count ? get(id)->edges[choose(get(id)->edge_count)] : NOBODY;
		if (child == NOBODY)
			break;
		id = child;
	}
	return id;
}

/* ---- user code ---- */

static void run_user_code(void)
{
	if (depth >= DEPTH)
		return;
	depth++;
	for (int count = choose(8) - 4; count > 0; count--)
		operate();
	depth--;
}

/* Lets the oracle catch up until the object has no references, if it may. */
static void catch_up(int id)
{
	if (get(id)->refs > 0 && graph.limbo)
		drain_early();
	if (get(id)->refs > 0 && graph.collecting && !graph.transitioned) {
		graph_end_doomed(&graph);
		drain_early();
	}
}

static void expect_ended(int id, const char *what)
{
	catch_up(id);
	must(get(id)->refs <= 0, what, id);
}

static void finalize_dropped(int id)
{
	struct object *object = get(id);
	bool was_dropping = dropping;
	expect_ended(id, "finalized while it is reachable");
	must(object->state == ENDING, "finalized after its end", id);
	object->state = ALIVE;
	object->refs = 1;
	if (object->place != UNTRACKED)
		object->place = 0;
	dropping = true;
	if (next_byte() % 4 == 1) {
		hold(id);
		put_root(choose(GRAPH_ROOTS), id);
	}
	run_user_code();
	dropping = was_dropping;
	graph_decref(&graph, id);
	world_totals.resurrected += object->state == ALIVE;
	if (object->state == ENDING)
		graph_clear_weak(&graph, id);
}

static void finalize_doomed(int id)
{
	graph_incref(&graph, id); /* as the collector does */
	if (next_byte() % 4 == 1) {
		hold(id);
		put_root(choose(GRAPH_ROOTS), id);
	}
	run_user_code();
	graph_decref(&graph, id);
}

static void fancy_finalize(void *self)
{
	int id = ((fancy *)self)->id;
	struct object *object = get(id);
	must(real(id) == self, "finalized after its end", id);
	must(!object->finalized, "finalized twice", id);
	object->finalized = true;
	world_totals.finalized++;
	/* The collector has a reference besides those that doomed it; a drop lends the only one. */
	if (object->state == ALIVE && object->place == DOOMED && !graph.transitioned &&
	    rgc_refcount(self) > 1)
		finalize_doomed(id);
	else
		finalize_dropped(id);
}

static int fancy_traverse(void *self, rgc_visit visit, void *argument)
{
	RGC_VISIT(((fancy *)self)->fields[0]);
	RGC_VISIT(((fancy *)self)->fields[1]);
	return 0;
}

static void fancy_clear(void *self)
{
	fancy *it = self;
	int id = it->id;
	bool stubborn = get(id)->stubborn && rgc_refcount(it) > 0;
	must(real(id) == self && get(id)->finalized, "cleared before it is finalized", id);
	catch_up(id);
	bool known = get(id)->state != ENDING;
	must(!known || get(id)->state == DEAD || get(id)->place == GARBAGE, "cleared while it is reachable",
	     id);
	bool was_dropping = dropping;
	dropping |= !known;
	for (int i = 0; i < 2 && !stubborn; i++) {
		if (!known)
			graph_set_edge(&graph, id, i, NOBODY);
		rgc_clear(&it->fields[i]);
	}
	dropping = was_dropping;
	if (!known) {
		get(id)->state = DEAD;
		graph_clear_weak(&graph, id);
	}
}

static const struct rgc_type fancy_rgc_type = {
	.name = "fancy",
	.size = sizeof(fancy),
	.traverse = fancy_traverse,
	.clear = fancy_clear,
	.finalize = fancy_finalize,
};

static int find_weak(const void *pointer)
{
	int found = NOBODY;
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (get(id)->kind != WEAK || get(id)->real != pointer || get(id)->state == UNUSED)
			continue;
		if (found == NOBODY || get(id)->serial > get(found)->serial)
			found = id;
	}
	must(found != NOBODY, "a callback of an unknown weak reference", found);
	return found;
}

/* The target of a weak reference with a callback has ended, or the callback comes too early. */
static void expect_target_ended(int id)
{
	struct object *weak = get(id);
	if (weak->cleared)
		return;
	int target = weak->target;
	if (get(target)->state != DEAD)
		catch_up(target);
	drain_early();
	if (get(target)->state == ENDING && get(target)->finalized)
		graph_clear_weak(&graph, target);
	must(weak->cleared, "a callback while the target is alive", id);
}

static void on_weak(rgc_weak *pointer, void *argument)
{
	int id = find_weak(pointer);
	struct object *weak = get(id);
	bool was_dropping = dropping;
	expect_target_ended(id);
	must(weak->has_callback && !weak->called && !weak->silent, "a callback that must not come", id);
	must(weak->state != ALIVE || real(weak->edges[0]) == argument, "a callback with another argument",
	     id);
	must(rgc_weak_get(pointer) == NULL, "a callback before the weak reference is cleared", id);
	graph_hold_callbacks(&graph, weak->target);
	weak->called = true;
	world_totals.callbacks++;
	dropping = dropping || (!weak->by_collector && (get(weak->target)->kind != LEAF || !is_certain()));
	run_user_code();
	dropping = was_dropping;
	if (weak->held) {
		weak->held = false;
		graph_decref(&graph, id);
	}
}

/* ---- the collector ---- */

static void expect_trigger(int generation)
{
	unsigned counts[RGC_GENERATIONS];
	int due = NOBODY;
	rgc_get_count(counts);
	for (int i = 0; i <= OLDEST; i++) {
		if (counts[i] > thresholds[i] &&
		    (i != OLDEST || graph.long_lived_pending >= graph.long_lived_total / 4))
			due = i;
	}
	must(enabled && thresholds[0] > 0, "an automatic collection while it is off", NOBODY);
	must(counts[0] > thresholds[0] && due == generation, "an automatic collection that is not due",
	     NOBODY);
}

static bool dropping_outside;

static void on_start(const struct rgc_info *info)
{
	must(!graph.collecting, "a collection inside a collection", NOBODY);
	must(is_certain(), "a collection that nobody asked for", NOBODY);
	if (!explicitly)
		expect_trigger(info->generation);
	explicitly = false;
	starts++;
	world_totals.collections++;
	dropping_outside = dropping;
	dropping = false;
	graph.collecting = true;
	graph.transitioned = true; /* until it has begun */
	run_user_code();
	graph_begin_collection(&graph, info->generation);
}

static void on_stop(const struct rgc_info *info)
{
	struct rgc_stats *sum = &sums[info->generation];
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
	has_drained = false;
	dropping = dropping_outside;
	graph.collecting = false;
}

static void on_collection(enum rgc_phase phase, const struct rgc_info *info, void *unused)
{
	(void)unused;
	if (phase == RGC_START)
		on_start(info);
	else
		on_stop(info);
}

static void do_collect(void)
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
	unsigned before = starts;
	explicitly = true;
	ssize_t found = rgc_collect(generation);
	must(starts > before, "no collection", generation);
	/* User code at its end may have collected again once it was over, but that was not this one's count.
	 */
	must(found == (ssize_t)graph.found, "the value of rgc_collect", (int)found);
}

static void set_enabled(bool on)
{
	enabled = on;
	if (on)
		rgc_enable();
	else
		rgc_disable();
	must(rgc_isenabled() == on, "rgc_isenabled", NOBODY);
}

static void do_threshold(void)
{
	unsigned got[RGC_GENERATIONS];
	thresholds[0] = next_byte() % 24;
	thresholds[1] = next_byte() % 4;
	thresholds[2] = next_byte() % 4;
	rgc_set_threshold(thresholds[0], thresholds[1], thresholds[2]);
	rgc_get_threshold(got);
	must(memcmp(got, thresholds, sizeof(got)) == 0, "rgc_get_threshold", NOBODY);
}

static void do_freeze(bool freeze)
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

static void do_save_all(void)
{
	if (depth > 0)
		return;
	graph.saving_all = !graph.saving_all;
	rgc_set_debug(graph.saving_all ? RGC_DEBUG_SAVEALL : 0);
}

static void do_garbage_clear(void)
{
	if (depth > 0)
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
	running_ahead++;
	rgc_garbage_clear();
	running_ahead--;
}

/* ---- new objects ---- */

static void *make(enum kind kind)
{
	switch (kind) {
	case LEAF:
		return rgc_new(leaf);
	case NODE:
		return rgc_new(node);
	case FANCY:
		return rgc_new(fancy);
	case LIST:
		return rgc_list_new();
	case TUPLE:
		return rgc_tuple_new(2);
	case DICT:
		return rgc_dict_new();
	default:
		return rgc_set_new();
	}
}

/* Automatic collections wait where the oracle does not know what they would find. */
static bool pause_collector(void)
{
	bool paused = enabled && !is_certain();
	if (paused)
		rgc_disable();
	return paused;
}

static void expect_collected(unsigned counted, unsigned before, bool paused, bool was_collecting)
{
	if (enabled && !paused && !was_collecting && thresholds[0] && counted + 1 > thresholds[0])
		must(starts > before, "no automatic collection", NOBODY);
	if (paused)
		rgc_enable();
}

static void fill_tuple(int id)
{
	for (int i = 0; i < 2; i++) {
		int child = pick();
		if (child == NOBODY)
			continue;
		graph_set_edge(&graph, id, i, child);
		rgc_tuple_init_steal(real(id), (size_t)i, rgc_ref(real(child)));
	}
}

static bool is_container(enum kind kind)
{
	return kind >= LIST;
}

static void do_new(enum kind kind)
{
	unsigned counts[RGC_GENERATIONS], before = starts;
	bool paused = pause_collector(), was_collecting = graph.collecting;
	rgc_get_count(counts);
	void *object = make(kind);
	must(object != NULL, "no memory", NOBODY);
	/* Only so if user code has not changed the settings meanwhile. */
	if (kind != LEAF && (starts == before || paused))
		expect_collected(counts[0], before, paused, was_collecting);
	else if (paused)
		rgc_enable();
	int id = graph_room(&graph);
	if (id == NOBODY) {
		rgc_decref(object);
		return;
	}
	graph_add(&graph, id, kind, object, kind == NODE || kind == FANCY || kind == TUPLE ? 2 : 0);
	if (kind == FANCY) {
		((fancy *)object)->id = id;
		get(id)->stubborn = next_byte() % 16 == 0 && !rgc_is_debug(); /* which aborts */
	} else if (kind == TUPLE) {
		fill_tuple(id);
	}
	put_root(choose(GRAPH_ROOTS), id);
}

static void do_weak(void)
{
	int target = pick(), argument = pick();
	bool callback = next_byte() % 4 != 0;
	if (target == NOBODY)
		return;
	hold(target);
	hold(argument);
	bool paused = pause_collector();
	rgc_weak *weak = rgc_weak_new(real(target), callback ? on_weak : NULL, real(argument));
	must(weak != NULL, "no memory", NOBODY);
	if (paused)
		rgc_enable();
	int id = graph_room(&graph);
	if (id == NOBODY) {
		rgc_decref(weak);
	} else {
		graph_add(&graph, id, WEAK, weak, 1);
		get(id)->target = target;
		get(id)->has_callback = callback;
		graph_set_edge(&graph, id, 0, argument);
		put_root(choose(GRAPH_ROOTS), id);
	}
	if (argument != NOBODY)
		release(argument);
	release(target);
}

static void do_weak_get(int id)
{
	struct object *weak = get(id);
	void *got = rgc_weak_get(weak->real);
	bool gone = weak->cleared || weak->target == NOBODY || get(weak->target)->refs <= 0;
	if (is_certain() || !got)
		must(!is_certain() || (got == NULL) == gone, "what a weak reference gives", id);
	if (!got || gone)
		return;
	must(got == real(weak->target), "the target of a weak reference", id);
	if (!is_certain())
		return;
	hold(weak->target);
	put_root(choose(GRAPH_ROOTS), weak->target);
}

/* ---- changes ---- */

static void set_field(int id)
{
	int field = choose(2), child = next_byte() % 4 ? pick() : NOBODY;
	if (get(id)->state != ALIVE)
		return;
	void **slot = get(id)->kind == NODE
			      ? (field ? &((node *)real(id))->second : &((node *)real(id))->first)
			      : &((fancy *)real(id))->fields[field];
	graph_set_edge(&graph, id, field, child);
	rgc_set(slot, real(child));
}

static void change_list(int id)
{
	struct object *list = get(id);
	int count = list->edge_count, where = count ? choose(count) : 0, child = pick();
	unsigned what = next_byte() % 4;
	if (what < 2 && child != NOBODY && count < GRAPH_EDGES) {
		graph_insert_edge(&graph, id, what ? where : count, child);
		must((what ? rgc_list_insert(real(id), where, real(child))
			   : rgc_list_append(real(id), real(child))) == 0,
		     "a list that does not grow", id);
	} else if (what == 2 && count) {
		int taken = graph_take_edge(&graph, id, where);
		void *item = rgc_list_pop(real(id), where);
		must(item == real(taken), "what a list pops", id);
		release(taken);
	} else if (what == 3 && count && child != NOBODY) {
		graph_set_edge(&graph, id, where, child);
		must(rgc_list_set(real(id), where, real(child)) == 0, "rgc_list_set", id);
	}
}

static int find_edge(int id, int child, int step)
{
	for (int i = 0; i < get(id)->edge_count; i += step) {
		if (get(id)->edges[i] == child)
			return i;
	}
	return NOBODY;
}

static bool is_hashable(int id)
{
	return id != NOBODY && !is_container(get(id)->kind);
}

static void change_set(int id)
{
	int child = pick();
	if (!is_hashable(child))
		return;
	int found = find_edge(id, child, 1);
	if (next_byte() % 3) {
		if (found == NOBODY && get(id)->edge_count == GRAPH_EDGES)
			return;
		if (found == NOBODY)
			graph_insert_edge(&graph, id, get(id)->edge_count, child);
		must(rgc_set_add(real(id), real(child)) == (found == NOBODY), "rgc_set_add", id);
		return;
	}
	void *item = real(child);
	if (found != NOBODY)
		graph_decref(&graph, graph_take_edge(&graph, id, found));
	must(rgc_set_discard(real(id), item) == (found != NOBODY), "rgc_set_discard", id);
}

static void remove_pair(int id, int found)
{
	void *key = real(get(id)->edges[found]);
	int taken_key = graph_take_edge(&graph, id, found);
	int taken_value = graph_take_edge(&graph, id, found);
	hold(taken_value); /* two drops at once would have the oracle run ahead */
	graph_decref(&graph, taken_value);
	graph_decref(&graph, taken_key);
	must(rgc_dict_delete(real(id), key) == 0, "rgc_dict_delete", id);
	release(taken_value);
}

static void change_dict(int id)
{
	int key = pick(), value = pick();
	if (!is_hashable(key) || value == NOBODY)
		return;
	int found = find_edge(id, key, 2);
	if (next_byte() % 3 == 0) {
		if (found != NOBODY)
			remove_pair(id, found);
		return;
	}
	if (found != NOBODY) {
		graph_set_edge(&graph, id, found + 1, value);
	} else if (get(id)->edge_count + 2 <= GRAPH_EDGES) {
		graph_insert_edge(&graph, id, get(id)->edge_count, key);
		graph_insert_edge(&graph, id, get(id)->edge_count, value);
	} else {
		return;
	}
	must(rgc_dict_set(real(id), real(key), real(value)) == 0, "rgc_dict_set", id);
}

static void do_change(void)
{
	int id = pick();
	if (id == NOBODY)
		return;
	hold(id);
	switch (get(id)->kind) {
	case NODE:
	case FANCY:
		set_field(id);
		break;
	case LIST:
		change_list(id);
		break;
	case SET:
		change_set(id);
		break;
	case DICT:
		change_dict(id);
		break;
	case WEAK:
		do_weak_get(id);
		break;
	default:
		break;
	}
	settle();
	release(id);
}

static void clear_container(int id)
{
	void *container = real(id);
	hold(id);
	while (get(id)->edge_count)
		graph_decref(&graph, graph_take_edge(&graph, id, get(id)->edge_count - 1));
	running_ahead++;
	if (get(id)->kind == LIST)
		rgc_list_clear(container);
	else if (get(id)->kind == DICT)
		rgc_dict_clear(container);
	else
		rgc_set_clear(container);
	running_ahead--;
	settle();
	release(id);
}

static void do_track(bool track)
{
	int id = pick();
	if (id == NOBODY || get(id)->kind == LEAF)
		return;
	if (track && get(id)->place == UNTRACKED)
		get(id)->place = 0;
	else if (!track && get(id)->place != GARBAGE)
		get(id)->place = UNTRACKED;
	else
		return;
	if (track)
		rgc_track(real(id));
	else
		rgc_untrack(real(id));
}

static void do_clear(void)
{
	int id = pick();
	if (id != NOBODY && is_container(get(id)->kind) && get(id)->kind != TUPLE)
		clear_container(id);
}

static void do_copy_root(void)
{
	int id = pick();
	if (id != NOBODY)
		hold(id);
	put_root(choose(GRAPH_ROOTS), id);
}

static void operate(void)
{
	static const enum kind kinds[] = {LEAF, NODE, NODE,  FANCY, FANCY, FANCY,
					  LIST, LIST, TUPLE, DICT,  SET};
	unsigned what = next_byte() % 64;
	world_totals.operations++;
	if (what < 14)
		do_new(kinds[choose((int)(sizeof(kinds) / sizeof(*kinds)))]);
	else if (what < 20)
		do_copy_root();
	else if (what < 28)
		put_root(choose(GRAPH_ROOTS), NOBODY);
	else if (what < 46)
		do_change();
	else if (what < 51)
		do_weak();
	else if (what < 55)
		do_collect();
	else if (what == 55)
		do_threshold();
	else if (what == 56)
		set_enabled(next_byte() % 4 != 0);
	else if (what == 57)
		do_freeze(next_byte() % 2);
	else if (what == 58)
		do_save_all();
	else if (what == 59)
		do_garbage_clear();
	else if (what < 62)
		do_track(next_byte() % 4 != 0);
	else
		do_clear();
	settle();
}

/* ---- comparison ---- */

/* Weak references that ended in the same drop as their target, before it, are not called. */
static void release_uncalled(void)
{
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (!get(id)->held || get(id)->by_collector || get(id)->refs > 1 || get(id)->state != ALIVE)
			continue;
		get(id)->held = false;
		graph_decref(&graph, id);
	}
	graph_drain(&graph);
}

static void forget_dead(void)
{
	release_uncalled();
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		must(!graph_is_due(get(id)), "a callback that did not come", id);
		must(get(id)->state != ENDING, "unreachable and still there", id);
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		struct object *weak = get(id);
		if (weak->kind == WEAK && weak->target != NOBODY && get(weak->target)->state == DEAD)
			weak->target = NOBODY;
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (get(id)->state == DEAD)
			*get(id) = (struct object){.state = UNUSED, .target = NOBODY};
	}
}

static void compare_object(int id)
{
	rgc_object *children[GRAPH_EDGES];
	size_t edges = 0;
	must(rgc_refcount(real(id)) == get(id)->refs, "the reference count", id);
	must(rgc_is_tracked(real(id)) == (get(id)->place != UNTRACKED), "rgc_is_tracked", id);
	must(rgc_is_finalized(real(id)) == get(id)->finalized, "rgc_is_finalized", id);
	for (int i = 0; i < get(id)->edge_count; i++)
		edges += get(id)->edges[i] != NOBODY;
	size_t count = rgc_get_referents(real(id), children, GRAPH_EDGES);
	must(count == edges, "the number of referents", id);
	for (size_t i = 0; i < count; i++) {
		bool found = false;
		for (int j = 0; j < get(id)->edge_count; j++)
			found |= real(get(id)->edges[j]) == children[i];
		must(found, "a referent", id);
	}
}

/* Tables and the arrays of lists have sizes of their own. */
static void compare_bytes(void)
{
	static const struct rgc_type *const types[] = {&leaf_rgc_type, &node_rgc_type, &fancy_rgc_type,
						       &RGC_TYPE(rgc_weak)};
	size_t bytes = 0;
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (get(id)->state == UNUSED)
			continue;
		if (is_container(get(id)->kind))
			return;
		bytes += types[get(id)->kind]->size + (get(id)->kind == LEAF ? 0 : 2 * sizeof(void *));
	}
	must(rgc_heap_bytes() == bytes, "rgc_heap_bytes", (int)bytes);
}

static void compare(void)
{
	struct rgc_stats stats[RGC_GENERATIONS];
	world_totals.checks++;
	for (int id = 0; id < GRAPH_OBJECTS; id++) {
		if (get(id)->state == ALIVE)
			compare_object(id);
	}
	for (int i = 0; i <= OLDEST; i++)
		must(rgc_get_objects(i, NULL, 0) == (ssize_t)graph_count(&graph, i),
		     "objects of a generation", i);
	must(rgc_get_freeze_count() == graph_count(&graph, FROZEN), "frozen objects", NOBODY);
	must(rgc_garbage(NULL, 0) == graph_count(&graph, GARBAGE), "garbage", NOBODY);
	must(graph_count(&graph, DOOMED) == 0, "objects outside all lists", NOBODY);
	compare_bytes();
	rgc_get_stats(stats);
	must(memcmp(stats, sums, sizeof(stats)) == 0, "the sums of all collections", NOBODY);
	must(rgc_verify() == 0, "rgc_verify", NOBODY);
}

/* ---- a run ---- */

static void begin(const uint8_t *bytes, size_t count)
{
	graph_init(&graph);
	for (int id = 0; id < GRAPH_OBJECTS; id++)
		get(id)->target = NOBODY;
	memset(sums, 0, sizeof(sums));
	at = bytes;
	end = bytes + count;
	enabled = true;
	rgc_get_threshold(thresholds);
	must(rgc_callback_add(on_collection, NULL) == 0, "no memory", NOBODY);
}

/* Everything goes: then the heap must be empty. */
static void finish(void)
{
	at = end;
	set_enabled(false);
	graph.saving_all = false;
	rgc_set_debug(0);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < GRAPH_ROOTS; i++)
			put_root(i, NOBODY);
		do_freeze(false);
		for (int id = 0; id < GRAPH_OBJECTS; id++) {
			get(id)->stubborn = false;
			if (get(id)->state == ALIVE && get(id)->place == UNTRACKED && get(id)->kind != LEAF) {
				get(id)->place = 0;
				rgc_track(real(id));
			}
		}
		do_garbage_clear();
		explicitly = true;
		rgc_collect(OLDEST);
		forget_dead();
		compare();
	}
	for (int id = 0; id < GRAPH_OBJECTS; id++)
		must(get(id)->state == UNUSED, "alive at the end", id);
	must(rgc_heap_bytes() == 0, "bytes at the end", (int)rgc_heap_bytes());
	must(rgc_callback_remove(on_collection, NULL) == 0, "rgc_callback_remove", NOBODY);
}

void world_run(const uint8_t *bytes, size_t count)
{
	rgc_heap *heap = rgc_heap_new();
	must(heap && rgc_heap_use(heap) == 0, "no heap", NOBODY);
	begin(bytes, count);
	for (unsigned done = 1; at < end; done++) {
		operate();
		forget_dead();
		if (done % CHECK_EVERY == 0)
			compare();
	}
	finish();
	must(rgc_heap_use(NULL) == 0 && rgc_heap_delete(heap) == 0, "a heap that is not empty", NOBODY);
}
