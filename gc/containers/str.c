/*
 * str.c - rgc_str: an immutable string of any bytes, whose hash is computed once.
 */
#include "hash.h"
#include "iter.h"
#include "text.h"
#include "utf8.h"
#include "values.h"
#include "../core/quick.h"
#include "../core/missing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A string with room for `length` bytes, which are to be filled before others see it. */
static rgc_str *str_new_empty(size_t length)
{
	if (length >= PTRDIFF_MAX - sizeof(rgc_str)) {
		errno = ENOMEM;
		return NULL;
	}
	rgc_heap *heap = rgc__thread.heap;
	size_t bytes = sizeof(rgc_str) + length + 1;
	rgc_str *string =
		likely(heap != NULL) ? (void *)quick_block(heap, &RGC_TYPE(rgc_str), bytes, 0) : NULL;
	if (unlikely(!string))
		return rgc_new_items(rgc_str, length + 1);
	string->rgc_head.count = length + 1;
	atomic_init(&string->hash, 0);
	string->text[length] = 0;
	return string;
}

rgc_str *rgc__str_new_empty(size_t length)
{
	return str_new_empty(length);
}

rgc_str *rgc_str_new_bytes(const void *bytes, size_t length)
{
	rgc_str *string = str_new_empty(length);
	if (string && length)
		memcpy(string->text, bytes, length);
	return string;
}

rgc_str *rgc_str_new(const char *text)
{
	if (missing_pointer(text))
		return NULL;
	return rgc_str_new_bytes(text, strlen(text));
}

rgc_str *rgc_str_vformat(const char *format, va_list arguments)
{
	char small[256], *text = small;
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(small, sizeof(small), format, arguments);
	if (length >= (int)sizeof(small))
		length = vasprintf(&text, format, again);
	va_end(again);
	if (length < 0)
		return NULL;
	rgc_str *string = rgc_str_new_bytes(text, (size_t)length);
	if (text != small)
		free(text);
	return string;
}

rgc_str *rgc_str_format(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	rgc_str *string = rgc_str_vformat(format, arguments);
	va_end(arguments);
	return string;
}

rgc_str *rgc_str_concat(const rgc_str *a, const rgc_str *b)
{
	if (missing(a) || missing(b))
		return NULL;
	size_t a_length = rgc_str_length(a), b_length = rgc_str_length(b);
	rgc_str *string = str_new_empty(a_length + b_length);
	if (!string)
		return NULL;
	memcpy(string->text, a->text, a_length);
	memcpy(string->text + a_length, b->text, b_length);
	return string;
}

const char *rgc_str_get(const rgc_str *string)
{
	if (missing(string))
		return NULL;
	return string->text;
}

size_t rgc_str_length(const rgc_str *string)
{
	if (missing(string))
		return 0;
	return string->rgc_head.count - 1;
}

int rgc_str_compare(const rgc_str *a, const rgc_str *b)
{
	if (missing(a) || missing(b))
		return 0;
	return str_compare_inline(a, b);
}

/* Relaxed, as in str_known_hash. */
static int str_hash(const void *self, size_t *hash)
{
	const rgc_str *string = self;
	*hash = str_known_hash(string);
	if (likely(*hash))
		return 0;
	*hash = rgc__bytes_hash(string->text, rgc_str_length(string));
	atomic_store_explicit(&((rgc_str *)(uintptr_t)string)->hash, *hash, memory_order_relaxed);
	return 0;
}

static int str_equal(const void *self, const void *other)
{
	return RGC_IS(other, rgc_str) && str_equal_inline(self, other);
}

static int str_compare(const void *self, const void *other, int *order)
{
	if (!RGC_IS(other, rgc_str)) {
		errno = ENOTSUP;
		return -1;
	}
	*order = str_compare_inline(self, other);
	return 0;
}

/* The length of the UTF-8 character at the start of `length` bytes (not 0); 0 if that is none, or is a
 * control character. */
static size_t printable_length(const char *bytes, size_t length)
{
	uint32_t code;
	size_t size = utf8_decode(bytes, length, &code);
	return size && (code < 0x7f ? code >= ' ' : code >= 0xa0) ? size : 0;
}

/* Quoted with ', or with " if that saves escapes, as Python does. */
static rgc_str *str_repr(const void *self)
{
	const rgc_str *string = self;
	const char *at = string->text, *end = at + rgc_str_length(string);
	size_t left = (size_t)(end - at);
	char quote = memchr(at, '\'', left) && !memchr(at, '"', left) ? '"' : '\'';
	struct text text = {0};
	rgc__text_add(&text, &quote, 1);
	while (at < end) {
		size_t size = printable_length(at, (size_t)(end - at));
		if (*at == quote || *at == '\\')
			rgc__text_add(&text, "\\", 1);
		if (size)
			rgc__text_add(&text, at, size);
		else
			rgc__text_add_escaped(&text, (unsigned char)*at);
		at += size ? size : 1;
	}
	rgc__text_add(&text, &quote, 1);
	return rgc__text_finish(&text);
}

const struct rgc_type RGC_TYPE(rgc_str) = {
	.name = "rgc_str",
	.size = sizeof(rgc_str),
	.item_size = 1,
	.flags = TYPE_IS_OURS,
	.hash = str_hash,
	.equal = str_equal,
	.repr = str_repr,
	.compare = str_compare,
	.iter = rgc__str_iter,
};
