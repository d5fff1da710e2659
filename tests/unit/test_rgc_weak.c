/*
 * test_rgc_weak.c - weak references as keys: equal by their targets, hashed by their targets, also when those
 * have ended.  What they do otherwise is in test_rgc_teardown.c.
 */
#include "rgc_keys.h"
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>

static rgc_weak *weak_of(void *target)
{
	rgc_weak *weak = rgc_weak_new(target, NULL, NULL);
	cr_assert(weak);
	return weak;
}

static size_t hash_of(const void *object)
{
	size_t hash;
	cr_assert_eq(rgc_hash(object, &hash), 0);
	return hash;
}

static void expect_no_hash(const void *object, int error)
{
	size_t hash;
	errno = 0;
	cr_expect_eq(rgc_hash(object, &hash), -1);
	cr_expect_eq(errno, error);
}

Test(rgc_weak, equal_while_their_targets_are)
{
	rgc_auto evil *one = evil_new(1), *two = evil_new(2);
	evil *other_one = evil_new(1);
	rgc_auto rgc_weak *a = weak_of(one), *b = weak_of(other_one), *c = weak_of(two), *same = weak_of(one);
	cr_expect_eq(rgc_equal(a, same), 1);
	cr_expect_eq(rgc_equal(a, b), 1);
	cr_expect_eq(rgc_equal(a, c), 0);
	cr_expect_eq(rgc_equal(a, one), 0);
	cr_expect_eq(rgc_equal(one, a), 0);
	rgc_decref(other_one);
	cr_expect_eq(rgc_equal(a, b), 0);
	cr_expect_eq(rgc_equal(b, a), 0);
	cr_expect_eq(rgc_equal(b, b), 1);
}

Test(rgc_weak, two_dead_ones_are_not_equal)
{
	node *target = rgc_new(node);
	rgc_auto rgc_weak *a = weak_of(target), *b = weak_of(target);
	cr_expect_eq(hash_of(a), hash_of(b));
	rgc_decref(target);
	cr_expect_eq(rgc_equal(a, b), 0);
	cr_expect_eq(rgc_equal(a, a), 1);
}

Test(rgc_weak, the_hash_is_the_targets_and_outlives_it)
{
	node *target = rgc_new(node);
	rgc_auto rgc_weak *before = weak_of(target), *hashed = weak_of(target), *after = weak_of(target);
	size_t hash = hash_of(target);
	cr_expect_eq(hash_of(hashed), hash);
	cr_expect_eq(rgc_weak_count(target), 3);
	rgc_decref(target);
	cr_expect_null(rgc_weak_get(hashed));
	cr_expect_eq(hash_of(hashed), hash);
	cr_expect_eq(hash_of(hashed), hash);
	expect_no_hash(before, ENOTSUP);
	expect_no_hash(after, ENOTSUP);
}

Test(rgc_weak, that_of_what_has_none_has_none)
{
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_auto rgc_weak *weak = weak_of(list);
	expect_no_hash(weak, ENOTSUP);
	cr_expect_eq(rgc_weak_get(weak), list);
}

static int fail_with_edom(void *unused)
{
	(void)unused;
	errno = EDOM;
	return -1;
}

Test(rgc_weak, errors_of_hash_and_equal_are_told)
{
	rgc_auto evil *one = evil_new(1), *other = evil_new(1);
	rgc_auto rgc_weak *a = weak_of(one), *b = weak_of(other);
	evil_act = fail_with_edom;
	expect_no_hash(a, EDOM);
	errno = 0;
	cr_expect_eq(rgc_equal(a, b), -1);
	cr_expect_eq(errno, EDOM);
	evil_act = NULL;
	cr_expect_eq(hash_of(a), hash_of(one));
}

static int hash_data(void *weak)
{
	size_t hash;
	return rgc_hash(weak, &hash);
}

Test(rgc_weak, the_targets_hash_may_ask_for_it)
{
	rgc_auto evil *one = evil_new(1);
	rgc_auto rgc_weak *weak = weak_of(one);
	evil_act = hash_data;
	evil_data = weak;
	size_t bytes = rgc_heap_bytes();
	cr_expect_eq(hash_of(weak), hash_of(one));
	cr_expect_eq(rgc_heap_bytes() - bytes, 16, "remembered once");
	evil_act = NULL;
}

static int end_data(void *object)
{
	rgc_decref(object);
	evil_act = NULL;
	return 0;
}

Test(rgc_weak, the_target_may_lose_its_last_reference_while_hashed_or_compared)
{
	evil *one = evil_new(1);
	rgc_auto evil *other = evil_new(1);
	rgc_auto rgc_weak *a = weak_of(one), *b = weak_of(other);
	evil_act = end_data;
	evil_data = one;
	cr_expect_eq(rgc_equal(a, b), 1);
	cr_expect_null(rgc_weak_get(a));
	evil *next = evil_new(2);
	rgc_auto rgc_weak *weak = weak_of(next);
	evil_act = end_data;
	evil_data = next;
	hash_of(weak);
	cr_expect_null(rgc_weak_get(weak));
	hash_of(weak);
}

/* Three of a target, of which the nth is asked for its hash, and the mth ends. */
static void end_one_of_three(int hashed, int ending)
{
	node *target = rgc_new(node);
	rgc_weak *weak[3];
	for (int i = 0; i < 3; i++)
		weak[i] = weak_of(target);
	hash_of(weak[hashed]);
	rgc_clear(&weak[ending]);
	cr_expect_eq(rgc_weak_count(target), 2);
	rgc_auto rgc_weak *another = weak_of(target);
	cr_expect_eq(rgc_weak_count(target), 3);
	rgc_decref(target);
	for (int i = 0; i < 3; i++) {
		if (weak[i])
			cr_expect_null(rgc_weak_get(weak[i]));
		rgc_decref(weak[i]);
	}
	cr_expect_null(rgc_weak_get(another));
}

Test(rgc_weak, hashed_ones_end_in_any_order)
{
	for (int i = 0; i < 9; i++)
		end_one_of_three(i / 3, i % 3);
	cr_expect_eq(rgc_heap_bytes(), 0);
}

static int calls;

static void count_call(rgc_weak *weak, void *unused)
{
	(void)weak, (void)unused;
	calls++;
}

Test(rgc_weak, hashed_ones_have_their_callbacks)
{
	node *target = rgc_new(node);
	rgc_auto rgc_weak *a = rgc_weak_new(target, count_call, NULL),
			  *b = rgc_weak_new(target, count_call, NULL);
	size_t hash = hash_of(a);
	hash_of(b);
	calls = 0;
	rgc_decref(target);
	cr_expect_eq(calls, 2);
	cr_expect_eq(hash_of(a), hash);
}

Test(rgc_weak, members_stay_in_their_set)
{
	rgc_auto rgc_set *set = rgc_set_new();
	node *target = rgc_new(node);
	rgc_auto rgc_weak *weak = weak_of(target);
	cr_assert_eq(rgc_set_add(set, weak), 1);
	rgc_auto rgc_weak *again = weak_of(target);
	cr_expect_eq(rgc_set_add(set, again), 0);
	rgc_decref(target);
	cr_expect_eq(rgc_set_contains(set, again), 0);
	cr_expect_eq(rgc_set_contains(set, weak), 1);
	cr_expect_eq(rgc_set_discard(set, weak), 1);
	cr_expect_eq(rgc_set_length(set), 0);
}

Test(rgc_weak, in_a_cycle_with_their_set)
{
	rgc_set *set = rgc_set_new();
	guard *target = rgc_new(guard);
	rgc_auto rgc_weak *outside = weak_of(target);
	hash_of(outside);
	rgc_weak *weak = weak_of(target);
	cr_assert_eq(rgc_set_add(set, weak), 1);
	rgc_decref(weak);
	target->next = set;
	cr_assert_eq(rgc_set_add(set, target), 1);
	rgc_decref(target);
	cr_expect_eq(rgc_collect(2), 3);
	cr_expect_null(rgc_weak_get(outside));
	hash_of(outside);
	cr_expect_eq(rgc_verify(), 0);
}

Test(rgc_weak, a_hash_that_cannot_be_remembered_fails)
{
	rgc_set_pool(false); /* before there is a heap: all memory comes from malloc */
	rgc_auto node *target = rgc_new(node);
	rgc_auto rgc_weak *weak = weak_of(target);
	allocations_left = 0;
	expect_no_hash(weak, ENOMEM);
	allocations_left = -1;
	cr_expect_eq(hash_of(weak), hash_of(target));
}

Test(rgc_weak, the_room_for_a_hash_is_counted)
{
	rgc_auto node *target = rgc_new(node);
	rgc_weak *weak = weak_of(target);
	size_t bytes = rgc_heap_bytes(), size = rgc_sizeof(weak);
	hash_of(weak);
	cr_expect_eq(rgc_sizeof(weak) - size, rgc_heap_bytes() - bytes);
	cr_expect_gt(rgc_heap_bytes(), bytes);
	rgc_decref(weak);
	cr_expect_eq(rgc_heap_bytes(), bytes - size);
}

Test(rgc_weak, of_weak_references_without_end)
{
	const int depth = 100000;
	rgc_weak **chain = calloc((size_t)depth, sizeof(*chain));
	rgc_auto node *target = rgc_new(node);
	for (int i = 0; i < depth; i++)
		chain[i] = rgc_weak_new(i ? (void *)chain[i - 1] : target, NULL, NULL);
	rgc_auto rgc_weak *twin = rgc_weak_new(chain[depth - 2], NULL, NULL);
	size_t hash;
	errno = 0;
	cr_assert(rgc_hash(chain[depth - 1], &hash) == -1 && errno == ELOOP);
	cr_assert_eq(rgc_hash(chain[100], &hash), 0);
	cr_assert_eq(rgc_equal(chain[depth - 1], twin), 1, "the same target");
	for (int i = depth; i > 0; i--)
		rgc_decref(chain[i - 1]);
	free(chain);
}

Test(rgc_weak, a_target_that_became_immortal_is_there)
{
	node *target = rgc_new(node);
	rgc_auto rgc_weak *weak = rgc_weak_new(target, NULL, NULL);
	rgc_make_immortal(target);
	cr_assert_eq(rgc_weak_get(weak), target);
}
