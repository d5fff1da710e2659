/* test_rgc_left_cxx.cpp - as test_rgc_left.c, for exceptions. */
#include "dying.h"
#include "rgc_left.h"

#include <criterion/criterion.h>

static bool caught_inside;
static void (*act)();

static void leave()
{
	if (!caught_inside)
		throw 1;
	try {
		throw 2;
	} catch (int) {
	}
}

static void act_and_catch()
{
	try {
		act();
	} catch (int) {
	}
}

Test(rgc_left_cxx, by_an_exception)
{
	for (const auto &one : left_acts) {
		left_function = one.function;
		act = one.act;
		cr_expect(dies_saying(act_and_catch, one.said), "%s", one.said);
	}
}

Test(rgc_left_cxx, exceptions_that_are_caught_inside_are_nothing_to_rgc)
{
	caught_inside = true;
	for (const auto &one : left_acts) {
		left_function = one.function;
		one.act();
	}
	cr_assert_eq(rgc_verify(), 0);
}
