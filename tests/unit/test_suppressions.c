/* Patterns in LeakSanitizer's syntax, and what is known of the C library's functions. */
#include "profile/keepers.h"
#include "profile/suppressions.h"

#include <criterion/criterion.h>

Test(suppressions, patterns)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{"b", "abc", true},       {"abcd", "abc", false},     {"^a", "abc", true},
		{"^b", "abc", false},     {"c$", "abc", true},        {"b$", "abc", false},
		{"^abc$", "abc", true},   {"^abc$", "abcabc", false}, {"a*c", "abc", true},
		{"a*c", "ac", true},      {"a*a", "a", false},        {"^a*c$", "abcc", true},
		{"^a*c$", "abcd", false}, {"a**c", "abc", true},      {"*c", "abc", true},
		{"a*", "abc", true},      {"a*b*a", "aba", true},     {"a*b*a", "ab", false},
		{"^*c", "abc", true},     {"^$", "", true},           {"^$", "a", false},
		{"a*ab$", "aab", true},   {"^ab*ab$", "ab", false},   {"B", "abc", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(suppression_matches(cases[i].pattern, cases[i].text), cases[i].matches,
			     "%s in %s", cases[i].pattern, cases[i].text);
}

Test(suppressions, spellings_of_the_c_library)
{
	static const char *const handed_out[] = {
		"strdup",    "__strdup",   "asprintf",   "__asprintf_chk",
		"_IO_fopen", "fopen64",    "fts64_open", "__isoc99_sscanf",
		"regcomp",   "__getdelim", "scandir64",  "_obstack_newchunk",
	};
	static const char *const kept[] = {
		"setenv", "setlocale", "__cxa_atexit", "pthread_create", "_IO_file_doallocate",
		"fwrite", "strerror",
	};

	for (size_t i = 0; i < sizeof(handed_out) / sizeof(*handed_out); i++)
		cr_expect(keeper_hands_out(handed_out[i], ""), "%s", handed_out[i]);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		cr_expect_not(keeper_hands_out(kept[i], ""), "%s", kept[i]);
	cr_expect(keeper_hands_out("getaddrinfo", "getaddrinfo"));
	cr_expect_not(keeper_hands_out("getaddrinfo", "__nss_database_get"));
}
