/*
 * world_functions.c - user code: finalizers, clears and callbacks of weak references.  The oracle learns from
 * them how far the library has come.
 */
#include "world_parts.h"

#define DEPTH 4 /* of user code within user code */

void run_user_code(void)
{
	if (now.depth >= DEPTH)
		return;
	now.depth++;
	for (int count = choose(8) - 4; count > 0; count--)
		operate();
	now.depth--;
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
	bool was_dropping = now.dropping;
	expect_ended(id, "finalized while it is reachable");
	must(object->state == ENDING, "finalized after its end", id);
	object->state = ALIVE;
	object->refs = 1;
	if (object->place != UNTRACKED)
		object->place = 0;
	now.dropping = true;
	if (next_byte() % 4 == 1) {
		hold(id);
		put_root(choose(GRAPH_ROOTS), id);
	}
	run_user_code();
	now.dropping = was_dropping;
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
	bool was_dropping = now.dropping;
	now.dropping |= !known;
	for (int i = 0; i < 2 && !stubborn; i++) {
		if (!known)
			graph_set_edge(&graph, id, i, NOBODY);
		rgc_clear(&it->fields[i]);
	}
	now.dropping = was_dropping;
	if (!known) {
		get(id)->state = DEAD;
		graph_clear_weak(&graph, id);
	}
}

const struct rgc_type fancy_rgc_type = {
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

void on_weak(rgc_weak *pointer, void *argument)
{
	int id = find_weak(pointer);
	struct object *weak = get(id);
	bool was_dropping = now.dropping;
	expect_target_ended(id);
	must(weak->has_callback && !weak->called && !weak->silent, "a callback that must not come", id);
	must(weak->state != ALIVE || real(weak->edges[0]) == argument, "a callback with another argument",
	     id);
	must(rgc_weak_get(pointer) == NULL, "a callback before the weak reference is cleared", id);
	graph_hold_callbacks(&graph, weak->target);
	weak->called = true;
	world_totals.callbacks++;
	now.dropping =
		now.dropping || (!weak->by_collector && (get(weak->target)->kind != LEAF || !is_certain()));
	run_user_code();
	now.dropping = was_dropping;
	if (weak->held) {
		weak->held = false;
		graph_decref(&graph, id);
	}
}
