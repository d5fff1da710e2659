/*
 * clean.h - names from programs, files and command lines as text that cannot damage what it stands in.
 */
#ifndef MPROF_REPORTER_BASE_CLEAN_H
#define MPROF_REPORTER_BASE_CLEAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Enough of a name for people; the whole of it is in JSON. */
#define CLEAN_NAME_BYTES 200

/*
 * Prints any bytes as one line of valid UTF-8 that XML 1.0 can hold: white space becomes a blank; bytes that
 * are not UTF-8, control characters, and marks that turn the direction of what follows become U+FFFD.  Of
 * text longer than `limit` bytes, beginning and end are printed with an ellipsis between them; 0: no limit.
 */
void clean_print(FILE *out, const char *text, size_t limit);

/* From now on the ellipsis is three dots: for those who do not read UTF-8. */
void clean_cut_by_dots(void);

/* The same as a string, the caller's to free(); NULL when out of memory. */
char *clean_copy(const char *text, size_t limit);

/* Prints `before` and `after` as they are, and the text between them as clean_print does, whole. */
void clean_print_between(FILE *out, const char *before, const char *text, const char *after);

/* White space that stays as it is. */
enum clean_white {
	CLEAN_TABS,  /* tabs: of a line of source text */
	CLEAN_LINES, /* tabs and ends of lines: of text that is quoted */
};

/* As clean_print and clean_copy without a limit, but with that white space. */
void clean_print_white(FILE *out, const char *text, enum clean_white white);
char *clean_copy_white(const char *text, enum clean_white white);

/* Whether clean_print_white would print the text as it is. */
bool clean_is(const char *text, enum clean_white white);

/* How many characters clean_print_white prints. */
size_t clean_length(const char *text);

#endif
