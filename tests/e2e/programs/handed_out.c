/*
 * handed_out.c - memory that the C library hands out by other functions than the one that asked for it.
 *
 * What each loses nothing leads to any more, so that valgrind finds all of it lost.
 */
#include <argz.h>
#include <envz.h>
#include <fts.h>
#include <glob.h>
#include <locale.h>
#include <obstack.h>
#include <regex.h>
#include <search.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wordexp.h>

#define obstack_chunk_alloc malloc
#define obstack_chunk_free free

char *volatile copy; /* a result that the compiler believes is used */

static void in_memory(void)
{
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (int i = 0; i < 1000; i++)
		fprintf(file, "line %d\n", i);
	fclose(file);
}

static void wide_in_memory(void)
{
	wchar_t *text;
	size_t size;
	FILE *file = open_wmemstream(&text, &size);

	for (int i = 0; i < 1000; i++)
		fputws(L"a line\n", file);
	fclose(file);
}

static void registers(void)
{
	struct re_pattern_buffer pattern = {0};
	struct re_registers found = {0};

	re_compile_pattern("ab*", 3, &pattern);
	re_search(&pattern, "xxabbb", 6, 0, 6, &found);
	regfree(&pattern);
}

static void expression(void)
{
	regex_t expression;

	if (regcomp(&expression, "(a|b)*c", REG_EXTENDED) == 0)
		regexec(&expression, "ababac", 0, NULL, 0);
	memset(&expression, 0, sizeof(expression));
}

static void line(void)
{
	FILE *file = fopen("/proc/self/comm", "r");
	char *text = NULL;
	size_t capacity = 0;

	if (getline(&text, &capacity, file) < 0)
		abort();
	fclose(file);
}

static void scanned(void)
{
	char *text;

	if (sscanf("words here", "%ms", &text) != 1)
		abort();
}

static void vectors(void)
{
	char *list = NULL;
	size_t length = 0;

	argz_add(&list, &length, "first");
	argz_append(&list, &length, "second", 7);
	envz_add(&list, &length, "third", "value");
}

static void paths(void)
{
	glob_t found;

	glob("/*", 0, NULL, &found);
	memset(&found, 0, sizeof(found));
}

static void words(void)
{
	wordexp_t found;

	wordexp("a b c", &found, 0);
	memset(&found, 0, sizeof(found));
}

static void actions(void)
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 3, "/dev/null", 0, 0);
	memset(&actions, 0, sizeof(actions));
}

static void table(void)
{
	struct hsearch_data table = {0};

	hcreate_r(100, &table);
	memset(&table, 0, sizeof(table));
}

static void pieces(void)
{
	struct obstack stack;

	obstack_init(&stack);
	obstack_blank(&stack, 10000);
	memset(&stack, 0, sizeof(stack));
}

static void texts(void)
{
	char *text;

	if (asprintf(&text, "%d and %s", 7, "more") < 0)
		abort();
	copy = strndup("a text", 4);
	copy = realpath("/usr", NULL);
	copy = get_current_dir_name();
	copy = NULL;
}

static void folders(void)
{
	char *const roots[] = {"/proc/self/fdinfo", NULL};

	fts_read(fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*lose)(void);
	} kinds[] = {
		{"in_memory", in_memory}, {"wide_in_memory", wide_in_memory},
		{"registers", registers}, {"expression", expression},
		{"line", line},           {"scanned", scanned},
		{"vectors", vectors},     {"paths", paths},
		{"words", words},         {"actions", actions},
		{"table", table},         {"pieces", pieces},
		{"texts", texts},         {"folders", folders},
	};
	volatile char cleared[8192];

	for (size_t i = 0; argc > 1 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			kinds[i].lose();
	for (size_t i = 0; i < sizeof(cleared); i++)
		cleared[i] = 0;
	return cleared[0];
}
