/*
 * world_changes.c - operations on objects: members, items, tracking.
 */
#include "world_parts.h"

bool is_container(enum kind kind)
{
	return kind >= LIST;
}

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

/* By its address: a weak reference is hashed as its target is. */
static bool is_hashable(int id)
{
	return id != NOBODY && !is_container(get(id)->kind) && get(id)->kind != WEAK;
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

void do_change(void)
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
	now.running_ahead++;
	if (get(id)->kind == LIST)
		rgc_list_clear(container);
	else if (get(id)->kind == DICT)
		rgc_dict_clear(container);
	else
		rgc_set_clear(container);
	now.running_ahead--;
	settle();
	release(id);
}

void do_track(bool track)
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

void do_clear(void)
{
	int id = pick();
	if (id != NOBODY && is_container(get(id)->kind) && get(id)->kind != TUPLE)
		clear_container(id);
}
