/*
 * test_gate.c - what a gate asks: bounds as text, gate files, which setting holds, names of programs.
 */
#include "gate/bounds.h"
#include "gate/key.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct diagnostic diagnostic;

/* ---- bounds ---------------------------------------------------------------------------- */

Test(bounds, numbers)
{
	static const struct {
		enum figure figure;
		const char *text;
		int64_t expected; /* -1: refused */
	} cases[] = {
		{FIGURE_PEAK, "0", 0},
		{FIGURE_PEAK, "64MiB", 64 << 20},
		{FIGURE_PEAK, "64 MiB", 64 << 20},
		{FIGURE_PEAK, " 3 K ", 3072},
		{FIGURE_PEAK, "100 B", 100},
		{FIGURE_ALLOCATIONS, "100000", 100000},
		{FIGURE_PEAK, "", -1},
		{FIGURE_PEAK, "MiB", -1},
		{FIGURE_PEAK, "-1", -1},
		{FIGURE_PEAK, "1.5 MiB", -1},
		{FIGURE_PEAK, "3  MiB", -1},
		{FIGURE_PEAK, "3 MiB x", -1},
		{FIGURE_PEAK, "18446744073709551616", -1},
		{FIGURE_PEAK, "18014398509481984K", -1},
		{FIGURE_ALLOCATIONS, "1K", -1},
		{FIGURE_ALLOCATIONS, "1e3", -1},
		{FIGURE_PEAK,
		 "0000000000000000000000000000000000000000000000000000000000000000000000000000000001", -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t number = 0;
		int error = limit_parse_number(cases[i].figure, cases[i].text, &number, &diagnostic);

		cr_expect_eq(error, cases[i].expected < 0 ? -EINVAL : 0, "'%s': %d", cases[i].text, error);
		if (!error)
			cr_expect_eq(number, (uint64_t)cases[i].expected, "'%s'", cases[i].text);
	}
}

Test(bounds, shares)
{
	static const char *const wrong[] = {"5",      "%",    "-5%",   "5%%", "nan%",
					    "1e400%", "0x5%", "5 % x", "",    "1001%"};
	struct amount amount;
	double share;

	cr_expect_eq(limit_parse_share("5%", &share, &diagnostic), 0);
	cr_expect_float_eq(share, 0.05, 1e-12);
	cr_expect_eq(limit_parse_share(" 0.5 % ", &share, &diagnostic), 0);
	cr_expect_float_eq(share, 0.005, 1e-12);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		cr_expect_eq(limit_parse_share(wrong[i], &share, &diagnostic), -EINVAL, "'%s'", wrong[i]);
	cr_expect_eq(limit_parse_amount(FIGURE_TEMPORARY, "10%", &amount, &diagnostic), 0);
	cr_expect_float_eq(amount.share, 0.1, 1e-12);
	cr_expect_eq(limit_parse_amount(FIGURE_TEMPORARY, "10", &amount, &diagnostic), 0);
	cr_expect(amount.share < 0 && amount.number == 10);
	cr_expect_eq(limit_parse_amount(FIGURE_PEAK, "10%", &amount, &diagnostic), -EINVAL);
	cr_expect_eq(limit_parse_amount(FIGURE_TEMPORARY, "100%", &amount, &diagnostic), 0);
	cr_expect_eq(limit_parse_amount(FIGURE_TEMPORARY, "100.1%", &amount, &diagnostic), -EINVAL);
}

Test(bounds, limits_on_the_command_line)
{
	struct gate gate;
	struct limit limit;

	gate_init(&gate);
	cr_assert_eq(limit_parse(&gate, "parse_*:peak<=3MiB", &limit, &diagnostic), 0);
	cr_expect_str_eq(gate.subjects[limit.subject].text, "parse_*");
	cr_expect(limit.figure == FIGURE_PEAK && limit.most.number == 3 << 20);
	cr_assert_eq(limit_parse(&gate, "file.c:12:leaked<=0", &limit, &diagnostic), 0);
	cr_expect_eq(gate.subjects[limit.subject].place.line, 12);
	cr_expect_str_eq(*gate.subjects[limit.subject].place.selection.files, "file.c");
	cr_expect_str_eq(*gate.subjects[1].place.selection.functions, "parse_*", "after the list has moved");
	cr_assert_eq(limit_parse(&gate, "ns::operator<=:leaked-blocks<=1%", &limit, &diagnostic), 0);
	cr_expect_str_eq(gate.subjects[limit.subject].text, "ns::operator<=");
	cr_expect_eq(limit.figure, FIGURE_LEAKED_BLOCKS);
	cr_assert_eq(limit_parse(&gate, "peak<=1", &limit, &diagnostic), 0);
	cr_expect_eq(limit.subject, 0);
	cr_assert_eq(limit_parse(&gate, "parse_*:leaked<=0", &limit, &diagnostic), 0);
	cr_expect_eq(limit.subject, 1, "the same subject again");
	static const char *const wrong[] = {"",     "peak",        "f:peak=3", ":peak<=3",   "f:peek<=3",
					    "f:<=", "f:peak<=3 x", "f:rss<=3", "f:peak<=5%", "<=3"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		cr_expect_eq(limit_parse(&gate, wrong[i], &limit, &diagnostic), -EINVAL, "'%s'", wrong[i]);
	gate_finish(&gate);
}

/* ---- which setting holds ------------------------------------------------------------------- */

Test(gate, later_limits_hold)
{
	struct gate gate;

	gate_init(&gate);
	gate_add_limit(&gate, (struct limit){NULL, 0, FIGURE_PEAK, {1, -1}, "general", false});
	gate_add_limit(&gate, (struct limit){"test_*", 0, FIGURE_PEAK, {2, -1}, "tests", false});
	gate_add_limit(
		&gate,
		(struct limit){NULL, gate_subject(&gate, "f", false), FIGURE_PEAK, {3, -1}, "f", false});
	cr_expect(gate_limit_holds(&gate, 0, "other"));
	cr_expect_not(gate_limit_holds(&gate, 0, "test_a with arguments"));
	cr_expect(gate_limit_holds(&gate, 1, "test_a"));
	cr_expect_not(gate_limit_holds(&gate, 1, "other"));
	cr_expect(gate_limit_holds(&gate, 2, "test_a"), "of another subject");
	gate_finish(&gate);
}

Test(gate, programs_are_meant_by_key_or_name)
{
	cr_expect(gate_means(NULL, "anything"));
	cr_expect(gate_means("json", "json a b"));
	cr_expect(gate_means("json a*", "json a b"));
	cr_expect_not(gate_means("json b*", "json a b"));
	cr_expect_not(gate_means("jso", "json"));
}

Test(gate, margins)
{
	struct gate gate;
	double tolerance;
	uint64_t floor;

	gate_init(&gate);
	size_t f = gate_subject(&gate, "f_*", true);
	gate_add_rule(&gate, (struct rule){NULL, f, FIGURE_PEAK, 0.5, false, 0, "", false});
	gate_add_rule(&gate, (struct rule){"p", 0, FIGURES_JUDGED, -1, true, 7, "", false});
	gate_margin(&gate, "q", 0, FIGURE_PEAK, &tolerance, &floor);
	cr_expect(tolerance == 0.05 && floor == figure_infos[FIGURE_PEAK].floor);
	gate_margin(&gate, "p", 0, FIGURE_PEAK, &tolerance, &floor);
	cr_expect(tolerance == 0.05 && floor == 7);
	gate_margin(&gate, "p", f, FIGURE_PEAK, &tolerance, &floor);
	cr_expect(tolerance == 0.5 && floor == 7);
	cr_expect(gate_compares(&gate, "q", f, FIGURE_PEAK));
	cr_expect_not(gate_compares(&gate, "q", f, FIGURE_LEAKED), "no rule names it");
	gate_finish(&gate);
}

/* ---- gate files -------------------------------------------------------------------------------- */

static int read_text(struct gate *gate, const char *text)
{
	char path[] = "/tmp/test-gate-XXXXXX";
	int fd = mkstemp(path), error;

	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	gate_init(gate);
	diagnostic.message[0] = '\0';
	error = gate_file_read(gate, path, &diagnostic);
	unlink(path);
	return error;
}

Test(gate_file, all_of_it)
{
	struct gate gate;
	int error = read_text(
		&gate,
		"limits = { peak = \"64 MiB\"; leaked = 0; temporary = \"10%\"; };\n"
		"functions = ( { function = \"parse_*\"; peak = \"3 MiB\"; },\n"
		"              { line = \"json.c:42\"; allocations = 1000; } );\n"
		"programs = ( { program = \"test_*\"; limits = { peak = 5000000000L; };\n"
		"               functions = ( { function = \"f\"; leaked = 1; } ); } );\n"
		"baseline = { file = \"base.json\"; tolerance = \"7%\"; floor = { peak = \"1 KiB\"; };\n"
		"  entries = ( { program = \"a*\"; figure = \"leaked\"; tolerance = \"1%\"; floor = 3; },\n"
		"              { function = \"g\"; tolerance = \"2%\"; } ); }; // the end\n");

	cr_assert_eq(error, 0, "%s", diagnostic.message);
	cr_expect_eq(gate.limit_count, 7);
	cr_expect(gate.limits[2].most.share > 0.09);
	cr_expect_eq(gate.subjects[gate.limits[4].subject].place.line, 42);
	cr_expect_str_eq(gate.limits[5].program, "test_*");
	cr_expect_eq(gate.limits[5].most.number, 5000000000);
	cr_expect(strstr(gate.limits[5].source, ":4") != NULL, "%s", gate.limits[5].source);
	cr_expect_str_eq(gate.baseline_path, "/tmp/base.json", "beside the gate file");
	cr_expect(gate.tolerance > 0.069 && gate.floor[FIGURE_PEAK] == 1024);
	cr_expect_eq(gate.rule_count, 2);
	cr_expect(gate.rules[0].has_floor && gate.rules[0].floor == 3 && !gate.rules[1].has_floor);
	cr_expect(gate.subjects[gate.rules[1].subject].own);
	gate_finish(&gate);
}

Test(gate_file, mistakes_have_a_line)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"limits = {\n  peek = 1; };", ":2: unknown figure 'peek'"},
		{"limits = {\n  peak = 1\n  leaked 2; };", ":3: syntax error"},
		{"limits = { peak = true; };", ":1: peak takes a whole number or a text"},
		{"limits = { peak = \"1\n2\"; };", "not '1 2'"},
		{"limits = ( 1 );", ":1: limits is no group"},
		{"limits = {\npeak = 64 MiB; };", ":2: a size with its unit stands in quotes: \"64 MiB\""},
		{"limits = { peak = 3\tK };", ":1: a size with its unit stands in quotes"},
		{"limits = { peak = 3 Kelvin };", ":1: syntax error"},
		{"limits = { temporary = 5.5%; };", ":1: a percentage stands in quotes: \"5.5%\""},
		{"functions = ( 1 );", ":1: this is no group"},
		{"functions = ( { function = \"f\"; line = \"a.c:1\"; } );", "either function or line"},
		{"functions = ( { function = \"a.c:1\"; } );", "for a line write line"},
		{"programs = ( { program = \"\"; } );", "program takes a text"},
		{"programs = ( { program = \"a\"; peak = 1; } );", "unknown setting 'peak'"},
		{"baseline = { file = \"b\"; entries = ( { function = \"a.c:1\"; } ); };", "know no lines"},
		{"baseline = { file = \"b\"; entries = ( { figure = \"x\"; } ); };", "unknown figure 'x'"},
		{"baseline = { file = \"b\"; floor = { peak = \"1%\"; }; };", "whole size"},
		{"limits = { allocations = 99999999999; };", "too large for a bare number"},
		{"limits = { allocations = 99999999999999999999L; };", "too large for a bare number"},
		{"/* 99999999999 @include */ limits = { peak = \"@ 99999999999\"; };", "whole size"},
		{"limits = { peak = \"unclosed; };\n\n", ":1: a text that begins here"},
		{"@include \"x\"", ":1: there is no @include"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate gate;

		cr_expect_eq(read_text(&gate, cases[i].text), -EINVAL, "%s", cases[i].text);
		cr_expect(strstr(diagnostic.message, cases[i].expected) != NULL, "%s: %s", cases[i].text,
			  diagnostic.message);
		cr_expect(strchr(diagnostic.message, '\n') == NULL, "one line");
		gate_finish(&gate);
	}
}

/* ---- names -------------------------------------------------------------------------------------- */

static const char *key_of(struct strings *strings, const char *exe, const char *first, const char *second)
{
	const char *command[] = {"argv0", first, second, NULL};

	return program_key(strings, exe, command);
}

Test(key, hashes_of_cargo_are_cut)
{
	struct strings strings;

	strings_init(&strings);
	cr_expect_str_eq(key_of(&strings, "/t/debug/deps/demo-8348ca7a80742723", "a", NULL), "demo a");
	cr_expect_str_eq(key_of(&strings, "/t/demo-8348ca7a8074272", NULL, NULL), "demo-8348ca7a8074272");
	cr_expect_str_eq(key_of(&strings, "/t/demo-8348ca7a8074272x", NULL, NULL), "demo-8348ca7a8074272x");
	cr_expect_str_eq(key_of(&strings, "/t/demo_8348ca7a80742723", NULL, NULL), "demo_8348ca7a80742723");
	cr_expect_str_eq(key_of(&strings, "/t/-8348ca7a80742723", NULL, NULL), "-8348ca7a80742723");
	strings_finish(&strings);
}

Test(gate, programs_of_one_name_are_meant_without_their_folders)
{
	cr_expect(gate_means("tests", "a/tests -v"));
	cr_expect(gate_means("tests -v", "a/tests -v"));
	cr_expect(gate_means("a/tests", "a/tests -v"));
	cr_expect_not(gate_means("b/tests", "a/tests -v"));
	cr_expect_not(gate_means("x", "tests a/x"));
	cr_expect(gate_means("t[1-2]", "t[1-2] x"));
}

Test(key, absolute_paths_are_cut)
{
	struct strings strings;

	strings_init(&strings);
	cr_expect_str_eq(key_of(&strings, "/b/test_json", NULL, NULL), "test_json");
	cr_expect_str_eq(key_of(&strings, "/b/t", "/tmp/x1/data.json", "-v"), "t data.json -v");
	cr_expect_str_eq(key_of(&strings, "/b/t", "--out=/tmp/x1/o", "rel/path"), "t --out=o rel/path");
	cr_expect_str_eq(key_of(&strings, "/b/t", "/tmp/x1/dir/", "/"), "t dir/ /");
	cr_expect_str_eq(key_of(&strings, "/b/t", "a\nb", ""), "t a b ");
	cr_expect_str_eq(key_of(&strings, "/b/t", "--gtest_output=xml:/tmp/x1/o.xml", "-I/tmp/x1/inc"),
			 "t --gtest_output=xml:o.xml -Iinc");
	cr_expect_str_eq(key_of(&strings, "/b/t", "/tmp/a:/tmp/b", "--path=/x/a:/x/b,/x/c;/x/d"),
			 "t a:b --path=a:b,c;d");
	cr_expect_str_eq(key_of(&strings, "/b/t", "http://host/a/b", "-Irel/a"), "t http://host/a/b -Irel/a");
	cr_expect_str_eq(key_of(&strings, "/b/t", "@/tmp/x.rsp", "a=b=/c/d"), "t @x.rsp a=b=d");
	cr_expect_str_eq(key_of(&strings, "/b/t", "file:///x/y", "-/x/y"), "t file:///x/y -/x/y");
	cr_expect_str_eq(key_of(&strings, "/usr/bin/dash", "x", NULL), "argv0 x", "as it was called");
	cr_expect_str_eq(shell_quoted(&strings, "a/b-c.1"), "a/b-c.1");
	cr_expect_str_eq(shell_quoted(&strings, "it's *"), "'it'\\''s *'");
	cr_expect_str_eq(shell_quoted(&strings, ""), "''");
	cr_expect_str_eq(glob_quoted(&strings, "operator[]"), "operator\\[]");
	strings_finish(&strings);
}
