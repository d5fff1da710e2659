/* test_rgc_teardown.c - the order in which unreachable objects are taken apart: weak references, finalizers,
 * resurrection. */
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>

static int finalized;
static guard *kept;
static rgc_weak *late;

static void count(guard *self)
{
	cr_assert_not_null(self->next); /* nothing is cleared yet */
	finalized++;
}

Test(rgc_teardown, finalizers_run_once_before_any_clear)
{
	on_finalize = count;
	guard *a = make_guard_pair(1, 2);
	cr_assert_not(rgc_is_finalized(a));
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(finalized, 2);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

static void keep(guard *self)
{
	finalized++;
	if (self->value == 1)
		kept = rgc_ref(self);
}

Test(rgc_teardown, resurrected_sets_survive_whole)
{
	on_finalize = keep;
	make_guard_pair(1, 2);
	make_guard_pair(3, 4);
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(finalized, 4);
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 2);
	cr_assert(((guard *)kept->next)->next == kept && rgc_is_finalized(kept));
	cr_assert_eq(rgc_verify(), 0);
	rgc_clear(&kept);
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(finalized, 4);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

Test(rgc_teardown, a_drop_can_be_survived_too)
{
	on_finalize = keep;
	guard *g = rgc_new(guard);
	g->value = 1;
	rgc_decref(g);
	cr_assert(kept == g && rgc_refcount(g) == 1 && rgc_is_tracked(g));
	rgc_clear(&kept);
	cr_assert_eq(finalized, 1);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

static void break_up(guard *self)
{
	finalized++;
	guard *other = rgc_take(&self->next);
	rgc_decref(other);
}

Test(rgc_teardown, finalizers_may_free_the_rest)
{
	on_finalize = break_up;
	make_guard_pair(1, 2);
	guard *self_loop = rgc_new(guard);
	self_loop->next = self_loop;
	rgc_collect(2);
	cr_assert_eq(finalized, 3);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

static void allocate(guard *self)
{
	(void)self;
	finalized++;
	cr_assert_eq(rgc_collect(2), 0);
	for (int i = 0; i < 100; i++)
		make_pair();
	errno = ERANGE;
}

Test(rgc_teardown, finalizers_may_allocate_and_errno_is_kept)
{
	rgc_set_threshold(50, 10, 10);
	on_finalize = allocate;
	make_guard_pair(1, 2);
	errno = EDOM;
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(errno, EDOM);
	cr_assert_eq(rgc_verify(), 0);
	on_finalize = NULL;
	cr_assert_eq(rgc_collect(2), 400);
}

static void collect_inside(guard *self)
{
	(void)self;
	make_pair();
	cr_assert_eq(rgc_collect(2), 2);
	size_t now = rgc_heap_bytes();
	make_pair();
	rgc_collect(2);
	cr_assert_eq(rgc_heap_bytes(), now);
	finalized++;
}

Test(rgc_teardown, a_collection_inside_a_drop_frees_at_once)
{
	on_finalize = collect_inside;
	rgc_decref(rgc_new(guard));
	cr_assert_eq(finalized, 1);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

/* ---- weak references ---- */

static int calls;

static void called(rgc_weak *weak, void *argument)
{
	cr_assert_null(rgc_weak_get(weak));
	if (argument)
		((leaf *)argument)->value++;
	calls++;
}

Test(rgc_teardown, weak_references_do_not_keep)
{
	node *n = rgc_new(node);
	rgc_auto rgc_weak *weak = rgc_weak_new(n, NULL, NULL);
	cr_assert(rgc_weak_get(weak) == n && rgc_refcount(n) == 1);
	node *again = rgc_weak_ref(weak);
	cr_assert(again == n && rgc_refcount(n) == 2);
	rgc_decref(again);
	rgc_decref(n);
	cr_assert_null(rgc_weak_get(weak));
	cr_assert_null(rgc_weak_ref(weak));
}

Test(rgc_teardown, callbacks_come_once_with_their_argument)
{
	rgc_auto leaf *target = rgc_new(leaf), *argument = rgc_new(leaf);
	rgc_auto rgc_weak *weak = rgc_weak_new(target, called, argument);
	rgc_auto rgc_weak *other = rgc_weak_new(target, called, argument);
	cr_assert_eq(rgc_weak_count(target), 2);
	cr_assert_eq(rgc_refcount(argument), 3);
	rgc_clear(&target);
	cr_assert(calls == 2 && argument->value == 2);
	rgc_clear(&weak);
	cr_assert_eq(calls, 2);
}

Test(rgc_teardown, ended_weak_references_are_silent)
{
	leaf *target = rgc_new(leaf);
	rgc_weak *first = rgc_weak_new(target, called, NULL), *middle = rgc_weak_new(target, called, NULL),
		 *last = rgc_weak_new(target, called, NULL);
	rgc_decref(middle);
	cr_assert_eq(rgc_weak_count(target), 2);
	rgc_decref(last);
	rgc_decref(first);
	cr_assert_eq(rgc_weak_count(target), 0);
	rgc_decref(target);
	cr_assert_eq(calls, 0);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

Test(rgc_teardown, many_targets)
{
	leaf *targets[500];
	rgc_weak *weak[500];
	for (int i = 0; i < 500; i++) {
		targets[i] = rgc_new(leaf);
		weak[i] = rgc_weak_new(targets[i], called, NULL);
	}
	for (int i = 0; i < 500; i += 2)
		rgc_decref(targets[i]);
	cr_assert_eq(calls, 250);
	for (int i = 1; i < 500; i += 2) {
		cr_assert_eq(rgc_weak_get(weak[i]), targets[i]);
		cr_assert_null(rgc_weak_get(weak[i - 1]));
	}
	for (int i = 0; i < 500; i++)
		rgc_decref(weak[i]);
	for (int i = 1; i < 500; i += 2)
		rgc_decref(targets[i]);
	cr_assert_eq(calls, 250);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

typedef struct bytes {
	RGC_VAR_HEAD;
	char data[];
} bytes;
static const struct rgc_type RGC_TYPE(bytes) = {.name = "bytes", .size = sizeof(bytes), .item_size = 1};

#define TARGETS 3000

/* Half of them end before their weak references; all are in pages that had blocks of another size before. */
static void refer_to_sized(size_t size)
{
	bytes *targets[TARGETS];
	rgc_weak *weak[TARGETS];
	for (int i = 0; i < TARGETS; i++) {
		targets[i] = rgc_new_items(bytes, size);
		weak[i] = rgc_weak_new(targets[i], i % 3 ? NULL : called, NULL);
	}
	calls = 0;
	for (int i = 0; i < TARGETS; i += 2)
		rgc_decref(targets[i]);
	cr_assert_eq(calls, TARGETS / 6);
	for (int i = 0; i < TARGETS; i++) {
		cr_assert_eq(rgc_weak_get(weak[i]), i % 2 ? targets[i] : NULL);
		rgc_decref(weak[i]);
	}
	for (int i = 1; i < TARGETS; i += 2) {
		cr_assert_eq(rgc_weak_count(targets[i]), 0);
		rgc_decref(targets[i]);
	}
	cr_assert_eq(rgc_heap_bytes(), 0);
}

Test(rgc_teardown, targets_of_all_sizes)
{
	bool pool = rgc_get_pool();
	for (size_t size = 0; size < 600; size += 8) {
		rgc_set_pool(pool && size % 5);
		refer_to_sized(size);
	}
	rgc_trim();
	rgc_set_pool(pool);
	refer_to_sized(40);
}

/* Which could end without more ado, but for the one that has a callback. */
Test(rgc_teardown, targets_in_a_structure)
{
	node *top = rgc_new(node);
	rgc_steal(&top->next, rgc_new(node));
	rgc_steal(&top->prev, rgc_new(node));
	rgc_auto rgc_weak *to_top = rgc_weak_new(top, NULL, NULL);
	rgc_auto rgc_weak *again = rgc_weak_new(top, NULL, NULL);
	rgc_auto rgc_weak *first = rgc_weak_new(top->next, NULL, NULL);
	rgc_auto rgc_weak *second = rgc_weak_new(top->prev, called, NULL);
	cr_assert_eq(rgc_weak_count(top), 2);
	rgc_decref(top);
	cr_assert_null(rgc_weak_get(to_top));
	cr_assert_null(rgc_weak_get(again));
	cr_assert_null(rgc_weak_get(first));
	cr_assert_null(rgc_weak_get(second));
	cr_assert_eq(calls, 1);
}

Test(rgc_teardown, a_reachable_weak_reference_to_a_cycle_is_called)
{
	rgc_auto rgc_weak *weak = rgc_weak_new(make_pair(), called, NULL);
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(calls, 1);
	cr_assert_null(rgc_weak_get(weak));
}

Test(rgc_teardown, an_unreachable_one_is_not)
{
	guard *a = make_guard_pair(1, 2), *b = a->next;
	rgc_steal(&b->next, (void *)rgc_weak_new(a, called, a)); /* b -> weak -> a -> b */
	cr_assert_eq(rgc_collect(2), 3);
	cr_assert_eq(calls, 0);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

/* The weak reference dies with the cycle, and only the cycle keeps the leaf. */
Test(rgc_teardown, nor_when_its_target_dies_with_it)
{
	node *a = make_pair();
	leaf *l = rgc_new(leaf);
	a->prev = (node *)(void *)rgc_weak_new(l, called, NULL);
	a->next->next = (node *)(void *)l;
	cr_assert_eq(rgc_collect(2), 3);
	cr_assert_eq(calls, 0);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

static void refer_weakly(guard *self)
{
	if (self->value == 1)
		late = rgc_weak_new(self, called, NULL);
}

Test(rgc_teardown, weak_references_made_by_finalizers_are_cleared)
{
	on_finalize = refer_weakly;
	rgc_auto rgc_weak *early = rgc_weak_new(make_guard_pair(1, 2), called, NULL);
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_not_null(late);
	cr_assert_null(rgc_weak_get(late));
	cr_assert_eq(calls, 2);
	rgc_decref(late);
}

Test(rgc_teardown, also_if_there_were_none_before)
{
	on_finalize = refer_weakly;
	make_guard_pair(1, 2);
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_null(rgc_weak_get(late));
	cr_assert_eq(calls, 1);
	rgc_decref(late);
}

static rgc_weak *watching;

static void look(guard *self)
{
	(void)self;
	cr_assert_null(rgc_weak_get(watching)); /* cleared before finalizers of a cycle */
	finalized++;
}

Test(rgc_teardown, cleared_before_finalizers_of_a_cycle)
{
	on_finalize = look;
	watching = rgc_weak_new(make_guard_pair(1, 2), NULL, NULL);
	rgc_collect(2);
	cr_assert_eq(finalized, 2);
	rgc_decref(watching);
}

static void make_garbage(rgc_weak *weak, void *argument)
{
	(void)weak, (void)argument;
	make_pair();
	rgc_collect(2);
	calls++;
}

Test(rgc_teardown, callbacks_may_allocate_and_collect)
{
	node *n = rgc_new(node);
	rgc_auto rgc_weak *weak = rgc_weak_new(n, make_garbage, NULL);
	rgc_decref(n);
	rgc_auto rgc_weak *other = rgc_weak_new(make_pair(), make_garbage, NULL);
	rgc_collect(2);
	cr_assert_eq(calls, 2);
	cr_assert_eq(rgc_collect(2), 2);
	cr_assert_eq(rgc_verify(), 0);
}

Test(rgc_teardown, immortal_targets_are_refused)
{
	leaf *l = rgc_new(leaf);
	rgc_make_immortal(l);
	errno = 0;
	cr_assert_null(rgc_weak_new(l, NULL, NULL));
	cr_assert_eq(errno, ENOTSUP);
}
