/*
 * test_options.c - what is said about a command line that cannot be meant.
 */
#include "cli/options.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct seen {
	const char *output, *dir;
	bool quiet;
	long top;
	const char *arguments[4];
	int count;
};

static const struct argp_option options[] = {
	{"output", 'o', "FILE", 0, "", 0},    {"source-dir", 's', "DIR", 0, "", 0},
	{"source-map", 'm', "MAP", 0, "", 0}, {"quiet", 'q', NULL, 0, "", 0},
	{"top", 't', "N", 0, "", 0},          {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct seen *seen = state->input;

	switch (key) {
	case 'o':
		seen->output = argument;
		return 0;
	case 's':
		seen->dir = argument;
		return 0;
	case 'q':
		seen->quiet = true;
		return 0;
	case 't':
		return option_number(state, "--top", argument, 1, 9, &seen->top);
	case ARGP_KEY_ARG:
		seen->arguments[seen->count++] = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {.options = options, .parser = parse};
static struct diagnostic diagnostic;
static struct seen seen;

/* The words outlive the call: `seen` points to them. */
static int parsed(const char *text)
{
	static char words[256];
	char *argv[16] = {(char[]){"test"}};
	char *rest = words;
	int argc = 1;

	snprintf(words, sizeof(words), "%s", text);
	for (char *word; (word = strsep(&rest, " "));)
		argv[argc++] = word;
	seen = (struct seen){0};
	return options_parse(&argp, false, argc, argv, &seen, &diagnostic);
}

#define REFUSED(text, complaint)                                                                             \
	cr_assert_eq(parsed(text), -EINVAL);                                                                 \
	cr_assert_str_eq(diagnostic.message, complaint "; try 'mprof help test'")

Test(options, values_and_arguments_arrive)
{
	cr_assert_eq(parsed("a -q --output=x b --source-d y"), 0);
	cr_assert(seen.quiet);
	cr_assert_str_eq(seen.output, "x");
	cr_assert_str_eq(seen.dir, "y");
	cr_assert_eq(seen.count, 2);
	cr_assert_str_eq(seen.arguments[1], "b");
}

Test(options, negative_indices_are_arguments)
{
	cr_assert_eq(parsed("-1 -q -23"), 0);
	cr_assert_eq(seen.count, 2);
	cr_assert_str_eq(seen.arguments[0], "-1");
	cr_assert_str_eq(seen.arguments[1], "-23");
	cr_assert_eq(parsed("-o -- -- -q"), -EINVAL);
	cr_assert_eq(parsed("--output=-- -- -q"), 0);
	cr_assert_str_eq(seen.output, "--");
	cr_assert_eq(parsed("-- -q"), 0);
	cr_assert_str_eq(seen.arguments[0], "-q");
}

Test(options, what_an_option_waits_for_is_no_index)
{
	cr_assert_eq(parsed("-o -3 -2 --source-dir -4"), 0);
	cr_assert_str_eq(seen.output, "-3");
	cr_assert_str_eq(seen.dir, "-4");
	cr_assert_eq(seen.count, 1);
	cr_assert_str_eq(seen.arguments[0], "-2");
	REFUSED("--top -1 x", "--top takes a number from 1 to 9, not '-1'");
	REFUSED("-qt -1", "--top takes a number from 1 to 9, not '-1'");
	cr_assert_eq(parsed("-q -1 --output=x -2 -sdo -3"), 0);
	cr_assert_eq(seen.count, 3);
}

Test(options, each_mistake_is_named)
{
	REFUSED("--bogus", "unknown option '--bogus'");
	REFUSED("--bogus=3 x", "unknown option '--bogus'");
	REFUSED("-qz", "unknown option '-z'");
	REFUSED("x -o", "a value is missing after option '-o'");
	REFUSED("--top", "a value is missing after option '--top'");
	REFUSED("--top -- x", "a value (N) is missing between '--top' and '--'");
	REFUSED("-qo -- x", "a value (FILE) is missing between '-qo' and '--'");
	REFUSED("--quiet=yes", "no value is allowed after option '--quiet'");
	REFUSED("--source x", "ambiguous option '--source': '--source-dir', '--source-map'");
	REFUSED("--top 10", "--top takes a number from 1 to 9, not '10'");
	REFUSED("--top 3x", "--top takes a number from 1 to 9, not '3x'");
}
