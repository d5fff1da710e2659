/* statements.c - see statements.h. */
#include "sources/statements.h"

#include "base/memory.h"
#include "sources/lexer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 512 /* of code; of longer lines the rest is not looked at */
#define OPEN_MAX 256   /* braces and parentheses within each other */

/* What text is at a line's end. */
struct reading {
	struct lexer lexer;
	char code[LINE_BYTES];
	bool within;         /* a statement has begun, and not ended */
	bool control;        /* it is if (...) or the like: its parenthesis ends it */
	char open[OPEN_MAX]; /* what is open: '(' of a statement, '{' of a block */
	unsigned depth;
};

struct lines {
	const char *const *text;
	uint32_t first, count;
	const bool *without_code;
	bool *gone;
	bool *branch_has_code; /* by number */
	size_t *branch;        /* by line: the innermost one; 0: none */
};

/* ---- words --------------------------------------------------------------------------------- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool begins_with_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	return strncmp(text, word, length) == 0 && !is_word(text[length]);
}

static bool begins_with_any(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (begins_with_word(text, *words))
			return true;
	return false;
}

static const char *skip_blanks(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Behind a label or a case; the same text if it has none. */
static const char *skip_label(const char *text)
{
	const char *at = text;

	if (begins_with_word(text, "case")) {
		at = strchr(text, ':');
		while (at && at[1] == ':')
			at = strchr(at + 2, ':');
		return at ? at + 1 : text + strlen(text);
	}
	while (is_word(*at))
		at++;
	at = skip_blanks(at);
	return at > text && at[0] == ':' && at[1] != ':' ? at + 1 : text;
}

/* Behind what stands before a statement and is none. */
static const char *statement_in(const char *text)
{
	for (;;) {
		const char *before = text = skip_blanks(text);

		if (*text == '{' || *text == '}' || *text == ';')
			text++;
		else if (begins_with_word(text, "else") || begins_with_word(text, "do"))
			text += text[0] == 'e' ? 4 : 2;
		else if (*text)
			text = skip_label(text);
		if (text == before)
			return text;
	}
}

/* ---- statements ------------------------------------------------------------------------------ */

static const char *const controls[] = {"if", "for", "while", "switch", NULL};
static const char *const jumps[] = {"return", "throw", "delete", "co_return", "co_await", "co_yield", NULL};
/* Compilers give them to the line before as often as not. */
static const char *const mere_jumps[] = {"break", "continue", "goto", NULL};
static const char *const types[] = {"struct", "class", "union", "enum", NULL};
/* Those that come to nothing, and what is none. */
static const char *const others[] = {
	"static",   "extern",        "typedef",        "using",        "namespace",
	"template", "constexpr",     "const",          "fn",           "pub",
	"use",      "static_assert", "_Static_assert", "thread_local", "mod",
	"impl",     "trait",         "type",           "try",          "catch",
	"public",   "private",       "protected",      "friend",       "__label__",
	NULL,
};

/* A loop without a condition has no code at its head. */
static bool is_endless(const char *text)
{
	char packed[16];
	size_t count = 0;

	for (; *text && count + 1 < sizeof(packed); text++)
		if (!isspace((unsigned char)*text))
			packed[count++] = *text;
	packed[count] = '\0';
	return strncmp(packed, "for(;;)", 7) == 0 || strncmp(packed, "while(1)", 8) == 0 ||
	       strncmp(packed, "while(true)", 11) == 0;
}

static bool assigns(const char *text)
{
	for (const char *at = strchr(text, '='); at; at = strchr(at + 1, '='))
		if (at[1] == '=')
			at++;
		else if (at == text || !strchr("<>!", at[-1]) || (at - text >= 2 && at[-2] == at[-1]))
			return true;
	return strstr(text, "++") || strstr(text, "--");
}

/* Whether code is to be expected of what begins so. */
static bool does_something(const char *text)
{
	if (begins_with_any(text, controls))
		return !is_endless(text);
	if (begins_with_any(text, mere_jumps) || strncmp(text, "return;", 7) == 0)
		return false;
	if (begins_with_any(text, jumps))
		return true;
	if (!is_word(*text) && *text != '*' && *text != '+' && *text != '-')
		return false; /* attributes, designators, (void) */
	return !begins_with_any(text, others) &&
	       (assigns(text) || (!begins_with_any(text, types) && strchr(text, '(')));
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void note_opening(struct reading *reading, char what)
{
	if (reading->depth < OPEN_MAX)
		reading->open[reading->depth] = what;
	reading->depth++;
}

/* The character of an opening that closes; '{' where nothing is known. */
static char take_opening(struct reading *reading)
{
	if (reading->depth == 0)
		return '{';
	reading->depth--;
	return reading->depth < OPEN_MAX ? reading->open[reading->depth] : '{';
}

static bool in_parenthesis(const struct reading *reading)
{
	return reading->depth > 0 && reading->depth <= OPEN_MAX && reading->open[reading->depth - 1] == '(';
}

/* A brace behind one of these holds values. */
static bool holds_values(const char *code, const char *brace)
{
	while (brace > code && isspace((unsigned char)brace[-1]))
		brace--;
	return brace > code && strchr("=(,[", brace[-1]);
}

static void read_character(struct reading *reading, const char *at)
{
	if (*at == '(' || *at == '[') {
		note_opening(reading, '(');
	} else if (*at == '{') {
		bool values = in_parenthesis(reading) || holds_values(reading->code, at);

		note_opening(reading, values ? '(' : '{');
		reading->within &= values;
	} else if (*at == ')' || *at == ']' || *at == '}') {
		bool block = take_opening(reading) == '{';

		if (*at == '}' && block)
			reading->within = false;
		else if (*at == ')' && reading->control && !in_parenthesis(reading))
			reading->within = reading->control = false;
	} else if (*at == ';' && !in_parenthesis(reading)) {
		reading->within = reading->control = false;
	}
}

/* The line's code is there.  Whether a statement begins on it that should have code of its own. */
static bool read_line(struct reading *reading)
{
	const char *text = statement_in(reading->code);
	bool begins = !reading->within && !in_parenthesis(reading) && *text && does_something(text);

	for (const char *at = reading->code; *at; at++) {
		if (at == text && !reading->within && !in_parenthesis(reading)) {
			reading->within = true;
			reading->control = begins_with_any(text, controls);
		}
		read_character(reading, at);
	}
	return begins;
}

/* Which branches of the preprocessor were compiled, as far as that can be seen. */
static void note_branches(struct lines *lines, struct lexer *lexer, uint32_t i)
{
	int open = lexer->branches < LEXER_BRANCHES_MAX ? lexer->branches : LEXER_BRANCHES_MAX;

	lines->branch[i] = open > 0 ? lexer->branch_number[open - 1] : 0;
	for (int k = 0; k < open && !lines->without_code[i]; k++)
		lines->branch_has_code[lexer->branch_number[k]] = true;
}

/* A statement that began on a line goes on to here, exclusively. */
static void end_statement(struct lines *lines, uint32_t began, uint32_t end)
{
	for (uint32_t i = began; i < end; i++)
		if (!lines->without_code[i])
			lines->gone[began] = false;
}

static void find_statements(struct lines *lines)
{
	struct reading reading = {0};
	uint32_t began = UINT32_MAX;

	reading.lexer.code = reading.code;
	reading.lexer.code_bytes = sizeof(reading.code);
	for (uint32_t i = 0; i < lines->count; i++) {
		bool went_on = reading.within || in_parenthesis(&reading);

		lexer_line(&reading.lexer, lines->text[lines->first + i - 1]);
		note_branches(lines, &reading.lexer, i);
		if (!went_on && began != UINT32_MAX) {
			end_statement(lines, began, i);
			began = UINT32_MAX;
		}
		lines->gone[i] = read_line(&reading);
		if (lines->gone[i])
			began = i;
	}
	if (began != UINT32_MAX)
		end_statement(lines, began, lines->count);
}

void statements_gone(const char *const *text, uint32_t first, uint32_t last, const bool *without_code,
		     bool *gone)
{
	size_t count = last - first + 1;
	struct lines lines = {text,
			      first,
			      (uint32_t)count,
			      without_code,
			      gone,
			      memory_zeroed(count + 1, sizeof(bool)),
			      memory_zeroed(count, sizeof(size_t))};

	find_statements(&lines);
	for (size_t i = 0; i < count; i++)
		gone[i] &=
			without_code[i] && (lines.branch[i] == 0 || lines.branch_has_code[lines.branch[i]]);
	free(lines.branch_has_code);
	free(lines.branch);
}
