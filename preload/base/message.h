/*
 * message.h - the shim's one line on stderr.
 *
 * At most one line per process; raw system calls, no stdio, nothing allocated, little stack.  Signal-safe.
 */
#ifndef MPROF_PRELOAD_BASE_MESSAGE_H
#define MPROF_PRELOAD_BASE_MESSAGE_H

#include <stddef.h>

/* Text built in a fixed buffer; what does not fit is cut off. */
struct text {
	char *buffer;
	size_t capacity, length;
};

void text_init(struct text *text, char *buffer, size_t capacity);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t count);
void text_add_number(struct text *text, unsigned long number);

/* At load: from now on only what standard error leads to at this moment is written to.  errno is
 * preserved. */
void message_remember_stderr(void);

/* Prints "mprof: " and the strings up to a NULL, unless this process has had its line.
 * errno is preserved. */
void message(const char *first, ...) __attribute__((sentinel));

/* As if it had had it. */
void message_silence(void);

/* What an error means, in libc's words; "error N" if it has none. */
const char *message_error(int error_number, char buffer[32]);

#endif
