/*
 * statements.h - which lines of a function should have code.
 *
 * Where debug information knows no code of a line, it may be blank, a comment, a declaration, left out by the
 * preprocessor, or a statement that the compiler found that it does not need.  Text tells; as far as a lexer
 * can, which rather misses a statement than takes something else for one.
 */
#ifndef MPROF_REPORTER_SOURCES_STATEMENTS_H
#define MPROF_REPORTER_SOURCES_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines `first` to `last` are a function's (lines[0] is line 1).  without_code[i]: of line first + i no code
 * is known.  Sets gone[i] where a statement begins there of none of whose lines there is any, in a branch of
 * the preprocessor that has some.  Both have last - first + 1 items.
 */
void statements_gone(const char *const *lines, uint32_t first, uint32_t last, const bool *without_code,
		     bool *gone);

#endif
