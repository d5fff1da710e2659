/* lexer.c - see lexer.h. */
#include "sources/lexer.h"

#include <string.h>

/* What is code goes where somebody wants it. */
static void put(struct lexer *lexer, const char *from, const char *to)
{
	for (; from < to; from++)
		if (lexer->code && lexer->code_length + 1 < lexer->code_bytes)
			lexer->code[lexer->code_length++] = *from;
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void open_branch(struct lexer *lexer, int level)
{
	lexer->branch_depth[level] = lexer->depth;
	lexer->branch_number[level] = ++lexer->branches_met;
}

/* Both branches of an #if may open the same brace: #else starts where #if started. */
static void scan_directive(struct lexer *lexer, const char *text)
{
	text += strspn(text, " \t");
	if (starts_with(text, "if")) {
		if (lexer->branches < LEXER_BRANCHES_MAX)
			open_branch(lexer, lexer->branches);
		lexer->branches++;
	} else if (starts_with(text, "el")) {
		if (lexer->branches > 0 && lexer->branches <= LEXER_BRANCHES_MAX) {
			lexer->depth = lexer->branch_depth[lexer->branches - 1];
			open_branch(lexer, lexer->branches - 1);
		}
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
	lexer->state = LEXER_CODE;
	return found + strlen(end);
}

static const char *skip_string(struct lexer *lexer, const char *text)
{
	for (; *text && *text != '"'; text++)
		if (*text == '\\' && !*++text)
			return text; /* continued on the next line */
	lexer->state = LEXER_CODE;
	return *text ? text + 1 : text;
}

static const char *open_string(struct lexer *lexer, const char *line, const char *quote)
{
	size_t length = strcspn(quote + 1, "(");

	if (quote > line && quote[-1] == 'R' && length <= LEXER_DELIMITER_MAX && quote[1 + length]) {
		lexer->state = LEXER_RAW_STRING;
		lexer->raw_end[0] = ')';
		memcpy(lexer->raw_end + 1, quote + 1, length);
		strcpy(lexer->raw_end + 1 + length, "\"");
		return quote + 2 + length;
	}
	lexer->state = LEXER_STRING;
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
			lexer->state = LEXER_COMMENT;
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

static const char *next_code(struct lexer *lexer, const char *line, const char *text)
{
	static const char quotes[] = "\"\"''";
	const char *next = scan_code(lexer, line, text);

	if (*text == '"')
		put(lexer, quotes, quotes + 2);
	else if (*text == '\'' && next > text + 1)
		put(lexer, quotes + 2, quotes + 4);
	else if (*text != '/' || lexer->state == LEXER_CODE)
		put(lexer, text, text[0] == '/' && text[1] == '/' ? text : next);
	return next;
}

static bool ends_in_backslash(const char *line)
{
	size_t length = strlen(line);

	return length > 0 && line[length - 1] == '\\';
}

void lexer_line(struct lexer *lexer, const char *line)
{
	const char *text = line + strspn(line, " \t");

	lexer->closed = false;
	lexer->code_length = 0;
	if (lexer->state == LEXER_CODE && *text == '#') {
		scan_directive(lexer, text + 1);
		lexer->state = LEXER_DIRECTIVE;
	}
	if (lexer->state == LEXER_DIRECTIVE) {
		if (!ends_in_backslash(line))
			lexer->state = LEXER_CODE;
		line = "";
	}
	for (text = line; *text;) {
		if (lexer->state == LEXER_COMMENT)
			text = skip_to(lexer, text, "*/");
		else if (lexer->state == LEXER_RAW_STRING)
			text = skip_to(lexer, text, lexer->raw_end);
		else if (lexer->state == LEXER_STRING)
			text = skip_string(lexer, text);
		else
			text = next_code(lexer, line, text);
	}
	if (lexer->code)
		lexer->code[lexer->code_length] = '\0';
}
