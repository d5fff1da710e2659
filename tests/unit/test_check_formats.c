/*
 * test_check_formats.c - formats of `mprof check`: exact words and lines, and values read back by parsers.
 */
#include "base/clean.h"
#include "gate/formats/formats.h"
#include "gate/formats/wording.h"

#include "../formats/hand_made.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdlib.h>
#include <string.h>

#define ODD "\xef\xbf\xbd"

static char *printed(check_format_fn *print, const struct check_result *result)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	cr_assert_eq(print(out, result, &(struct check_style){.precision = 1}), 0);
	cr_assert_eq(fclose(out), 0);
	cr_assert_eq(strlen(text), length, "no NUL inside");
	return text;
}

static json_t *parsed(check_format_fn *print, const struct check_result *result)
{
	json_error_t error;
	char *text = printed(print, result);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	cr_assert_not_null(root, "%s at line %d", error.text, error.line);
	free(text);
	return root;
}

static struct check_result result_of(const struct checked_program *program)
{
	struct check_result result = {.programs = program, .program_count = 1};

	for (size_t i = 0; i < program->verdict_count; i++)
		result.outcome_count[program->verdicts[i].outcome]++;
	result.error_count = program->error != NULL;
	return result;
}

static void expect_clean(const char *text, size_t limit, const char *expected)
{
	char *clean = clean_copy(text, limit);

	cr_expect_str_eq(clean, expected);
	free(clean);
}

Test(clean, makes_any_bytes_a_line_of_text)
{
	expect_clean("", 0, "");
	expect_clean("plain \xc3\xa9 \xf0\x9f\x98\x80", 0, "plain \xc3\xa9 \xf0\x9f\x98\x80");
	expect_clean("a\r\nb\tc\xe2\x80\xa8", 0, "a  b c ");
	expect_clean("\x01\x1b[31m\x7f\xc2\x85", 0, ODD ODD "[31m" ODD ODD);
	expect_clean("\xff\xc0\xaf\xed\xa0\x80", 0, ODD ODD ODD ODD ODD ODD);
	expect_clean("\xf4\x90\x80\x80\xf0\x80\x80\x80", 0, ODD ODD ODD ODD ODD ODD ODD ODD);
	expect_clean("cut \xe2\x82", 0, "cut " ODD ODD);
	expect_clean("\xe2\x80\xae\xe2\x81\xa9\xef\xbf\xbe", 0, ODD ODD ODD);
	expect_clean("\xe2\x80\x8f\xef\xbf\xbd", 0, "\xe2\x80\x8f\xef\xbf\xbd");
}

static void expect_white(const char *text, enum clean_white white, const char *expected)
{
	char *clean = clean_copy_white(text, white);

	cr_expect_str_eq(clean, expected);
	cr_expect_eq(clean_is(text, white), strcmp(text, expected) == 0, "%s", expected);
	cr_expect_eq(clean_length(text), clean_length(expected));
	free(clean);
}

Test(clean, keeps_the_white_space_that_it_is_told)
{
	expect_white("\tif (x)\r\n\f\v", CLEAN_TABS, "\tif (x)    ");
	expect_white("\tif (x)\r\n\f\v", CLEAN_LINES, "\tif (x)\r\n  ");
	expect_white("\x1b\t\n", CLEAN_LINES, ODD "\t\n");
	expect_white("caf\xc3\xa9\t", CLEAN_TABS, "caf\xc3\xa9\t");
	expect_white("caf\xe9", CLEAN_TABS, "caf" ODD);
	cr_expect_eq(clean_length("caf\xc3\xa9"), 4);
}

Test(clean, cuts_the_middle_between_characters)
{
	expect_clean("0123456789", 10, "0123456789");
	expect_clean("0123456789a", 9,
		     "012\xe2\x80\xa6"
		     "89a");
	expect_clean("01\xe4\xb8\xad......\xe4\xb8\xad"
		     "89",
		     9,
		     "01\xe2\x80\xa6"
		     "89");
	expect_clean("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 9, "\xe2\x80\xa6");
}

static struct verdict verdict_of(enum outcome outcome, uint64_t value, uint64_t base, uint64_t bound)
{
	return (struct verdict){.outcome = outcome,
				.figure = FIGURE_ALLOCATIONS,
				.against_baseline = true,
				.source = "base.json",
				.value = value,
				.bound = bound,
				.bound_share = -1,
				.base_low = base,
				.base_high = base};
}

static void expect_claim(const struct verdict *verdict, const char *expected)
{
	char *claim = wording_claim_text(verdict, 1);

	cr_expect_str_eq(claim, expected);
	free(claim);
}

Test(wording, says_by_how_much_and_against_what)
{
	struct verdict verdict = verdict_of(OUTCOME_FAILED, 150, 100, 120);

	expect_claim(&verdict,
		     "allocations: 150, 50 (+50.0%) over its baseline of 100; up to 120 passes (base.json)");
	verdict.base_high = 110;
	expect_claim(&verdict,
		     "allocations: 150, 40 (+36.4%) over its baseline of 100 to 110; up to 120 passes "
		     "(base.json)");
	verdict = verdict_of(OUTCOME_FAILED, 150, 0, 120);
	expect_claim(&verdict, "allocations: 150, 150 over its baseline of 0; up to 120 passes (base.json)");
	verdict = verdict_of(OUTCOME_IMPROVED, 50, 200, 220);
	expect_claim(&verdict,
		     "allocations: 50, 150 (-75.0%) below its baseline of 200; up to 220 passes (base.json)");
	verdict = verdict_of(OUTCOME_PASSED, 50, 50, 60);
	expect_claim(&verdict, "allocations: 50, within its baseline of 50; up to 60 passes (base.json)");
	verdict = verdict_of(OUTCOME_NO_BASELINE, 50, 0, 0);
	expect_claim(&verdict, "the program is not in the baseline (base.json)");
}

Test(wording, says_which_limit)
{
	struct verdict verdict = {.outcome = OUTCOME_FAILED,
				  .figure = FIGURE_PEAK,
				  .pattern = "parse_*",
				  .source = "mprof.gate:7",
				  .value = 3145728,
				  .bound = 2097152,
				  .bound_share = -1};

	expect_claim(
		&verdict,
		"peak heap of parse_*: 3.0 MiB, 1.0 MiB (+50.0%) over the limit of 2.0 MiB (mprof.gate:7)");
	verdict = (struct verdict){.outcome = OUTCOME_PASSED,
				   .figure = FIGURE_TEMPORARY,
				   .source = "--max-temporary",
				   .value = 5,
				   .bound = 100,
				   .bound_share = 0.1};
	expect_claim(&verdict, "temporary allocations: 5, within the limit of 100 (10% of all allocations; "
			       "--max-temporary)");
	verdict = (struct verdict){.outcome = OUTCOME_NOT_JUDGED,
				   .figure = FIGURE_LEAKED,
				   .pattern = "parze",
				   .source = "mprof.gate:7",
				   .bound_share = -1};
	expect_claim(&verdict, "leaked of parze: there is nothing to judge (mprof.gate:7)");
}

Test(text, says_what_every_format_says)
{
	struct verdict_frame frames[] = {{"leak", "a.c", 3, NULL, NULL, NULL},
					 {"main", "a.c", 9, NULL, NULL, NULL}};
	struct contributor contributors[] = {
		{.site = frames[0], .now = 2, .has_before = true, .frames = frames, .frame_count = 2},
		{.site = frames[1], .now = 1, .frames = frames + 1, .frame_count = 1},
	};
	struct verdict verdicts[] = {verdict_of(OUTCOME_FAILED, 3, 2, 2),
				     verdict_of(OUTCOME_IMPROVED, 1, 2, 3)};
	struct checked_program program = {.key = "k", .verdicts = verdicts, .verdict_count = 2};
	struct check_result result = result_of(&program);
	char *text;

	verdicts[0].contributors = contributors;
	verdicts[0].contributor_count = 2;
	verdicts[0].more = "mprof report";
	text = printed(check_text, &result);
	cr_expect_str_eq(
		text,
		"FAILED  k: peak 0 B, leaked 0 B, 0 allocations\n"
		"  FAILED: allocations: 3, 1 (+50.0%) over its baseline of 2; up to 2 passes (base.json)\n"
		"    at leak (a.c:3): 2, new\n"
		"      called from main (a.c:9)\n"
		"    also at main (a.c:9): 1\n"
		"    more: mprof report\n"
		"  improved: allocations: 1, 1 (-50.0%) below its baseline of 2; up to 3 passes "
		"(base.json)\n");
	free(text);
}

/* Else the cut takes the program's own functions away, and leaves the library's. */
Test(text, tells_libraries_on_a_path_in_a_word)
{
	struct verdict_frame frames[] = {
		{.function = "leak", .file = "a.rs", .line = 3},
		{.function = "core::map", .file = "/rustc/map.rs", .line = 1, .library = "core"},
		{.function = "alloc::extend", .file = "/rustc/vec.rs", .line = 2, .library = "alloc"},
		{.function = "core::fold", .file = "/rustc/fold.rs", .line = 3, .library = "core"},
		{.function = "build", .file = "a.rs", .line = 5},
		{.function = "qsort", .file = "", .library = "libc.so.6"},
		{.function = "main", .file = "a.rs", .line = 9},
	};
	struct contributor contributor = {.site = frames[0], .now = 2, .frames = frames, .frame_count = 7};
	struct verdict verdict = verdict_of(OUTCOME_FAILED, 3, 2, 2);
	char *text;

	verdict.contributors = &contributor;
	verdict.contributor_count = 1;
	text = wording_full_text(&verdict, 1, NULL);
	cr_expect(strstr(text, "at leak (a.rs:3): 2\n"
			       "  called from 3 in core, alloc\n"
			       "  called from build (a.rs:5)\n"
			       "  called from qsort\n"
			       "  called from main (a.rs:9)"),
		  "%s", text);
	free(text);
}

Test(json, has_everything)
{
	const struct check_result *result = hand_made("plain");
	json_t *root = parsed(check_json, result),
	       *program = json_array_get(json_object_get(root, "programs"), 0);
	json_t *verdict = json_array_get(json_object_get(program, "verdicts"), OUTCOME_FAILED);
	json_t *contributor = json_array_get(json_object_get(verdict, "contributors"), 0);
	json_t *frame = json_array_get(json_object_get(contributor, "frames"), 1);

	cr_expect_eq(json_integer_value(json_object_get(root, "schema")), 1);
	cr_expect_eq(json_integer_value(json_object_get(root, "status")), 1);
	cr_expect_eq(json_integer_value(json_object_get(root, "errors")), 1);
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(root, "outcomes"), "failed")), 3);
	cr_expect_str_eq(json_string_value(json_object_get(program, "key")), "./test parse");
	cr_expect_eq(json_integer_value(json_object_get(program, "runs")), 3);
	cr_expect_str_eq(json_string_value(json_object_get(verdict, "outcome")), "failed");
	cr_expect_str_eq(json_string_value(json_object_get(verdict, "against")), "baseline");
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(verdict, "baseline"), "high")),
		     8454144);
	cr_expect_eq(json_integer_value(json_object_get(contributor, "before")), 1048576);
	cr_expect_str_eq(json_string_value(json_object_get(frame, "file")), "src/read.c");
	cr_expect_eq(json_integer_value(json_object_get(frame, "line")), 7);
	program = json_array_get(json_object_get(root, "programs"), 1);
	cr_expect_str_eq(json_string_value(json_object_get(program, "error")), "broken.mprof: not a trace");
	cr_expect(json_is_null(json_object_get(program, "figures")));
	json_decref(root);
}

/* As JSON holds it: every bad byte is U+FFFD, all else is as it was. */
static bool is_same_but_repaired(const char *text, const char *name)
{
	for (; *name; name++)
		if (*text == *name)
			text++;
		else if (strncmp(text, ODD, strlen(ODD)) == 0)
			text += strlen(ODD);
		else
			return false;
	return *text == '\0';
}

Test(json, keeps_hostile_names)
{
	json_t *root = parsed(check_json, hand_made("hostile")),
	       *programs = json_object_get(root, "programs");

	cr_assert_eq(json_array_size(programs), 2 * hostile_count);
	for (size_t i = 0; i < hostile_count; i++) {
		json_t *program = json_array_get(programs, 2 * i);
		json_t *verdict = json_array_get(json_object_get(program, "verdicts"), OUTCOME_FAILED);
		json_t *contributor = json_array_get(json_object_get(verdict, "contributors"), 0);
		json_t *texts[] = {json_object_get(program, "key"),
				   json_object_get(verdict, "pattern"),
				   json_object_get(verdict, "source"),
				   json_object_get(contributor, "function"),
				   json_object_get(contributor, "file"),
				   json_object_get(json_array_get(programs, 2 * i + 1), "error")};

		for (size_t j = 0; j < sizeof(texts) / sizeof(*texts); j++)
			cr_expect(is_same_but_repaired(json_string_value(texts[j]), hostile_names[i]),
				  "name %zu, text %zu", i, j);
	}
	json_decref(root);
}

Test(json, holds_the_greatest_numbers)
{
	struct verdict verdict = verdict_of(OUTCOME_FAILED, UINT64_MAX, INT64_MAX, 0);
	struct checked_program program = {.key = "k", .trace = "t", .verdicts = &verdict, .verdict_count = 1};
	struct check_result result = result_of(&program);
	json_t *root = parsed(check_json, &result);
	json_t *found = json_array_get(
		json_object_get(json_array_get(json_object_get(root, "programs"), 0), "verdicts"), 0);

	cr_expect_eq(json_integer_value(json_object_get(found, "value")), INT64_MAX);
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(found, "baseline"), "low")),
		     INT64_MAX);
	cr_expect(json_is_null(json_object_get(found, "pattern")));
	cr_expect(json_is_null(json_object_get(found, "bound_share")));
	json_decref(root);
}

static void expect_names(xmlXPathContextPtr context, const char *path, size_t each)
{
	xmlXPathObjectPtr found = xmlXPathEvalExpression((const xmlChar *)path, context);

	cr_assert_eq((size_t)found->nodesetval->nodeNr, each * hostile_count, "%s", path);
	for (size_t i = 0; i < each * hostile_count; i++) {
		xmlChar *value = xmlNodeGetContent(found->nodesetval->nodeTab[i]);
		char *clean = clean_copy(hostile_names[i / each], 0);

		cr_expect_str_eq((const char *)value, clean, "%s %zu", path, i);
		free(clean);
		xmlFree(value);
	}
	xmlXPathFreeObject(found);
}

Test(junit, keeps_hostile_names)
{
	char *text = printed(check_junit, hand_made("hostile"));
	xmlDocPtr document = xmlReadMemory(text, (int)strlen(text), "junit.xml", NULL, XML_PARSE_NONET);
	xmlXPathContextPtr context;

	cr_assert_not_null(document);
	context = xmlXPathNewContext(document);
	expect_names(context, "/testsuites/testsuite[not(@name='gate')]/@name", 2);
	expect_names(context, "//testcase[@name='trace']/@classname", 1);
	expect_names(context, "//testcase[@classname='gate']/@name", 1);
	expect_names(context, "//error[@type='unreadable']/@message", 1);
	expect_names(context, "//error[@type='unreadable']", 1);
	xmlXPathFreeContext(context);
	xmlFreeDoc(document);
	free(text);
}

/* The fingerprint of the program's only result; the caller's to free(). */
static char *fingerprint(const struct checked_program *program)
{
	struct check_result result = result_of(program);
	json_t *root = parsed(check_sarif, &result);
	json_t *run = json_array_get(json_object_get(root, "runs"), 0);
	json_t *found = json_array_get(json_object_get(run, "results"), 0);
	char *text = strdup(json_string_value(
		json_object_get(json_object_get(found, "partialFingerprints"), "mprofCallPath/v1")));

	json_decref(root);
	return text;
}

Test(sarif, fingerprints_outlast_moved_lines_and_renamed_files)
{
	struct verdict_frame frames[] = {{"leak", "a.c", 3, NULL, NULL, NULL},
					 {"main", "a.c", 9, NULL, NULL, NULL}};
	struct contributor contributor = {.site = frames[0], .frames = frames, .frame_count = 2};
	struct verdict verdict = verdict_of(OUTCOME_FAILED, 2, 1, 1);
	struct checked_program program = {.key = "k", .trace = "t", .verdicts = &verdict, .verdict_count = 1};
	char *first, *moved, *other;

	verdict.contributors = &contributor;
	verdict.contributor_count = 1;
	first = fingerprint(&program);
	frames[0] = contributor.site = (struct verdict_frame){"leak", "b.c", 30, NULL, NULL, NULL};
	frames[1].line = 90;
	verdict.value = 3;
	moved = fingerprint(&program);
	frames[1].function = "other";
	other = fingerprint(&program);
	cr_expect_str_eq(first, moved);
	cr_expect_str_neq(first, other);
	free(first);
	free(moved);
	free(other);
}

Test(github, escapes_properties_and_messages)
{
	struct contributor contributor = {.site = {.function = "f", .file = "a,b:c%d.c", .line = 3},
					  .now = 7};
	struct verdict verdict = verdict_of(OUTCOME_FAILED, 3, 2, 2);
	struct checked_program program = {
		.key = "k,:%", .trace = "t", .verdicts = &verdict, .verdict_count = 1};
	struct check_result result = result_of(&program);
	char *text;

	unsetenv("GITHUB_WORKSPACE");
	verdict.contributors = &contributor;
	verdict.contributor_count = 1;
	text = printed(check_github, &result);
	cr_expect_str_eq(text,
			 "::error file=a%2Cb%3Ac%25d.c,line=3,endLine=3,title=mprof check%3A k%2C%3A%25::"
			 "allocations: 3, 1 (+50.0%25) over its baseline of 2; up to 2 passes (base.json)%0A"
			 "at f (a,b:c%25d.c:3): 7\n");
	free(text);
}

static void expect_summary(const struct check_result *result, const char *expected)
{
	char *text = printed(check_markdown, result);
	const char *line = strstr(text, "\n\n") + 2;

	cr_expect_str_eq(strndupa(line, strcspn(line, "\n")), expected);
	free(text);
}

Test(markdown, counts_bounds_of_programs)
{
	struct verdict verdicts[] = {verdict_of(OUTCOME_FAILED, 3, 2, 2),
				     verdict_of(OUTCOME_PASSED, 2, 2, 2)};
	struct checked_program program = {.key = "k", .verdicts = verdicts, .verdict_count = 2};
	struct check_result result = result_of(&program);

	expect_summary(&result, "2 bounds of 1 program: 1 failed, 1 passed.");
	program.verdict_count = 1;
	result = result_of(&program);
	expect_summary(&result, "1 bound of 1 program: 1 failed.");
	program = (struct checked_program){.key = "k", .error = "broken"};
	result = result_of(&program);
	expect_summary(&result, "0 bounds of 1 program: 1 program not judged.");
	expect_summary(&(struct check_result){0}, "0 bounds of 0 programs.");
	expect_summary(
		hand_made("plain"),
		"8 bounds of 2 programs: 3 failed, 1 without baseline, 1 advice, 1 improved, 1 passed, "
		"1 not judged, 1 program not judged, 1 fault of the gate.");
}

Test(markdown, escapes_names_where_a_code_span_cannot_hold_them)
{
	struct verdict verdict = verdict_of(OUTCOME_IMPROVED, 1, 2, 3);
	struct checked_program program = {.key = "a|`b`",
					  .trace = "t",
					  .value = {[FIGURE_ALLOCATIONS] = 1},
					  .verdicts = &verdict,
					  .verdict_count = 1};
	struct check_result result = result_of(&program);
	char *text = printed(check_markdown, &result);

	cr_expect(strstr(text, "| program | allocations |\n| --- | ---: |\n"
			       "| <code>a&#124;&#96;b&#96;</code> | 1, improved |\n"),
		  "%s", text);
	cr_expect(strstr(text,
			 "- <code>a&#124;&#96;b&#96;</code>: allocations: 1, 1 (-50.0%) below its baseline "
			 "of 2; up to 3 passes (`base.json`)\n"),
		  "%s", text);
	free(text);
}

Test(benchmark, leaves_out_what_is_not_known)
{
	struct checked_program programs[] = {{.key = "k",
					      .trace = "t",
					      .value = {[FIGURE_PEAK] = 5},
					      .low = {[FIGURE_PEAK] = 5},
					      .high = {[FIGURE_PEAK] = 5}},
					     {.key = "broken", .trace = "b", .error = "not a trace"}};
	struct check_result result = {.programs = programs, .program_count = 2};
	json_t *entries = parsed(check_action_benchmark, &result), *names = parsed(check_bencher, &result);

	cr_expect_eq(json_array_size(entries), FIGURES_JUDGED - 1, "no RSS, nothing of what is broken");
	cr_expect_null(json_object_get(json_array_get(entries, 0), "range"));
	cr_expect_eq(json_object_size(names), 1);
	cr_expect_null(json_object_get(json_object_get(names, "k"), "rss"));
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(json_object_get(names, "k"), "peak"),
							"upper_value")),
		     5);
	json_decref(entries);
	json_decref(names);
}

static size_t until_failure; /* allocations of jansson and libxml2 */

static void *failing_malloc(size_t size)
{
	return until_failure-- == 0 ? NULL : malloc(size);
}

static void *failing_realloc(void *block, size_t size)
{
	return until_failure-- == 0 ? NULL : realloc(block, size);
}

static char *failing_strdup(const char *text)
{
	return until_failure-- == 0 ? NULL : strdup(text);
}

static void ignore(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* Each single allocation fails once: that is told, or makes no difference. */
static void expect_no_memory(check_format_fn *print)
{
	const struct check_result *result = hand_made("plain");
	size_t failures = 0, refused = 0;
	char *whole;

	until_failure = SIZE_MAX;
	whole = printed(print, result);
	for (bool failed = true; failed; failures++) {
		char *text = NULL;
		size_t length;
		FILE *out = open_memstream(&text, &length);
		int error;

		until_failure = failures;
		error = print(out, result, &(struct check_style){.precision = 1});
		failed = until_failure > failures; /* it wrapped */
		cr_assert_eq(fclose(out), 0);
		cr_assert(error == 0 || (failed && error == -ENOMEM));
		if (!error)
			cr_assert_str_eq(text, whole, "allocation %zu", failures);
		refused += error != 0;
		free(text);
	}
	cr_expect_gt(refused, 10);
	free(whole);
}

Test(json, survives_any_failed_allocation)
{
	json_set_alloc_funcs(failing_malloc, free);
	expect_no_memory(check_json);
	expect_no_memory(check_sarif);
	expect_no_memory(check_action_benchmark);
	expect_no_memory(check_bencher);
}

Test(junit, takes_empty_texts)
{
	struct checked_program program = {.key = "", .trace = "", .error = ""};
	struct check_result result = result_of(&program);
	char *text = printed(check_junit, &result);

	cr_expect(strstr(text, "<error message=\"\" type=\"unreadable\""), "%s", text);
	free(text);
}

Test(junit, survives_any_failed_allocation)
{
	cr_assert_eq(xmlMemSetup(free, failing_malloc, failing_realloc, failing_strdup), 0);
	xmlSetGenericErrorFunc(NULL, ignore);
	expect_no_memory(check_junit);
}
