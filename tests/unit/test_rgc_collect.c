/* test_rgc_collect.c - the module gc: every function, and when collections happen. */
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

Test(rgc_collect, finds_cycles_and_says_how_many)
{
	make_pair();
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(rgc_heap_bytes(), 0);
	cr_assert_eq(rgc_collect(2), 0);
	errno = 0;
	cr_assert(rgc_collect(3) == -1 && errno == EINVAL);
	errno = 0;
	cr_assert(rgc_collect(-1) == -1 && errno == EINVAL);
}

Test(rgc_collect, keeps_what_is_reachable)
{
	rgc_auto node *root = rgc_new(node);
	rgc_set(&root->next, make_pair());
	make_pair();
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 3);
	cr_assert_eq(rgc_verify(), 0);
	rgc_clear(&root->next);
	cr_assert_eq(rgc_collect(2), 2);
}

/* The order of the list must not matter: newer objects refer to older ones, and the other way round. */
Test(rgc_collect, reaches_in_either_direction)
{
	node *forward = rgc_new(node), *backward = rgc_new(node), *last = forward;
	for (int i = 0; i < 1000; i++) {
		node *next = rgc_new(node);
		rgc_steal(&last->next, next);
		rgc_set(&next->prev, last);
		last = next;
		next = rgc_new(node);
		next->next = backward;
		backward = next;
	}
	for (int g = 0; g < RGC_GENERATIONS; g++) {
		cr_assert_eq(rgc_collect(g), 0);
		cr_assert_eq(rgc_verify(), 0);
	}
	rgc_decref(backward);
	rgc_decref(forward);
	cr_assert_eq(rgc_collect(2), 1001);
}

Test(rgc_collect, generations_age)
{
	make_pair();
	node *root = make_pair();
	rgc_incref(root);
	cr_assert_eq(rgc_get_objects(0, NULL, 0), 4);
	cr_assert_eq(rgc_collect(0), 2);
	cr_assert(rgc_get_objects(0, NULL, 0) == 0 && rgc_get_objects(1, NULL, 0) == 2);
	rgc_decref(root);
	cr_assert_eq(rgc_collect(0), 0);
	rgc_incref(root);
	cr_assert_eq(rgc_collect(1), 0);
	cr_assert_eq(rgc_get_objects(2, NULL, 0), 2);
	rgc_decref(root);
	cr_assert_eq(rgc_collect(1), 0);
	cr_assert_eq(rgc_collect(2), 2);
}

Test(rgc_collect, automatic_beyond_the_threshold)
{
	rgc_set_threshold(100, 10, 10);
	for (int i = 0; i < 50; i++)
		make_pair();
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 100);
	unsigned counts[RGC_GENERATIONS];
	rgc_get_count(counts);
	cr_assert_eq(counts[0], 100);
	node *one_more = rgc_new(node);
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 1);
	rgc_get_count(counts);
	rgc_decref(one_more);
	cr_assert(counts[0] == 0 && counts[1] == 1);
}

Test(rgc_collect, freed_objects_do_not_count)
{
	rgc_set_threshold(10, 10, 10);
	for (int i = 0; i < 1000; i++)
		rgc_decref(rgc_new(node));
	struct rgc_stats stats[RGC_GENERATIONS];
	rgc_get_stats(stats);
	cr_assert_eq(stats[0].collections, 0);
}

static void make_pairs(int count)
{
	for (int i = 0; i < count; i++)
		make_pair();
}

Test(rgc_collect, disabled_or_without_threshold_nothing_is_automatic)
{
	cr_assert(rgc_isenabled());
	rgc_set_threshold(10, 1, 1);
	rgc_disable();
	cr_assert_not(rgc_isenabled());
	make_pairs(100);
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 200);
	cr_assert_eq(rgc_collect(0), 200);
	rgc_enable();
	rgc_set_threshold(0, 10, 10);
	make_pairs(3000);
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 6000);
	unsigned thresholds[RGC_GENERATIONS];
	rgc_set_threshold(7, 8, 9);
	rgc_get_threshold(thresholds);
	cr_assert(thresholds[0] == 7 && thresholds[1] == 8 && thresholds[2] == 9);
}

Test(rgc_collect, full_collections_wait_for_growth_by_a_quarter)
{
	rgc_set_threshold(10, 1, 1);
	node *live = NULL;
	struct rgc_stats stats[RGC_GENERATIONS], before[RGC_GENERATIONS];
	for (int i = 0; i < 10000; i++) {
		node *n = rgc_new(node);
		n->next = live;
		live = n;
	}
	rgc_collect(2);
	rgc_get_stats(before);
	for (int i = 0; i < 2000; i++) {
		node *n = rgc_new(node);
		n->next = live;
		live = n;
	}
	rgc_get_stats(stats);
	cr_assert_gt(stats[1].collections, before[1].collections);
	cr_assert_eq(stats[2].collections, before[2].collections);
	for (int i = 0; i < 1000; i++) {
		node *n = rgc_new(node);
		n->next = live;
		live = n;
	}
	rgc_get_stats(stats);
	cr_assert_eq(stats[2].collections, before[2].collections + 1);
	rgc_decref(live);
}

struct sums {
	struct rgc_stats stats[RGC_GENERATIONS];
	int starts, stops;
};

static void add_up(enum rgc_phase phase, const struct rgc_info *info, void *data)
{
	struct sums *sums = data;
	cr_assert_eq(rgc_collect(2), 0); /* nested */
	if (phase == RGC_START) {
		sums->starts++;
		return;
	}
	sums->stops++;
	struct rgc_stats *sum = &sums->stats[info->generation];
	sum->collections++;
	sum->candidates += info->candidates;
	sum->collected += info->collected;
	sum->uncollectable += info->uncollectable;
	sum->freed_bytes += info->freed_bytes;
	sum->duration_ns += info->duration_ns;
}

Test(rgc_collect, stats_are_the_sums_of_what_callbacks_see)
{
	struct sums sums = {.starts = 0};
	cr_assert_eq(rgc_callback_add(add_up, &sums), 0);
	rgc_set_threshold(20, 3, 3);
	make_pairs(1000);
	rgc_collect(2);
	struct rgc_stats stats[RGC_GENERATIONS];
	rgc_get_stats(stats);
	uint64_t collected = 0, bytes = 0;
	for (int i = 0; i < RGC_GENERATIONS; i++) {
		cr_assert_gt(stats[i].collections, 0);
		cr_assert_eq(stats[i].collections, sums.stats[i].collections);
		cr_assert_eq(stats[i].candidates, sums.stats[i].candidates);
		cr_assert_eq(stats[i].collected, sums.stats[i].collected);
		cr_assert_eq(stats[i].freed_bytes, sums.stats[i].freed_bytes);
		cr_assert_eq(stats[i].duration_ns, sums.stats[i].duration_ns);
		collected += stats[i].collected;
		bytes += stats[i].freed_bytes;
	}
	cr_assert_eq(collected, 2000);
	cr_assert_eq(bytes, 2000 * (sizeof(node) + 16));
	cr_assert_eq(sums.starts, sums.stops);
	cr_assert_eq(rgc_callback_remove(add_up, &sums), 0);
	cr_assert(rgc_callback_remove(add_up, &sums) == -1 && errno == ENOENT);
}

static int calls;

static void count_call(enum rgc_phase phase, const struct rgc_info *info, void *data)
{
	(void)phase, (void)info, (void)data;
	calls++;
}

static void remove_both(enum rgc_phase phase, const struct rgc_info *info, void *data)
{
	(void)info;
	if (phase == RGC_STOP)
		return;
	rgc_callback_remove(remove_both, data);
	rgc_callback_remove(count_call, NULL);
	rgc_callback_add(count_call, data);
}

Test(rgc_collect, callbacks_may_change_the_list)
{
	rgc_callback_add(remove_both, &calls);
	rgc_callback_add(count_call, NULL);
	rgc_collect(0);
	cr_assert_eq(calls, 1); /* added at the start, called at the stop */
	rgc_collect(0);
	cr_assert_eq(calls, 3);
}

Test(rgc_collect, objects_referrers_referents)
{
	rgc_auto node *a = rgc_new(node);
	rgc_auto node *b = rgc_new(node);
	rgc_auto leaf *l = rgc_new(leaf);
	rgc_set(&a->next, b);
	rgc_set(&a->prev, b);
	rgc_object *found[4];
	cr_assert_eq(rgc_get_objects(0, found, 1), 2);
	cr_assert_eq((void *)found[0], a);
	cr_assert_eq(rgc_get_referents(a, found, 4), 2);
	cr_assert((void *)found[0] == b && (void *)found[1] == b);
	void *targets[] = {b, l};
	cr_assert_eq(rgc_get_referrers(targets, 2, found, 4), 1);
	cr_assert_eq((void *)found[0], a);
	targets[0] = a;
	cr_assert_eq(rgc_get_referrers(targets, 2, found, 4), 0);
	errno = 0;
	cr_assert(rgc_get_objects(3, NULL, 0) == -1 && errno == EINVAL);
	cr_assert(rgc_is_tracked(a) && !rgc_is_tracked(l));
}

Test(rgc_collect, untracked_objects_are_left_alone)
{
	node *a = make_pair();
	rgc_untrack(a);
	cr_assert_not(rgc_is_tracked(a));
	cr_assert_eq(rgc_collect(2), 0);
	rgc_track(a);
	rgc_track(a);
	cr_assert_eq(rgc_collect(2), 2);
	rgc_auto leaf *l = rgc_new(leaf);
	rgc_track(l);
	cr_assert_not(rgc_is_tracked(l));
}

Test(rgc_collect, frozen_objects_are_left_alone)
{
	make_pair();
	rgc_freeze();
	cr_assert_eq(rgc_get_freeze_count(), 2);
	make_pair();
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 0);
	rgc_unfreeze();
	cr_assert_eq(rgc_get_freeze_count(), 0);
	cr_assert_eq(rgc_get_objects(2, NULL, 0), 2);
	cr_assert_eq(rgc_collect(1), 0);
	cr_assert_eq(rgc_collect(2), 2);
}

Test(rgc_collect, saveall_keeps_everything_found)
{
	node *a = make_pair();
	rgc_set_debug(RGC_DEBUG_SAVEALL);
	cr_assert_eq(rgc_get_debug(), RGC_DEBUG_SAVEALL);
	cr_assert_eq(rgc_collect(2), 2);
	rgc_set_debug(0);
	rgc_object *found[2];
	cr_assert_eq(rgc_garbage(found, 2), 2);
	cr_assert((void *)found[0] == a && a->next->prev == a);
	cr_assert_eq(rgc_verify(), 0);
	cr_assert_eq(rgc_collect(2), 0);
	rgc_garbage_clear();
	cr_assert_eq(rgc_garbage(NULL, 0), 0);
	cr_assert_eq(rgc_collect(2), 2);
}

typedef struct stubborn {
	RGC_HEAD;
	struct stubborn *next;
} stubborn;
static int stubborn_traverse(void *self, rgc_visit visit, void *argument)
{
	RGC_VISIT(((stubborn *)self)->next);
	return 0;
}
static const struct rgc_type RGC_TYPE(stubborn) = {
	.name = "stubborn", .size = sizeof(stubborn), .traverse = stubborn_traverse};

Test(rgc_collect, what_cannot_be_cleared_is_garbage)
{
	stubborn *s = rgc_new(stubborn);
	s->next = s;
	make_pair();
	cr_assert_eq(rgc_collect(2), 3);
	struct rgc_stats stats[RGC_GENERATIONS];
	rgc_get_stats(stats);
	cr_assert(stats[2].collected == 2 && stats[2].uncollectable == 1);
	rgc_object *found[1];
	cr_assert_eq(rgc_garbage(found, 1), 1);
	cr_assert_eq((void *)found[0], s);
	s->next = NULL;
	rgc_decref(s);
	rgc_garbage_clear();
	cr_assert_eq(rgc_heap_bytes(), 0);
}

/* Lazy containers come into sight with their first child that could close a cycle. */
typedef struct box {
	RGC_HEAD;
	void *content;
} box;
static const uint32_t box_fields[] = {offsetof(box, content)};
static const struct rgc_type RGC_TYPE(box) = {
	.name = "box", .size = sizeof(box), .flags = RGC_TYPE_LAZY, .field_count = 1, .fields = box_fields};

Test(rgc_collect, lazy_containers_are_tracked_when_it_matters)
{
	box *a = rgc_new(box), *b = rgc_new(box);
	rgc_auto leaf *l = rgc_new(leaf);
	cr_assert_not(rgc_is_tracked(a));
	rgc_set(&a->content, (void *)l);
	rgc_track_child(a, l);
	cr_assert_not(rgc_is_tracked(a));
	rgc_steal(&a->content, (void *)b);
	rgc_track_child(a, b);
	rgc_steal(&b->content, (void *)a);
	rgc_track_child(b, a);
	cr_assert(rgc_is_tracked(a) && rgc_is_tracked(b));
	cr_assert_eq(rgc_collect(2), 2);
}

/* Random graphs against a model: after each step, exactly what is reachable from the roots is alive. */
#define NODES 60

static bool alive[NODES];

static void note_death(guard *self)
{
	cr_assert(alive[self->value]);
	alive[self->value] = false;
}

static void mark_from(guard *from, bool *seen)
{
	while (from && !seen[from->value]) {
		seen[from->value] = true;
		from = from->next;
	}
}

Test(rgc_collect, random_graphs_agree_with_a_model)
{
	on_finalize = note_death;
	guard *roots[NODES] = {NULL};
	srand(1);
	for (int round = 0; round < 20000; round++) {
		long i = rand() % NODES, j = rand() % NODES;
		if (!alive[i]) {
			roots[i] = rgc_new(guard);
			roots[i]->value = i;
			alive[i] = true;
		} else if (roots[i] && rand() % 3 == 0) {
			rgc_clear(&roots[i]);
		} else if (roots[i] && roots[j]) {
			rgc_set(&roots[i]->next, (void *)roots[j]);
		}
		if (round % 16)
			continue;
		rgc_collect(2);
		bool seen[NODES] = {false};
		for (int k = 0; k < NODES; k++)
			mark_from(roots[k], seen);
		for (int k = 0; k < NODES; k++)
			cr_assert_eq(seen[k], alive[k], "round %d, object %d", round, k);
		cr_assert_eq(rgc_verify(), 0);
	}
}
