/*
 * text.h - builds a string piece by piece: a printable form, or what the program builds.
 */
#ifndef RGC_GC_CONTAINERS_TEXT_H
#define RGC_GC_CONTAINERS_TEXT_H

#include "../core/base.h"

#include <mprof/rgc.h>

/* All zero is empty. */
struct text {
	char *bytes;
	size_t length, capacity;
	int error;               /* errno of the first step that failed; later steps do nothing */
	const rgc_object *owner; /* whose buffer it is, or NULL: malloc's */
};

void rgc__text_add(struct text *text, const char *bytes, size_t length);
void rgc__text_add_string(struct text *text, const char *string);
/* What printf would print. */
void rgc__text_add_format(struct text *text, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

void rgc__text_add_number(struct text *text, int64_t number);

/* A byte that has no form of its own, as Python writes it: \n, \x00. */
void rgc__text_add_escaped(struct text *text, unsigned char byte);

/* The form of an object, which is kept alive meanwhile; "NULL" for NULL. */
void rgc__text_add_repr(struct text *text, const void *object);

/* Frees the buffer: the text is empty, and its owner's still. */
void rgc__text_drop(struct text *text);

/* The text as a new string, or NULL with errno if any step failed; frees the buffer. */
rgc_str *rgc__text_finish(struct text *text);

#endif
