/*
 * test_waiting.c - which of the records that wait is found, by whom, and which are given up when.
 */
#include "drain/waiting.h"

#include <criterion/criterion.h>

#define WINDOW 100u
#define KEY 7u

static struct waiting waiting;

static void set_up(void)
{
	waiting_init(&waiting, WINDOW);
}

static void tear_down(void)
{
	waiting_finish(&waiting);
}

TestSuite(waiting, .init = set_up, .fini = tear_down);

static void add(enum cursor_waiting_kind kind, uint32_t thread_index, uint64_t stamp)
{
	const struct cursor_waiting item = {
		.kind = kind, .thread_index = thread_index, .key = KEY, .stamp = stamp};

	cr_assert_eq(waiting_add(&waiting, &item), 0);
}

Test(waiting, what_is_parked_is_found_by_kind_key_and_thread)
{
	struct cursor_waiting taken;

	add(WAITING_FREE, 1, 10);
	cr_expect_not(waiting_take(&waiting, WAITING_BLOCK, KEY, 2, false, &taken), "of another kind");
	cr_expect_not(waiting_take(&waiting, WAITING_FREE, KEY + 1, 2, false, &taken), "at another key");
	cr_expect_not(waiting_take(&waiting, WAITING_FREE, KEY, 1, false, &taken), "by others than it");
	cr_expect_not(waiting_take(&waiting, WAITING_FREE, KEY, 2, true, &taken), "by another");
	cr_expect(waiting_take(&waiting, WAITING_FREE, KEY, 1, true, &taken));
	cr_expect_not(waiting_take(&waiting, WAITING_FREE, KEY, 1, true, &taken), "once");
	cr_expect_eq(waiting.count, 0);
}

Test(waiting, the_first_that_fits_comes_first)
{
	struct cursor_waiting taken;

	for (uint32_t i = 0; i < 200; i++)
		add(WAITING_FREE, i % 2, i);
	for (uint32_t i = 0; i < 100; i++) {
		cr_assert(waiting_take(&waiting, WAITING_FREE, KEY, 0, false, &taken));
		cr_assert_eq(taken.stamp, 2 * i + 1);
	}
	cr_assert_not(waiting_take(&waiting, WAITING_FREE, KEY, 0, false, &taken));
	cr_assert_eq(waiting.count, 100);
}

Test(waiting, a_realloc_is_of_one_stream_and_never_late)
{
	struct cursor_waiting taken;

	add(WAITING_REALLOC, 1, 10);
	cr_expect_not(waiting_take_late(&waiting, UINT64_MAX, &taken));
	cr_expect_not(waiting_take_realloc(&waiting, 1, true, &taken), "of its side stream");
	cr_expect_not(waiting_take_realloc(&waiting, 2, false, &taken), "of another thread");
	cr_expect(waiting_take_realloc(&waiting, 1, false, &taken));
}

Test(waiting, what_has_waited_too_long_is_given_up)
{
	struct cursor_waiting taken;

	add(WAITING_REALLOC, 1, 5);
	add(WAITING_FREE, 1, 20);
	add(WAITING_BLOCK, 1, 10);
	cr_expect_not(waiting_take_late(&waiting, 10 + WINDOW - 1, &taken));
	cr_expect(waiting_take_late(&waiting, 10 + WINDOW, &taken) && taken.stamp == 10);
	cr_expect_not(waiting_take_late(&waiting, 10 + WINDOW, &taken), "the other is younger");
	add(WAITING_BLOCK, 2, 30);
	cr_expect(waiting_take_late(&waiting, UINT64_MAX, &taken) && taken.stamp == 20);
	cr_expect(waiting_take_late(&waiting, UINT64_MAX, &taken) && taken.stamp == 30);
	cr_expect_not(waiting_take_late(&waiting, UINT64_MAX, &taken));
	cr_expect_eq(waiting.count, 1, "the realloc");
}
