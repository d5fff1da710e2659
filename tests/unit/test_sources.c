/*
 * test_sources.c - where source text is found, and how it is cut into lines.
 */
#include "sources/sources.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/mprof-test-sources-XXXXXX";

static const char *below(const char *name)
{
	static char path[4][256];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", root, name);
	return path[turn];
}

static void put(const char *name, const char *content)
{
	FILE *out = fopen(below(name), "w");

	cr_assert_not_null(out);
	fputs(content, out);
	fclose(out);
}

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(root));
	mkdir(below("lib"), 0700);
	put("lib/a.c", "one\r\ntwo\n\nfour");
	put("a.c", "other\n");
}

static void tear_down(void)
{
	unlink(below("lib/a.c"));
	unlink(below("a.c"));
	rmdir(below("lib"));
	rmdir(root);
}

/* The first line of what is found, or "-". */
static const char *first_line(const struct source_options *options, const char *file)
{
	static char line[64];
	struct sources *sources = sources_create(options);
	const struct source_text *text = sources_find(sources, file);

	snprintf(line, sizeof(line), "%s", text ? text->lines[0] : "-");
	sources_destroy(sources);
	return line;
}

Test(sources, text_is_cut_into_lines, .init = set_up, .fini = tear_down)
{
	const struct source_options options = {0};
	struct sources *sources = sources_create(&options);
	const struct source_text *text = sources_find(sources, below("lib/a.c"));

	cr_assert_not_null(text);
	cr_assert_eq(text->line_count, 4);
	cr_assert_str_eq(text->lines[0], "one");
	cr_assert_str_eq(text->lines[1], "two");
	cr_assert_str_eq(text->lines[2], "");
	cr_assert_str_eq(text->lines[3], "four");
	cr_assert_eq(sources_find(sources, below("lib/a.c")), text, "each file is read once");
	cr_assert_null(sources_find(sources, below("absent.c")));
	cr_assert_null(sources_find(sources, root), "a directory is no text");
	sources_destroy(sources);
}

Test(sources, the_longest_end_of_the_path_wins, .init = set_up, .fini = tear_down)
{
	const char *directories[] = {root, NULL};
	const struct source_options options = {.directories = directories};

	cr_assert_str_eq(first_line(&options, "/build/lib/a.c"), "one");
	cr_assert_str_eq(first_line(&options, "/build/src/a.c"), "other");
	cr_assert_str_eq(first_line(&options, "a.c"), "other");
	cr_assert_str_eq(first_line(&options, "/build/b.c"), "-");
}

Test(sources, maps_replace_the_beginning, .init = set_up, .fini = tear_down)
{
	char map[300];
	const char *maps[] = {"/elsewhere=/nowhere", map, NULL};
	const struct source_options options = {.maps = maps};

	snprintf(map, sizeof(map), "/build/src=%s", root);
	cr_assert_str_eq(first_line(&options, "/build/src/lib/a.c"), "one");
	cr_assert_str_eq(first_line(&options, "/build/lib/a.c"), "-");
}

Test(sources, a_sysroot_comes_before_the_file_system, .init = set_up, .fini = tear_down)
{
	const struct source_options options = {.sysroot = root};

	cr_assert_str_eq(first_line(&options, "/lib/a.c"), "one");
	cr_assert_str_eq(first_line(&options, below("a.c")), "other");
}
