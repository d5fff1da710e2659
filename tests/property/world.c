/*
 * world.c - operations on rgc and on the oracle side by side.
 *
 * Bytes choose the operations, within finalizers and callbacks too.  The oracle moves first, and learns from
 * these calls how far the library has come: its collections end in two steps, and what ends without notice
 * waits in limbo until the operation is over.  While something is in limbo, nothing is collected.
 */
#include "world_parts.h"

#include <string.h>

#define CHECK_EVERY 8

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
	bool paused = now.enabled && !is_certain();
	if (paused)
		rgc_disable();
	return paused;
}

static void expect_collected(unsigned counted, unsigned before, bool paused, bool was_collecting)
{
	if (now.enabled && !paused && !was_collecting && now.thresholds[0] && counted + 1 > now.thresholds[0])
		must(now.starts > before, "no automatic collection", NOBODY);
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

static void do_new(enum kind kind)
{
	unsigned counts[RGC_GENERATIONS], before = now.starts;
	bool paused = pause_collector(), was_collecting = graph.collecting;
	rgc_get_count(counts);
	void *object = make(kind);
	must(object != NULL, "no memory", NOBODY);
	/* Only so if user code has not changed the settings meanwhile. */
	if (kind != LEAF && (now.starts == before || paused))
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

void do_weak_get(int id)
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

/* ---- operations ---- */

static void do_copy_root(void)
{
	int id = pick();
	if (id != NOBODY)
		hold(id);
	put_root(choose(GRAPH_ROOTS), id);
}

void operate(void)
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

/* ---- a run ---- */

static void begin(const uint8_t *bytes, size_t count)
{
	graph_init(&graph);
	for (int id = 0; id < GRAPH_OBJECTS; id++)
		get(id)->target = NOBODY;
	memset(now.sums, 0, sizeof(now.sums));
	now.at = bytes;
	now.end = bytes + count;
	now.enabled = true;
	rgc_get_threshold(now.thresholds);
	must(rgc_callback_add(on_collection, NULL) == 0, "no memory", NOBODY);
}

/* Everything goes: then the heap must be empty. */
static void finish(void)
{
	now.at = now.end;
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
		now.explicitly = true;
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
	for (unsigned done = 1; now.at < now.end; done++) {
		operate();
		forget_dead();
		if (done % CHECK_EVERY == 0)
			compare();
	}
	finish();
	must(rgc_heap_use(NULL) == 0 && rgc_heap_delete(heap) == 0, "a heap that is not empty", NOBODY);
}
