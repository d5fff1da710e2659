/*
 * braces.c - where a function ends in its source text.
 */
#include "sources/braces.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define BRANCHES_MAX 64
#define DELIMITER_MAX 16 /* of a C++ raw string */

struct lexer {
	enum { IN_CODE, IN_COMMENT, IN_STRING, IN_RAW_STRING, IN_DIRECTIVE } state;
	int depth;
	bool closed; /* depth came back to 0 on this line */
	bool broken; /* a brace closes that was opened before the function */
	char raw_end[DELIMITER_MAX + 3];
	int branch_depth[BRANCHES_MAX]; /* at each #if that is open */
	int branches;
};

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Both branches of an #if may open the same brace: #else starts where #if started. */
static void scan_directive(struct lexer *lexer, const char *text)
{
	text += strspn(text, " \t");
	if (starts_with(text, "if")) {
		if (lexer->branches < BRANCHES_MAX)
			lexer->branch_depth[lexer->branches] = lexer->depth;
		lexer->branches++;
	} else if (starts_with(text, "el")) {
		if (lexer->branches > 0 && lexer->branches <= BRANCHES_MAX)
			lexer->depth = lexer->branch_depth[lexer->branches - 1];
	} else if (starts_with(text, "endif") && lexer->branches > 0) {
		lexer->branches--;
	}
}

/* 'x' or '\x...': anything else is a digit separator or a lifetime. */
static const char *skip_character(const char *text)
{
	const char *end = NULL;

	if (text[1] == '\\' && text[2])
		end = strchr(text + 3, '\'');
	else if (text[1] && text[2] == '\'')
		end = text + 2;
	return end ? end + 1 : text + 1;
}

static const char *skip_to(struct lexer *lexer, const char *text, const char *end)
{
	const char *found = strstr(text, end);

	if (!found)
		return text + strlen(text);
	lexer->state = IN_CODE;
	return found + strlen(end);
}

static const char *skip_string(struct lexer *lexer, const char *text)
{
	for (; *text && *text != '"'; text++)
		if (*text == '\\' && !*++text)
			return text; /* continued on the next line */
	lexer->state = IN_CODE;
	return *text ? text + 1 : text;
}

static const char *open_string(struct lexer *lexer, const char *line, const char *quote)
{
	size_t length = strcspn(quote + 1, "(");

	if (quote > line && quote[-1] == 'R' && length <= DELIMITER_MAX && quote[1 + length]) {
		lexer->state = IN_RAW_STRING;
		lexer->raw_end[0] = ')';
		memcpy(lexer->raw_end + 1, quote + 1, length);
		strcpy(lexer->raw_end + 1 + length, "\"");
		return quote + 2 + length;
	}
	lexer->state = IN_STRING;
	return quote + 1;
}

static void scan_brace(struct lexer *lexer, char brace)
{
	lexer->depth += brace == '{' ? 1 : -1;
	lexer->closed |= lexer->depth == 0;
	lexer->broken |= lexer->depth < 0;
}

static const char *scan_code(struct lexer *lexer, const char *line, const char *text)
{
	switch (*text) {
	case '/':
		if (text[1] == '/')
			return text + strlen(text);
		if (text[1] == '*') {
			lexer->state = IN_COMMENT;
			return text + 2;
		}
		return text + 1;
	case '"':
		return open_string(lexer, line, text);
	case '\'':
		return skip_character(text);
	case '{':
	case '}':
		scan_brace(lexer, *text);
		return text + 1;
	default:
		return text + 1;
	}
}

static bool ends_in_backslash(const char *line)
{
	size_t length = strlen(line);

	return length > 0 && line[length - 1] == '\\';
}

static void scan_line(struct lexer *lexer, const char *line)
{
	const char *text = line + strspn(line, " \t");

	lexer->closed = false;
	if (lexer->state == IN_CODE && *text == '#') {
		scan_directive(lexer, text + 1);
		lexer->state = IN_DIRECTIVE;
	}
	if (lexer->state == IN_DIRECTIVE) {
		if (!ends_in_backslash(line))
			lexer->state = IN_CODE;
		return;
	}
	for (text = line; *text;) {
		if (lexer->state == IN_COMMENT)
			text = skip_to(lexer, text, "*/");
		else if (lexer->state == IN_RAW_STRING)
			text = skip_to(lexer, text, lexer->raw_end);
		else if (lexer->state == IN_STRING)
			text = skip_string(lexer, text);
		else
			text = scan_code(lexer, line, text);
	}
}

uint32_t braces_function_end(const char *const *lines, size_t line_count, uint32_t first_line,
			     uint32_t last_line)
{
	struct lexer lexer = {.state = IN_CODE};

	for (uint32_t line = first_line > 0 ? first_line : 1; line <= line_count; line++) {
		scan_line(&lexer, lines[line - 1]);
		if (lexer.broken)
			break;
		if (lexer.closed && lexer.depth == 0 && line >= last_line)
			return line;
	}
	return last_line;
}
