/*
 * gate_text.h - the text of a gate file, and what libconfig would read otherwise than it was meant.
 */
#ifndef MPROF_REPORTER_GATE_GATE_TEXT_H
#define MPROF_REPORTER_GATE_GATE_TEXT_H

#include "base/diagnostic.h"

#include <stdarg.h>

/* A whole file as a string without zero bytes, the caller's to free(); or NULL with a diagnostic and *error a
 * negative errno. */
char *text_file_read(const char *path, int *error, struct diagnostic *diagnostic);

/* Blanks in the place of control characters: a message is one line, whatever it quotes. */
void text_flatten(char *text);

/* Says what is wrong at a line of a file, flattened; returns -EINVAL. */
int text_complain(struct diagnostic *diagnostic, const char *path, unsigned line, const char *format,
		  va_list arguments) __attribute__((format(printf, 4, 0)));

/* Refuses numbers that libconfig would cut to 32 bits without a word, texts without an end, whose line it
 * would not tell, and @include: a gate is one file.
 * 0 or -EINVAL with a diagnostic that names path and line. */
int gate_text_check(const char *path, const char *text, struct diagnostic *diagnostic);

#endif
