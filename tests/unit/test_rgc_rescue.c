/*
 * test_rgc_rescue.c - objects that a finalizer takes from the collection that found them unreachable: they
 * and their weak references must be as any others afterwards.
 */
#include <criterion/criterion.h>

#include <mprof/rgc.h>

typedef struct item {
	RGC_HEAD;
	struct item *other;
	rgc_weak *weak;
	struct item *weak_target; /* borrowed */
	bool drops, stays, untracks;
} item;

static item *rescued;
static rgc_weak *rescued_weak;
static int calls;

static void on_end(rgc_weak *weak, void *argument)
{
	(void)weak;
	(void)argument;
	calls++;
}

static void item_finalize(void *self)
{
	item *it = self;
	if (it->drops)
		rgc_clear(&it->other);
	if (it->stays)
		rescued = rgc_ref(it);
	if (it->untracks) {
		rescued_weak = rgc_ref(it->weak);
		rgc_untrack(it->weak);
	}
	if (it->weak_target)
		rescued_weak = rgc_weak_new(it->weak_target, on_end, NULL);
}

RGC_DEFINE_TYPE_WITH((item_finalize, NULL, NULL, NULL), item, other, weak);

/* A cycle of two; the one that is finalized first drops the other, whose finalizer keeps it. */
Test(rgc_rescue, dropped_by_another_finalizer)
{
	item *a = rgc_new(item), *b = rgc_new(item);
	a->drops = true;
	b->stays = true;
	rgc_set(&a->other, b);
	rgc_set(&b->other, a);
	rgc_decref(a);
	rgc_decref(b);
	rgc_collect(2);
	cr_assert_eq(rescued, b);
	cr_expect_eq(rgc_verify(), 0, "marks of the collection are left");
	rgc_clear(&rescued);
	rgc_collect(2);
	cr_expect_eq(rgc_heap_bytes(), 0);
}

/* A weak reference that was unreachable stays cleared when it is saved, and is as any other else. */
Test(rgc_rescue, unreachable_weak_reference)
{
	item *target = rgc_new(item), *a = rgc_new(item);
	a->untracks = true;
	rgc_steal(&a->weak, rgc_weak_new(target, on_end, NULL));
	rgc_set(&a->other, a);
	rgc_decref(a);
	rgc_collect(2);
	cr_assert_not_null(rescued_weak);
	cr_expect_null(rgc_weak_get(rescued_weak));
	cr_expect_eq(rgc_weak_count(target), 0);
	cr_expect_eq(rgc_verify(), 0);
	rgc_decref(target);
	cr_expect_eq(calls, 0);
	rgc_decref(rescued_weak);
	cr_expect_eq(rgc_heap_bytes(), 0);
}

/* One that a finalizer makes to an object outside, and saves, is not among them: its callback comes. */
Test(rgc_rescue, weak_reference_made_by_a_finalizer)
{
	item *target = rgc_new(item), *a = rgc_new(item);
	a->weak_target = target;
	rgc_set(&a->other, a);
	rgc_decref(a);
	rgc_collect(2);
	cr_assert_eq(rgc_weak_get(rescued_weak), target);
	rgc_decref(target);
	cr_expect_eq(calls, 1);
	rgc_decref(rescued_weak);
	cr_expect_eq(rgc_heap_bytes(), 0);
}
