/*
 * test_rgc_left.c - functions of the program that do not return: whoever leaves one by longjmp, or ends the
 * thread in it, is told so at once.
 */
#include "dying.h"
#include "rgc_left.h"
#include "with_asan.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <setjmp.h>

static jmp_buf before;
static void (*way)(void); /* how leave() leaves */
static void (*act)(void);

static void leave(void)
{
	way();
}

static void jump(void)
{
	longjmp(before, 1);
}

static void jump_from_here(void)
{
	if (!setjmp(before))
		act();
}

static void *run(void *unused)
{
	(void)unused;
	jump_from_here();
	return NULL;
}

static void jump_in_a_thread(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, run, NULL);
	pthread_join(thread, NULL);
}

static void expect_all(void (*leaving)(void), void (*begin)(void), const char *how)
{
	way = leaving;
	for (size_t i = 0; i < LEFT_ACTS; i++) {
		left_function = left_acts[i].function;
		act = left_acts[i].act;
		cr_expect(dies_saying(begin, left_acts[i].said), "%s, by %s", left_acts[i].said, how);
	}
}

Test(rgc_left, by_longjmp)
{
	expect_all(jump, jump_from_here, "longjmp");
	expect_all(jump, jump_in_a_thread, "longjmp in a thread");
}

#ifndef WITH_ASAN /* which takes what pthread_exit has unwound for stack in use */
static void end_thread(void)
{
	pthread_exit(NULL);
}

static void be_cancelled(void)
{
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

Test(rgc_left, by_the_end_of_the_thread)
{
	expect_all(end_thread, jump_in_a_thread, "pthread_exit");
	expect_all(be_cancelled, jump_in_a_thread, "pthread_cancel");
}
#endif

/* ---- what is right ---- */

static unsigned inner_jumps;

static void jump_inside(void)
{
	jmp_buf here;
	if (!setjmp(here))
		longjmp(here, 1);
	inner_jumps++;
}

Test(rgc_left, longjmp_inside_is_nothing_to_rgc)
{
	way = jump_inside;
	for (size_t i = 0; i < LEFT_ACTS; i++) {
		unsigned already = inner_jumps;
		left_function = left_acts[i].function;
		left_acts[i].act();
		cr_expect_gt(inner_jumps, already, "%s", left_acts[i].said);
	}
	cr_assert_eq(rgc_verify(), 0);
	act = jump;
	jump_from_here(); /* past functions that have returned */
}
