/*
 * test_rgc_at_end.c - functions that are called at an object's end: once, whoever asks, and at exit in the
 * order in which they should be.
 */
#include "failing.h"
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

/* The numbers of the functions that were called, in their order. */
static char called[64];

static void say(void *number)
{
	char text[16];
	snprintf(text, sizeof(text), "%d ", (int)rgc_int_get(number));
	strcat(called, text);
}

static void expect_called(const char *expected)
{
	cr_expect_str_eq(called, expected);
	called[0] = 0;
}

static rgc_at_end *say_at_end(void *object, int number)
{
	rgc_auto rgc_int *argument = rgc_int_new(number);
	rgc_at_end *at_end = rgc_at_end_new(object, say, argument);
	cr_assert(at_end);
	return at_end;
}

static void let_say(void *object, int number)
{
	rgc_decref(say_at_end(object, number));
}

static void expect_empty(void)
{
	expect_called("");
	on_finalize = NULL;
	cr_assert_eq(rgc_finalize(), 0);
	cr_expect_eq(rgc_heap_bytes(), 0);
	cr_expect_eq(rgc_verify(), 0);
}

TestSuite(rgc_at_end, .fini = expect_empty);

Test(rgc_at_end, called_once_the_newest_first)
{
	node *object = rgc_new(node);
	let_say(object, 1);
	let_say(object, 2);
	rgc_auto rgc_at_end *third = say_at_end(object, 3);
	cr_expect(rgc_at_end_is_alive(third));
	cr_expect_eq(rgc_refcount(object), 1);
	rgc_decref(object);
	expect_called("3 2 1 ");
	cr_expect(!rgc_at_end_is_alive(third));
	cr_expect_eq(rgc_at_end_call(third), 0);
	cr_expect_eq(rgc_at_end_detach(third), 0);
	cr_expect_null(rgc_at_end_peek(third, NULL, NULL));
}

Test(rgc_at_end, called_for_cycles_and_before_their_finalizers)
{
	node *pair = rgc_ref(make_pair());
	let_say(pair, 1);
	rgc_decref(pair);
	cr_expect_eq(rgc_collect(2), 2);
	expect_called("1 ");
}

Test(rgc_at_end, asked_for_at_once)
{
	node *object = rgc_new(node);
	rgc_auto rgc_at_end *at_end = say_at_end(object, 1);
	cr_expect_eq(rgc_at_end_call(at_end), 1);
	expect_called("1 ");
	cr_expect(!rgc_at_end_is_alive(at_end));
	cr_expect_eq(rgc_weak_count(object), 0);
	cr_expect_eq(rgc_at_end_call(at_end), 0);
	rgc_decref(object);
}

Test(rgc_at_end, detached)
{
	node *object = rgc_new(node);
	rgc_auto rgc_at_end *at_end = say_at_end(object, 1);
	cr_expect_eq(rgc_at_end_detach(at_end), 1);
	cr_expect_eq(rgc_at_end_detach(at_end), 0);
	rgc_decref(object);
	expect_called("");
}

Test(rgc_at_end, peeked_at)
{
	node *object = rgc_new(node);
	rgc_auto rgc_int *number = rgc_int_new(1000);
	rgc_auto rgc_at_end *at_end = rgc_at_end_new(object, say, number);
	rgc_at_end_function function = NULL;
	void *argument = NULL;
	cr_expect_eq(rgc_at_end_peek(at_end, &function, &argument), object);
	cr_expect_eq(function, say);
	cr_expect_eq(argument, number);
	cr_expect_eq(rgc_refcount(number), 2);
	rgc_decref(object);
	expect_called("1000 ");
	cr_expect_eq(rgc_refcount(number), 1);
}

static rgc_at_end *looked_at;

static void look(void *unused)
{
	(void)unused;
	cr_expect(!rgc_at_end_is_alive(looked_at));
	cr_expect_eq(rgc_at_end_call(looked_at), 0);
	strcat(called, "looked ");
}

Test(rgc_at_end, dead_while_its_function_runs)
{
	node *object = rgc_new(node);
	looked_at = rgc_at_end_new(object, look, NULL);
	rgc_decref(object);
	expect_called("looked ");
	rgc_decref(looked_at);
}

static void detach_late(rgc_weak *weak, void *at_end)
{
	(void)weak;
	cr_expect(rgc_at_end_is_alive(at_end));
	cr_expect_null(rgc_at_end_peek(at_end, NULL, NULL));
	cr_expect_eq(rgc_at_end_detach(at_end), 0, "the object has ended");
}

Test(rgc_at_end, too_late_to_be_detached)
{
	node *object = rgc_new(node);
	rgc_auto rgc_at_end *at_end = say_at_end(object, 1);
	rgc_auto rgc_weak *weak = rgc_weak_new(object, detach_late, at_end);
	rgc_decref(object);
	expect_called("1 ");
}

static void *rescued;

static void rescue(guard *self)
{
	rescued = rgc_ref(self);
}

Test(rgc_at_end, not_for_what_comes_back)
{
	guard *object = rgc_new(guard);
	on_finalize = rescue;
	let_say(object, 1);
	rgc_decref(object);
	expect_called("");
	rgc_decref(rescued);
	expect_called("1 ");
}

Test(rgc_at_end, refused)
{
	rgc_int *small = rgc_int_new(1);
	cr_expect_null(rgc_at_end_new(small, say, NULL));
	cr_expect_eq(errno, ENOTSUP);
}

/* ---- at exit ---- */

Test(rgc_at_end, at_exit_the_newest_first)
{
	rgc_auto node *a = rgc_new(node), *b = rgc_new(node);
	let_say(a, 1);
	rgc_auto rgc_at_end *stays = say_at_end(b, 2);
	let_say(b, 3);
	rgc_auto rgc_at_end *detached = say_at_end(a, 4);
	let_say(a, 5);
	cr_expect(rgc_at_end_get_at_exit(stays));
	rgc_at_end_set_at_exit(stays, false);
	cr_expect(!rgc_at_end_get_at_exit(stays));
	rgc_at_end_detach(detached);
	cr_expect(!rgc_at_end_get_at_exit(detached));
	cr_assert_eq(rgc_finalize(), 0);
	expect_called("5 3 1 ");
	cr_expect(rgc_at_end_is_alive(stays));
	cr_assert_eq(rgc_finalize(), 0);
	expect_called("");
	rgc_clear(&b);
	expect_called("2 ");
}

static node *owner;

static void make_more(void *number)
{
	say(number);
	int next = (int)rgc_int_get(number) - 1;
	if (next)
		rgc_decref(rgc_at_end_new(owner, make_more, rgc_int_new(next)));
}

Test(rgc_at_end, at_exit_new_ones_are_called_too)
{
	owner = rgc_new(node);
	let_say(owner, 9);
	rgc_auto rgc_at_end *stays = say_at_end(owner, 8);
	rgc_at_end_set_at_exit(stays, false);
	rgc_decref(rgc_at_end_new(owner, make_more, rgc_int_new(3)));
	let_say(owner, 7);
	cr_assert_eq(rgc_finalize(), 0);
	expect_called("7 3 2 1 9 ");
	rgc_at_end_detach(stays);
	rgc_clear(&owner);
}

static rgc_at_end *others[3];

static void call_others(void *unused)
{
	(void)unused;
	cr_expect_eq(rgc_finalize(), -1);
	cr_expect_eq(errno, EBUSY);
	rgc_at_end_detach(others[0]);
	rgc_at_end_call(others[1]);
	rgc_at_end_set_at_exit(others[2], false);
}

Test(rgc_at_end, at_exit_they_may_change_the_others)
{
	rgc_auto node *object = rgc_new(node);
	for (int i = 0; i < 3; i++)
		others[i] = say_at_end(object, i);
	rgc_decref(rgc_at_end_new(object, call_others, NULL));
	cr_assert_eq(rgc_finalize(), 0);
	expect_called("1 ");
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(rgc_at_end_is_alive(others[i]), i == 2);
		rgc_at_end_detach(others[i]);
		rgc_decref(others[i]);
	}
}

Test(rgc_at_end, after_those_at_exit_none_is_called)
{
	node *garbage = rgc_new(node), *later = rgc_new(node);
	garbage->next = rgc_ref(garbage);
	rgc_auto rgc_at_end *stays = say_at_end(garbage, 1);
	rgc_at_end_set_at_exit(stays, false);
	rgc_decref(garbage);
	cr_assert_eq(rgc_finalize(), 0);
	expect_called("");
	cr_expect(!rgc_at_end_is_alive(stays));
	let_say(later, 2);
	rgc_decref(later);
	expect_called("2 ");
}

Test(rgc_at_end, failure_of_allocation)
{
	rgc_set_pool(false);
	node *object = rgc_new(node);
	rgc_auto rgc_str *argument = rgc_str_new("argument");
	long limit = 0;
	do {
		allocations_failed = 0;
		allocations_left = limit++;
		rgc_at_end *at_end = rgc_at_end_new(object, look, argument);
		allocations_left = -1;
		cr_assert_eq(at_end == NULL, allocations_failed > 0);
		if (at_end)
			rgc_at_end_detach(at_end);
		else
			cr_expect_eq(errno, ENOMEM);
		rgc_decref(at_end);
		cr_expect_eq(rgc_refcount(argument), 1);
	} while (allocations_failed);
	cr_expect_geq(limit, 2);
	rgc_decref(object);
}
