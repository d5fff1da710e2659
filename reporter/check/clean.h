/*
 * clean.h - names from programs, files and command lines as text that cannot damage what it stands in.
 */
#ifndef MPROF_REPORTER_CHECK_CLEAN_H
#define MPROF_REPORTER_CHECK_CLEAN_H

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

/* The same as a string, the caller's to free(); NULL when out of memory. */
char *clean_copy(const char *text, size_t limit);

#endif
