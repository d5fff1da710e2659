/*
 * test_settings.c - the shim's environment, output patterns and fixed-buffer text.
 */
#include "preload/base/message.h"
#include "preload/session/settings.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static struct settings_list list_of(char *bytes, size_t count)
{
	return (struct settings_list){.bytes = bytes, .count_bytes = count};
}

Test(text, is_cut_at_its_buffer)
{
	char buffer[8];
	struct text text;

	text_init(&text, buffer, sizeof buffer);
	text_add(&text, "abc");
	text_add_number(&text, 1234567);
	cr_assert_str_eq(buffer, "abc1234");
	text_add(&text, "more");
	cr_assert_str_eq(buffer, "abc1234");
	cr_assert_eq(text.length, 7);
}

Test(settings, values_are_found_by_whole_name)
{
	char environment[] = "XMPROF_OUT=no\0MPROF_OUTER=no\0MPROF_OUT=yes\0MPROF_QUIET=";
	struct settings_list list = list_of(environment, sizeof environment);

	cr_assert_str_eq(settings_value(&list, "MPROF_OUT"), "yes");
	cr_assert_str_eq(settings_value(&list, "MPROF_QUIET"), "");
	cr_assert_null(settings_value(&list, "MPROF"));
}

Test(settings, defaults_and_flags)
{
	char none[] = "", set[] = "MPROF_FOLLOW=0\0MPROF_QUIET=1\0MPROF_OUT=x";
	struct settings_list list = list_of(none, sizeof none);
	struct settings settings = settings_parse(&list);

	cr_assert(settings.follow && !settings.quiet && !settings.out && !settings.bad);
	list = list_of(set, sizeof set);
	settings = settings_parse(&list);
	cr_assert(!settings.follow && settings.quiet && !settings.bad);
	cr_assert_str_eq(settings.out, "x");
}

Test(settings, sampling)
{
	char none[] = "MPROF_SAMPLE=", set[] = "MPROF_SAMPLE=512KiB\0MPROF_SAMPLE_SEED=42",
	     bad[] = "MPROF_SAMPLE=half", large[] = "MPROF_SAMPLE=2T";
	struct settings_list list = list_of(none, sizeof none);

	cr_assert_eq(settings_parse(&list).sample_bytes, 0);
	list = list_of(set, sizeof set);
	cr_assert_eq(settings_parse(&list).sample_bytes, 524288);
	cr_assert_eq(settings_parse(&list).sample_seed, 42);
	list = list_of(bad, sizeof bad);
	cr_assert_eq(settings_parse(&list).sample_bytes, 0);
	cr_assert_str_eq(settings_parse(&list).bad, "MPROF_SAMPLE");
	list = list_of(large, sizeof large);
	cr_assert_str_eq(settings_parse(&list).bad, "MPROF_SAMPLE");
}

Test(settings, a_bad_value_is_named_and_ignored)
{
	char set[] = "MPROF_FOLLOW=maybe\0MPROF_QUIET=10";
	struct settings_list list = list_of(set, sizeof set);
	struct settings settings = settings_parse(&list);

	cr_assert(settings.follow && !settings.quiet);
	cr_assert_not_null(settings.bad);
}

static void expect(const char *pattern, bool child, const char *expected)
{
	struct settings_names names = {"prog", 42, 1700000000, child};
	char buffer[256];
	struct text text;

	text_init(&text, buffer, sizeof buffer);
	settings_expand(&text, pattern, &names);
	cr_assert_str_eq(buffer, expected, "%s: %s, not %s", pattern, buffer, expected);
}

Test(settings, patterns_are_expanded)
{
	expect("%e.%p.mprof", false, "prog.42.mprof");
	expect("%e.%p.mprof", true, "prog.42.mprof");
	expect("a%%b-%t", false, "a%b-1700000000");
	expect("%q%", false, "%q%");
}

Test(settings, children_get_names_of_their_own)
{
	expect("out.mprof", false, "out.mprof");
	expect("out.mprof", true, "out.42.mprof");
	expect("out", true, "out.42");
	expect(".mprof", true, ".42.mprof");
}

static void expect_unfollowed(const char *before, const char *after)
{
	char variable[256] = "";
	char other[] = "LD_PRELOADED=/x/libmprof.so";
	char *environment[] = {other, variable, NULL};

	snprintf(variable, sizeof variable, "LD_PRELOAD=%s", before);
	settings_unfollow(environment, "libmprof.so");
	cr_assert_str_eq(variable + strlen("LD_PRELOAD="), after);
	cr_assert_str_eq(other, "LD_PRELOADED=/x/libmprof.so");
}

Test(settings, unfollowing_leaves_other_libraries)
{
	expect_unfollowed("/a/libmprof.so", "");
	expect_unfollowed("/a/libmprof.so:/b/other.so", "/b/other.so");
	expect_unfollowed("/b/other.so /a/libmprof.so", "/b/other.so ");
	expect_unfollowed("/b/one.so:/a/libmprof.so:/b/two.so", "/b/one.so:/b/two.so");
	expect_unfollowed("/b/one.so", "/b/one.so");
}

static void expect_struck(const char *before, const char *after)
{
	char out[256];

	cr_assert(settings_preloads(before, "libmprof.so"));
	cr_assert_eq(settings_strike(out, before, "libmprof.so"), strcmp(after, "LD_PRELOAD=") != 0);
	cr_assert_str_eq(out, after);
}

Test(settings, striking_into_another_string)
{
	expect_struck("LD_PRELOAD=/a/libmprof.so", "LD_PRELOAD=");
	expect_struck("LD_PRELOAD=/b/one.so:/a/libmprof.so:/b/two.so", "LD_PRELOAD=/b/one.so:/b/two.so");
	cr_assert_not(settings_preloads("LD_PRELOAD=/b/one.so", "libmprof.so"));
	cr_assert_not(settings_preloads("LD_PRELOADS=/a/libmprof.so", "libmprof.so"));
}
