/*
 * braces.c - where a function ends in its source text.
 */
#include "sources/braces.h"

#include "sources/lexer.h"

uint32_t braces_function_end(const char *const *lines, size_t line_count, uint32_t first_line,
			     uint32_t last_line)
{
	struct lexer lexer = {0};

	for (uint32_t line = first_line > 0 ? first_line : 1; line <= line_count; line++) {
		lexer_line(&lexer, lines[line - 1]);
		if (lexer.broken)
			break;
		if (lexer.closed && lexer.depth == 0 && line >= last_line)
			return line;
	}
	return last_line;
}
