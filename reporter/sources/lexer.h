/*
 * lexer.h - which of a source text is code: knows comments, strings, characters and preprocessor branches of
 * C, C++ and Rust, and no more.  Line by line, in order.
 */
#ifndef MPROF_REPORTER_SOURCES_LEXER_H
#define MPROF_REPORTER_SOURCES_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#define LEXER_BRANCHES_MAX 64
#define LEXER_DELIMITER_MAX 16 /* of a C++ raw string */

struct lexer { /* all zero at first */
	enum { LEXER_CODE, LEXER_COMMENT, LEXER_STRING, LEXER_RAW_STRING, LEXER_DIRECTIVE } state;
	int depth;   /* braces that are open */
	bool closed; /* depth came back to 0 on this line */
	bool broken; /* a brace closes that was opened before the first line */
	char raw_end[LEXER_DELIMITER_MAX + 3];
	int branch_depth[LEXER_BRANCHES_MAX];     /* at each #if that is open */
	size_t branch_number[LEXER_BRANCHES_MAX]; /* of the branch of it that the line is in, */
	size_t branches_met;                      /* from 1 on */
	int branches;
	/* The line's code, strings as "" and characters as '', where it goes; NULL: nobody wants it. */
	char *code;
	size_t code_bytes, code_length;
};

/* Reads the next line.  Of its code as much is kept as there is room for. */
void lexer_line(struct lexer *lexer, const char *line);

#endif
