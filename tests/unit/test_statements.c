/*
 * test_statements.c - lines that should have code and have none.
 */
#include "sources/statements.h"

#include <criterion/criterion.h>
#include <string.h>

#define LINES_MAX 32

/* Marks of the text's lines: '+' has code, '-' has none; expected: '!' where a statement is gone. */
struct line {
	char code;
	const char *text;
	char expected;
};

static void expect(const struct line *lines)
{
	const char *text[LINES_MAX] = {0};
	bool without[LINES_MAX] = {0}, gone[LINES_MAX];
	uint32_t count = 0;

	for (; lines[count].text; count++) {
		text[count] = lines[count].text;
		without[count] = lines[count].code == '-';
	}
	statements_gone(text, 1, count, without, gone);
	for (uint32_t i = 0; i < count; i++)
		cr_expect_eq(gone[i], lines[i].expected == '!', "%s", text[i]);
}

Test(statements, what_does_something_is_missed)
{
	expect((const struct line[]){
		{'+', "static int f(int n)", ' '},
		{'-', "{", ' '},
		{'-', "	int x = 5;", '!'},
		{'-', "	x += n;", '!'},
		{'-', "	g(x);", '!'},
		{'-', "	*p++;", '!'},
		{'-', "	if (n > 3) {", '!'},
		{'-', "		break;", ' '},
		{'-', "	} else if (n < 2)", '!'},
		{'-', "		return;", ' '},
		{'-', "	case A::b: h();", '!'},
		{'-', "	again: n--;", '!'},
		{'-', "	for (int i = 0; i < n; i++)", '!'},
		{'-', "		s[i] = 0;", '!'},
		{'-', "	let y = 3;", '!'},
		{'-', "	std::sort(a, b);", '!'},
		{'+', "}", ' '},
		{0},
	});
}

Test(statements, what_does_nothing_is_not)
{
	expect((const struct line[]){
		{'+', "int f(int n) {", ' '},
		{'-', "	int x;", ' '},
		{'-', "", ' '},
		{'-', "	// x = 5;", ' '},
		{'-', "	/* x = 5;", ' '},
		{'-', "	 y = 6; */", ' '},
		{'-', "	static int z = 5;", ' '},
		{'-', "	const int c = 5;", ' '},
		{'-', "	(void)x;", ' '},
		{'-', "	while (1) {", ' '},
		{'-', "	for (;;)", ' '},
		{'-', "	do {", ' '},
		{'-', "	} else {", ' '},
		{'-', "	default:", ' '},
		{'-', "	struct s { int a; };", ' '},
		{'-', "	using a = b<c>;", ' '},
		{'-', "	;", ' '},
		{'-', "}", ' '},
		{0},
	});
}

Test(statements, one_of_several_lines_is_one)
{
	expect((const struct line[]){
		{'+', "int f(int n) {", ' '},
		{'-', "	int x =", ' '},
		{'+', "		g();", ' '},
		{'-', "	h(1,", '!'},
		{'-', "	  k(2));", ' '},
		{'-', "	h(1,", ' '},
		{'+', "	  k(2));", ' '},
		{'-', "	struct s t = {", '!'},
		{'-', "		.a = b(),", ' '},
		{'-', "		c(),", ' '},
		{'-', "	};", ' '},
		{'-', "	if (a &&", '!'},
		{'-', "	    b)", ' '},
		{'-', "		c();", '!'},
		{'-', "	s = \"; x(\";", '!'},
		{'-', "	c = '(';", '!'},
		{'-', "	d();", '!'},
		{'-', "	auto l = [](int i) {", '!'},
		{'-', "		return i;", '!'},
		{'-', "	};", ' '},
		{'-', "	e();", '!'},
		{0},
	});
}

Test(statements, what_the_preprocessor_left_out_is_not)
{
	expect((const struct line[]){
		{'+', "int f(int n) {", ' '},
		{'-', "#ifdef A", ' '},
		{'-', "	g();", ' '},
		{'-', "#if B", ' '},
		{'-', "	h();", ' '},
		{'-', "#endif", ' '},
		{'-', "#elif C", ' '},
		{'+', "	n++;", ' '},
		{'-', "	k();", '!'},
		{'-', "#if D", ' '},
		{'-', "	l();", ' '},
		{'-', "#endif", ' '},
		{'-', "#else", ' '},
		{'-', "	m();", ' '},
		{'-', "#endif", ' '},
		{'-', "	o();", '!'},
		{'+', "}", ' '},
		{0},
	});
}

Test(statements, any_text_is_read)
{
	static char deep[5000];
	memset(deep, '(', sizeof(deep) - 1);
	expect((const struct line[]){{'-', deep, ' '}, {'-', "}}}}))))", ' '}, {'-', "x = 1;", ' '}, {0}});
	expect((const struct line[]){
		{'-', "'", ' '}, {'-', "case", ' '}, {'-', "else", ' '}, {'-', "#", ' '}, {0}});
}
