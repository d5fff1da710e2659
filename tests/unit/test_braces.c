/*
 * test_braces.c - the end of a function, in source text that tries to hide it.
 */
#include "sources/braces.h"

#include <criterion/criterion.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define END(last, ...)                                                                                       \
	braces_function_end((const char *const[]){__VA_ARGS__}, COUNT(((const char *const[]){__VA_ARGS__})), \
			    1, last)

Test(braces, closing_brace_follows_the_last_code)
{
	cr_assert_eq(END(2, "int f(void) {", "  g();", "}", "int h(void) { }"), 3);
	cr_assert_eq(END(0, "int f(void)", "{", "  { }", "}", "}"), 4);
	cr_assert_eq(END(1, "int f(void) { return 1; }", "}"), 1);
}

Test(braces, strings_characters_and_comments_do_not_count)
{
	cr_assert_eq(END(1, "int f(void) {", "  s = \"}\\\"}\"; // }", "  c = '}'; d = '\\'';", "/* } ",
			 " } */", "}"),
		     6);
	cr_assert_eq(END(1, "int f(void) {", "  s = \"a\\", "}\";", "}"), 4);
	cr_assert_eq(END(1, "auto f() {", "  s = R\"x(", "}\"} )\"", ")x\"; n = 1'000;", "}"), 5);
}

Test(braces, preprocessor_branches_open_a_brace_once)
{
	cr_assert_eq(END(1, "int f(void) {", "#ifdef A", " if (a) {", "#else", " if (b) {", "#endif", " }",
			 "}", "}"),
		     8);
	cr_assert_eq(END(1, "int f(void) {", "#define X }\\", "  } }", "  g();", "}"), 5);
}

Test(braces, initializers_before_the_body_do_not_end_it)
{
	cr_assert_eq(END(3, "T::T(int a = {})", "  : x{1}, y{2}", "{ g();", "}", "int z;"), 4);
}

Test(braces, without_an_answer_debug_information_stands)
{
	cr_assert_eq(END(2, "int f(void) {", "  g();"), 2);
	cr_assert_eq(END(2, "  } else {", "}", "}", "int f(void) { }"), 2);
	cr_assert_eq(END(7, "int f(void);"), 7);
	cr_assert_eq(braces_function_end(NULL, 0, 5, 9), 9);
}
