/* Patterns in LeakSanitizer's syntax, and what is known of libraries that keep memory. */
#include "profile/keepers.h"
#include "profile/suppressions.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* As LeakSanitizer of gcc 12 answers for functions of these names. */
Test(suppressions, patterns)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{"b", "abc", true},       {"abcd", "abc", false},      {"^a", "abc", true},
		{"^b", "abc", false},     {"c$", "abc", true},         {"b$", "abc", false},
		{"^abc$", "abc", true},   {"^abc$", "abcabc", false},  {"a*c", "abc", true},
		{"a*c", "ac", true},      {"a*a", "a", false},         {"^a*c$", "abc", true},
		{"^a*c$", "abcc", false}, {"^a*c$", "abcd", false},    {"a**c", "abc", true},
		{"*c", "abc", true},      {"a*", "abc", true},         {"a*b*a", "aba", true},
		{"a*b*a", "ab", false},   {"^*c", "abc", true},        {"^$", "", false},
		{"^$", "a", false},       {"a*ab$", "aab", true},      {"^ab*ab$", "ab", false},
		{"B", "abc", false},      {"^a*bc$", "abcabc", false}, {"a$b", "abc", false},
		{"b*$", "abcd", true},    {"ab$", "aab", true},        {"c$b", "abc", true},
		{"a*c", "", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(suppression_matches(cases[i].pattern, cases[i].text), cases[i].matches,
			     "%s in %s", cases[i].pattern, cases[i].text);
}

/* All of these are exported by one, or named so by many. */
Test(keepers, libraries)
{
	static const char *const c_libraries[] = {
		"/lib/x86_64-linux-gnu/libc.so.6",
		"/usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v3/libm.so.6",
		"/lib64/ld-linux-x86-64.so.2",
		"/lib/libc-2.31.so",
		"/usr/lib/libutil.so.1",
		"/usr/lib/x86_64-linux-gnu/libnss_files.so.2",
	};
	static const char *const runtimes[] = {
		"/usr/lib/x86_64-linux-gnu/libgomp.so.1",
		"/usr/local/lib64/libgfortran.so.5.0.0",
		"/usr/lib/gcc/x86_64-linux-gnu/12/adalib/libgnarl-12.so",
	};
	static const char *const others[] = {
		"/home/me/libutils.so",      "/home/me/libutil.so.1",
		"/home/me/librt.so.test",    "/usr/lib/libutils.so.1",
		"/usr/lib/librt.so.test",    "/usr/lib/program/libutil.so.1",
		"/usr/bin/libutil_test",     "/usr/lib/libgomp_test",
		"/usr/lib/libresolver.so.2", "libc.so.6",
		"/home/me/libgomp.so.1",     "",
	};

	for (size_t i = 0; i < sizeof(c_libraries) / sizeof(*c_libraries); i++)
		cr_expect_eq(keeper_of_module(c_libraries[i]), KEEPER_C, "%s", c_libraries[i]);
	for (size_t i = 0; i < sizeof(runtimes) / sizeof(*runtimes); i++)
		cr_expect_eq(keeper_of_module(runtimes[i]), KEEPER_RUNTIME, "%s", runtimes[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		cr_expect_eq(keeper_of_module(others[i]), KEEPER_NONE, "%s", others[i]);
}

Test(keepers, functions_of_the_c_library)
{
	static const char *const kept[] = {
		"setenv",    "setlocale", "__cxa_atexit", "pthread_create",     "strerror",   "getpwnam_r",
		"localtime", "dlopen",    "_dl_",         "__nss_database_get", "dcngettext",
	};
	static const char *const streams[] = {"fwrite", "__fprintf_chk", "_IO_fputs", "fputwc", "vfprintf"};
	static const char *const handed_out[] = {
		"strdup",
		"__strdup",
		"asprintf",
		"__asprintf_chk",
		"_IO_fopen",
		"fopen64",
		"fts64_open",
		"regexec",
		"__isoc99_sscanf",
		"regcomp",
		"__getdelim",
		"scandir64",
		"re_search",
		"fclose",
		"open_memstream",
		"fflush",
		"getifaddrs",
		"getcwd",
		"argz_append",
		"tsearch",
		"realpath",
		"getdelim",
		"getline",
		"wordexp",
		"glob",
		"hcreate_r",
		"backtrace_symbols",
		"duplocale",
		"posix_spawn_file_actions_addopen",
		"_obstack_newchunk",
	};

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		cr_expect_eq(keeper_use(KEEPER_C, kept[i], ""), USE_KEPT, "%s", kept[i]);
	for (size_t i = 0; i < sizeof(streams) / sizeof(*streams); i++)
		cr_expect_eq(keeper_use(KEEPER_C, streams[i], ""), USE_STREAM, "%s", streams[i]);
	for (size_t i = 0; i < sizeof(handed_out) / sizeof(*handed_out); i++)
		cr_expect_eq(keeper_use(KEEPER_C, handed_out[i], ""), USE_HANDED_OUT, "%s", handed_out[i]);
	cr_expect_eq(keeper_use(KEEPER_C, "getaddrinfo", "getaddrinfo"), USE_HANDED_OUT);
	cr_expect_eq(keeper_use(KEEPER_C, "getaddrinfo", "__nss_database_get"), USE_KEPT);
	cr_expect_eq(keeper_use(KEEPER_C, "getline", "_IO_file_doallocate"), USE_STREAM);
	cr_expect_eq(keeper_use(KEEPER_C, "_IO_puts", "_IO_file_doallocate"), USE_KEPT);
	cr_expect_eq(keeper_use(KEEPER_C, "__isoc99_scanf", "_IO_file_doallocate"), USE_KEPT);
	cr_expect_eq(keeper_use(KEEPER_C, "__isoc99_scanf", ""), USE_HANDED_OUT);
	cr_expect_eq(keeper_use(KEEPER_RUNTIME, "GOMP_parallel", ""), USE_KEPT);
	cr_expect_eq(keeper_use(KEEPER_RUNTIME, "omp_alloc", ""), USE_HANDED_OUT);
}

/* What holds along a call path of these functions, innermost first: -1 for none. */
static int found(const struct suppressions *suppressions, const char *const *functions)
{
	struct suppression_walk walk;
	size_t index = suppressions->count;

	suppression_walk_begin(&walk, suppressions);
	for (; *functions && index == suppressions->count; functions++)
		index = suppression_walk_to(&walk, *functions, "", "/program");
	suppression_walk_finish(&walk);
	return index == suppressions->count ? -1 : (int)index;
}

Test(suppressions, along_a_call_path)
{
	struct suppressions suppressions = {0};
	struct diagnostic diagnostic = {0};
	char path[] = "/tmp/mprof-suppressions-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");

	fputs("leak:^a$;^c$\nleak: ^b$ ; ^a$ # max 1 KiB\nleak:d # no limit\n", file);
	fclose(file);
	cr_assert_eq(suppressions_read(&suppressions, path, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(suppressions.count, 3);
	cr_expect_eq(suppressions.list[1].limit_bytes, 1024);
	cr_expect_str_eq(suppressions.list[1].pattern, " ^b$ ; ^a$");
	cr_expect_eq(suppressions.list[2].limit_bytes, 0);
	cr_expect_str_eq(suppressions.list[2].parts[0], "d # no limit");
	cr_expect_eq(found(&suppressions, (const char *const[]){"a", "b", "c", NULL}), 0, "with a gap");
	cr_expect_eq(found(&suppressions, (const char *const[]){"c", "a", NULL}), -1, "the other way round");
	cr_expect_eq(found(&suppressions, (const char *const[]){"x", "b", "a", "c", NULL}), 1,
		     "the one that holds first");
	cr_expect_eq(found(&suppressions, (const char *const[]){"a", "a", "c", NULL}), 0, "recursion");
	cr_expect_eq(found(&suppressions, (const char *const[]){"a", NULL}), -1, "half");
	suppressions_finish(&suppressions);
	unlink(path);
}
