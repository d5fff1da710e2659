/*
 * test_select.c - which functions a glob means.
 */
#include "profile/select.h"

#include <criterion/criterion.h>

static bool matches(const char *function_glob, const char *file_glob, const char *name, const char *file)
{
	const char *functions[] = {function_glob, NULL}, *files[] = {file_glob, NULL};
	const struct selection selection = {function_glob ? functions : NULL, file_glob ? files : NULL};
	const struct source_function function = {.name = name, .file = file};

	return selection_matches(&selection, &function);
}

Test(select, nothing_asked_for_is_nothing_selected)
{
	const struct selection none = {0};

	cr_assert(selection_empty(&none));
	cr_assert_not(matches(NULL, NULL, "f", "/a.c"));
}

Test(select, function_globs_match_whole_names_or_their_ends)
{
	cr_assert(matches("parse_*", NULL, "parse_line", "/a.c"));
	cr_assert_not(matches("parse", NULL, "parse_line", "/a.c"));
	cr_assert(matches("push", NULL, "ns::Stack::push", "/a.cpp"));
	cr_assert(matches("Stack::push", NULL, "ns::Stack::push", "/a.cpp"));
	cr_assert_not(matches("ush", NULL, "ns::Stack::push", "/a.cpp"));
	cr_assert(matches("work", NULL, "demo.work", "/a.d"));
	cr_assert_not(matches("work", NULL, "demo.work.inner", "/a.d"));
}

Test(select, file_globs_match_whole_paths_or_their_ends)
{
	cr_assert(matches(NULL, "*.c", "f", "/src/lib/a.c"));
	cr_assert(matches(NULL, "a.c", "f", "/src/lib/a.c"));
	cr_assert(matches(NULL, "lib/?.c", "f", "/src/lib/a.c"));
	cr_assert_not(matches(NULL, "b.c", "f", "/src/lib/a.c"));
	cr_assert_not(matches(NULL, "*", "f", "") && matches(NULL, "a.c", "f", ""));
}

Test(select, globs_with_arguments_mean_instances)
{
	const char *plain[] = {"make", "operator?", NULL}, *arguments[] = {"make", "Pool<A>::make", NULL};

	cr_assert_not(selection_has_arguments(&(struct selection){.functions = plain}));
	cr_assert(selection_has_arguments(&(struct selection){.functions = arguments}));
	cr_assert_not(selection_has_arguments(&(struct selection){.files = arguments}));
}

Test(select, both_kinds_must_match)
{
	cr_assert(matches("f", "a.c", "f", "/src/a.c"));
	cr_assert_not(matches("f", "b.c", "f", "/src/a.c"));
	cr_assert_not(matches("g", "a.c", "f", "/src/a.c"));
}
