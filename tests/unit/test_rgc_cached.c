/* test_rgc_cached.c - rgc_cached: members that are computed when they are first asked for. */
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>

typedef struct circle {
	RGC_HEAD;
	double radius;
	rgc_float *area;
	rgc_object *any;
	void *plain;
} circle;
RGC_DEFINE_TYPE(circle, area, any);

static int computed, failures;

static circle *circle_new(double radius)
{
	circle *it = rgc_new(circle);
	it->radius = radius;
	return it;
}

static void *compute_area(void *self)
{
	computed++;
	if (failures > 0 && failures--) {
		errno = EDOM;
		return NULL;
	}
	double radius = ((circle *)self)->radius;
	return rgc_float_new(3 * radius * radius);
}

Test(rgc_cached, computes_once)
{
	rgc_auto circle *it = circle_new(2);
	rgc_float *area = rgc_cached(it, area, compute_area);
	cr_assert_eq(rgc_float_get(area), 12);
	it->radius = 1;
	cr_assert_eq(rgc_cached(it, area, compute_area), area);
	cr_assert_eq(computed, 1);
	cr_assert_eq(rgc_refcount(area), 1);
	rgc_clear(&it->area);
	cr_assert_eq(rgc_float_get(rgc_cached(it, area, compute_area)), 3);
	cr_assert_eq(computed, 2);
	rgc_steal(&it->area, rgc_float_new(7));
	cr_assert_eq(rgc_float_get(rgc_cached(it, area, compute_area)), 7);
	cr_assert_eq(computed, 2);
}

Test(rgc_cached, ends_with_its_object)
{
	size_t before = rgc_heap_bytes();
	circle *it = circle_new(2);
	cr_assert_not_null(rgc_cached(it, area, compute_area));
	rgc_decref(it);
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(rgc_cached, keeps_no_failure)
{
	rgc_auto circle *it = circle_new(2);
	failures = 2;
	for (int i = 0; i < 2; i++) {
		errno = 0;
		cr_assert_null(rgc_cached(it, area, compute_area));
		cr_assert_eq(errno, EDOM);
	}
	errno = 0;
	cr_assert_eq(rgc_float_get(rgc_cached(it, area, compute_area)), 12);
	cr_assert_eq(errno, 0);
	cr_assert_eq(rgc_refcount(it), 1);
}

static void *compute_itself(void *self)
{
	return rgc_ref(self);
}

Test(rgc_cached, is_seen_by_the_collector)
{
	circle *it = circle_new(1);
	cr_assert_eq(rgc_cached(it, any, compute_itself), &it->rgc_head);
	rgc_decref(it);
	cr_assert_eq(rgc_collect(2), 1);
}

static void *compute_by_asking(void *self)
{
	circle *it = self;
	double mine = it->radius;
	if (it->radius++ < 3)
		(void)rgc_cached(it, any, compute_by_asking);
	rgc_collect(2);
	return rgc_float_new(mine);
}

/* As Python's: the first to ask has the last word. */
Test(rgc_cached, may_ask_for_itself)
{
	rgc_auto circle *it = circle_new(1);
	cr_assert_eq(rgc_float_get(RGC_AS(rgc_cached(it, any, compute_by_asking), rgc_float)), 1);
	cr_assert_eq(it->radius, 4);
}

/* Of a type that is watched from its first child that may be in a cycle on. */
typedef struct lazy {
	RGC_HEAD;
	rgc_object *it;
	void *plain;
} lazy;

static int lazy_traverse(void *self, rgc_visit visit, void *argument)
{
	RGC_VISIT(((lazy *)self)->it);
	return 0;
}

static void lazy_clear(void *self)
{
	rgc_clear(&((lazy *)self)->it);
}

static const struct rgc_type RGC_TYPE(lazy) = {.name = "lazy",
					       .size = sizeof(lazy),
					       .flags = RGC_TYPE_LAZY,
					       .traverse = lazy_traverse,
					       .clear = lazy_clear};

Test(rgc_cached, of_a_lazy_type_is_seen_too)
{
	lazy *it = rgc_new(lazy);
	cr_assert_not(rgc_is_tracked(it));
	cr_assert_eq(rgc_cached(it, it, compute_itself), &it->rgc_head);
	cr_assert(rgc_is_tracked(it));
	rgc_decref(it);
	cr_assert_eq(rgc_collect(2), 1);
}

Test(rgc_cached, refuses_what_is_no_reference)
{
	rgc_auto circle *it = circle_new(1), *shared = rgc_new_shared(circle);
	rgc_auto leaf *acyclic = rgc_new(leaf);
	void *elsewhere = NULL;
	errno = 0;
	cr_assert(!rgc_cached(it, plain, compute_area) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_cached_(it, &elsewhere, compute_area) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_cached(it, area, NULL) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_cached(shared, area, compute_area) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_cached_(acyclic, &elsewhere, compute_area) && errno == EINVAL);
	cr_assert_eq(computed, 0);
	cr_assert_null(elsewhere);
}

static circle *outermost;

static void forget_any(void *self)
{
	(void)self;
	if (outermost)
		rgc_clear(&outermost->any);
}

typedef struct forgetter {
	RGC_HEAD;
	rgc_object *nothing;
} forgetter;
RGC_DEFINE_TYPE_WITH((forget_any, NULL, NULL, NULL), forgetter, nothing);

static void *compute_inner(void *self)
{
	(void)self;
	return rgc_new(forgetter);
}

static void *compute_outer(void *self)
{
	(void)rgc_cached((circle *)self, any, compute_inner);
	return rgc_list_new();
}

/* The end of what the inner computation gave empties the member. */
Test(rgc_cached, gives_nothing_that_has_ended)
{
	outermost = circle_new(1);
	rgc_object *any = rgc_cached(outermost, any, compute_outer);
	cr_assert_null(any);
	cr_assert_null(outermost->any);
	circle *it = outermost;
	outermost = NULL;
	rgc_decref(it);
}
