/*
 * test_baseline.c - baselines: what is written is read again, and nothing malformed is believed.
 */
#include "gate/baseline.h"
#include "gate/json_line.h"
#include "gate/private.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct diagnostic diagnostic;
static char folder[] = "/tmp/test-baseline-XXXXXX";
static char path[64];

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/base.json", folder);
}

static void tear_down(void)
{
	unlink(path);
	rmdir(folder);
}

static void write_text(const char *text)
{
	FILE *out = fopen(path, "w");

	cr_assert(out && fputs(text, out) >= 0 && fclose(out) == 0);
}

static json_t *entries_of(const char *key, uint64_t low, uint64_t high)
{
	json_t *entries = json_object(), *entry = baseline_entry_create(0);

	cr_assert(baseline_entry_total(entry, FIGURE_PEAK, low, high));
	cr_assert(baseline_entry_function(entry, "parse", FIGURE_PEAK, low));
	cr_assert(baseline_entry_function(entry, "parse", FIGURE_LEAKED, 3));
	cr_assert(baseline_entry_function(entry, "ns::parse_all", FIGURE_PEAK, 40));
	json_object_set_new(entries, key, entry);
	return entries;
}

static int is_file(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void expect_no_other_file(void)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_file, NULL);

	cr_expect_eq(count, 1, "%d files where there should be the baseline alone", count);
	while (count > 0)
		free(entries[--count]);
	free(entries);
}

static void update(const char *key, uint64_t low, uint64_t high)
{
	json_t *entries = entries_of(key, low, high);

	cr_assert_eq(baseline_update(path, entries, &diagnostic), 0, "%s", diagnostic.message);
	expect_no_other_file();
	json_decref(entries);
}

TestSuite(baseline, .init = set_up, .fini = tear_down);

Test(baseline, round_trip)
{
	const char *globs[] = {"parse*", NULL};
	struct selection selection = {globs, NULL};
	uint64_t low, high;
	json_t *baseline;

	update("a \"quoted\" \xc3\xa9", 100, 100);
	update("b", 200, 300);
	update("b", 250, 300);
	cr_assert_eq(baseline_read(path, &baseline, &diagnostic), 0, "%s", diagnostic.message);
	cr_expect(baseline_total(baseline, "a \"quoted\" \xc3\xa9", FIGURE_PEAK, &low, &high));
	cr_expect(low == 100 && high == 100);
	cr_expect(baseline_total(baseline, "b", FIGURE_PEAK, &low, &high) && low == 250 && high == 300);
	cr_expect_not(baseline_total(baseline, "b", FIGURE_LEAKED, &low, &high));
	cr_expect_not(baseline_has(baseline, "c"));
	cr_expect_eq(baseline_function(baseline, "b", "parse", FIGURE_LEAKED), 3);
	cr_expect_eq(baseline_function(baseline, "b", "parse", FIGURE_TEMPORARY), 0);
	cr_expect_eq(baseline_functions(baseline, "b", &selection, FIGURE_PEAK), 290);
	cr_expect_not(baseline_has(NULL, "b"));
	json_decref(baseline);
}

Test(baseline, keeps_mode_and_links)
{
	char link[80];
	struct stat status;

	update("a", 1, 1);
	cr_assert_eq(chmod(path, 0640), 0);
	snprintf(link, sizeof(link), "%s/link", folder);
	cr_assert_eq(symlink("base.json", link), 0);
	json_t *entries = entries_of("b", 2, 2);
	cr_expect_eq(baseline_update(link, entries, &diagnostic), 0, "%s", diagnostic.message);
	json_decref(entries);
	cr_expect(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
	cr_expect(stat(path, &status) == 0 && (status.st_mode & 07777) == 0640);
	unlink(link);
}

Test(baseline, malformed_ones_stay_as_they_are)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", ":1: "},
		{"{\n\"version\": 1,\n", ":3: "},
		{"[]", ":1: the baseline is no object"},
		{"{\"version\": 1}", "version or programs is missing"},
		{"{\"version\": 2, \"programs\": {}}", "version 1 of baselines only"},
		{"{\"version\": 1, \"programs\": {}, \"x\": 1}", "unknown member 'x'"},
		{"{\"version\": 1, \"programs\":\n [] }", ":1: programs is no object"},
		{"{\"version\": 1, \"version\": 1, \"programs\": {}}", "duplicate"},
		{"{\"version\": 1, \"programs\": {\n\"a\":\n{\n\"totals\": {\n\"peek\": 1}}}}",
		 ":5: unknown figure 'peek'"},
		{"{\"version\": 1, \"programs\": {\"a\": {\"totals\": {\"peak\": -1}}}}", "peak is neither"},
		{"{\"version\": 1, \"programs\": {\"a\": {\"totals\": {\"peak\": [1]}}}}", "peak is neither"},
		{"{\"version\": 1, \"programs\": {\"a\": {\"totals\": {\"peak\": [2, 1]}}}}",
		 "peak is neither"},
		{"{\"version\": 1, \"programs\": {\"a\": {\"totals\": {\"peak\": 1.5}}}}", "peak is neither"},
		{"{\"version\": 1, \"programs\": {\"a\": {\"functions\":\n{\"f\": {\"peak\": [1, 2]}}}}}",
		 ":2: peak is no whole number"},
		{"{\"version\": 1, \"programs\": {\"a\": {\"functions\": {\"f\": 1}}}}", "is no object"},
		{"{\"version\": 1, \"programs\": {\"a\": {\"x\": {}}}}", "unknown member 'x'"},
		{"{\"version\": 1, \"programs\": {\n\"a\": {}}}", ":2: 'a' has no totals"},
		{"{\"version\": 1, \"programs\": {\n\"a\": {\"totals\": {}}}}", ":2: 'a' has no totals"},
		{"{\"version\": 1, \"programs\": {\"a\": {\"totals\": {\"peak\": 9223372036854775808}}}}",
		 ":1: "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char after[512] = "";
		json_t *baseline, *entries = entries_of("b", 1, 1);

		write_text(cases[i].text);
		cr_expect_eq(baseline_read(path, &baseline, &diagnostic), -EINVAL, "%s", cases[i].text);
		cr_expect_null(baseline);
		cr_expect(strstr(diagnostic.message, cases[i].expected) != NULL, "%s: %s", cases[i].text,
			  diagnostic.message);
		cr_expect_eq(baseline_update(path, entries, &diagnostic), -EINVAL);
		FILE *in = fopen(path, "r");
		size_t length = fread(after, 1, sizeof(after) - 1, in);
		fclose(in);
		cr_expect(length == strlen(cases[i].text) && strcmp(after, cases[i].text) == 0,
			  "overwritten");
		json_decref(entries);
	}
}

Test(json_line, keys_with_escapes_and_strings_that_look_like_keys)
{
	const char *text = "{ \"x\": \"b\",\n \"a\": [ {\"b\": 1},\n \"b\" ],\n \"\\u0062\": {\n \"{c\": "
			   "1,\n \"d\": 2 } }";
	const char *keys[] = {"b", "d"};

	cr_expect_eq(json_line(text, keys, 0), 1);
	cr_expect_eq(json_line(text, keys, 1), 4);
	cr_expect_eq(json_line(text, keys, 2), 6);
	keys[1] = "nowhere";
	cr_expect_eq(json_line(text, keys, 2), 4);
}

/* ---- several runs -------------------------------------------------------------------------------- */

Test(judge, greatest_process_of_the_chosen_run)
{
	/* Peaks by run: 10 and 30, 20, 50 and 40, 20. */
	static const struct {
		size_t run;
		uint64_t peak;
	} traces[] = {{0, 10}, {0, 30}, {1, 20}, {2, 50}, {2, 40}, {3, 20}};
	struct tally tallies[6] = {0};
	struct input inputs[6] = {0};
	struct program program = {inputs, 6, 0};

	for (size_t i = 0; i < 6; i++) {
		tallies[i].of[FIGURE_PEAK] = traces[i].peak;
		inputs[i] = (struct input){.run = traces[i].run, .tallies = &tallies[i]};
	}
	struct judged least = judged_figure(&program, 0, FIGURE_PEAK, REPEAT_DEFAULT);
	cr_expect(least.value == 20 && least.low == 20 && least.high == 50 && least.input == &inputs[2]);
	struct judged median = judged_figure(&program, 0, FIGURE_PEAK, REPEAT_MEDIAN);
	cr_expect(median.value == 20 && median.input == &inputs[5]);
	program.count = 5;
	median = judged_figure(&program, 0, FIGURE_PEAK, REPEAT_MEDIAN);
	cr_expect(median.value == 30 && median.input == &inputs[1]);
	struct judged greatest = judged_figure(&program, 0, FIGURE_PEAK, REPEAT_MAX);
	cr_expect(greatest.value == 50 && greatest.input == &inputs[3]);
}
