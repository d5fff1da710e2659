/*
 * test_traces.c - which trace an argument means, by a list made by hand.
 */
#include "recordings/traces.h"

#include <criterion/criterion.h>
#include <string.h>

static struct trace_entry entries[] = {
	{.path = (char[]){"absent-a.mprof"},
	 .session_path = (char[]){""},
	 .pid = 10,
	 .started_realtime_ns = 1},
	{.path = (char[]){"absent-b.mprof"},
	 .session_path = (char[]){""},
	 .pid = 11,
	 .started_realtime_ns = 2},
};
static const struct trace_list list = {.entries = entries, .count = 2};

static const char *pick(const char *argument)
{
	struct diagnostic diagnostic;
	const char *path;

	return trace_list_pick(&list, argument, &path, &diagnostic) == 0 ? path : NULL;
}

Test(traces, indices_count_from_both_ends)
{
	cr_assert_str_eq(pick("0"), "absent-a.mprof");
	cr_assert_str_eq(pick("-1"), "absent-b.mprof");
	cr_assert_str_eq(pick("-2"), "absent-a.mprof");
	cr_assert_null(pick("2"));
	cr_assert_null(pick("-3"));
}

Test(traces, anything_else_is_a_file)
{
	cr_assert_str_eq(pick("x.mprof"), "x.mprof");
	cr_assert_str_eq(pick("./0"), "./0");
	cr_assert_str_eq(pick("0x1"), "0x1");
}

Test(traces, nothing_said_is_the_newest)
{
	cr_assert_str_eq(pick(NULL), "absent-b.mprof");
}

Test(traces, an_empty_list_says_what_to_do)
{
	const struct trace_list none = {0};
	struct diagnostic diagnostic;
	const char *path;

	cr_assert_lt(trace_list_pick(&none, NULL, &path, &diagnostic), 0);
	cr_assert_not_null(strstr(diagnostic.message, "mprof run"));
}
