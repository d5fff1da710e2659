/*
 * braces.h - where a function ends in its source text.
 *
 * Debug information knows the last line with code, not the closing brace.  A small lexer finds it; it needs
 * not be a parser, because its answer is only ever used to lengthen what debug information says.
 */
#ifndef MPROF_REPORTER_SOURCES_BRACES_H
#define MPROF_REPORTER_SOURCES_BRACES_H

#include <stddef.h>
#include <stdint.h>

/*
 * The line, at or after last_line (0: unknown), on which the braces opened from first_line on
 * are closed again; last_line if there is none.  Lines count from 1, lines[0] is line 1.
 */
uint32_t braces_function_end(const char *const *lines, size_t line_count, uint32_t first_line,
			     uint32_t last_line);

#endif
