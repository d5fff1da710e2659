/*
 * text.c - printable forms: rgc_repr, and the buffer in which the forms of containers grow.
 */
#include "text.h"
#include "../core/buffer.h"
#include "../core/call.h"
#include "../core/header.h"
#include "../core/missing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Containers nested deeper than this print "...": their forms would need too much stack. */
#define DEPTH_MAX 100

static int text_reserve(struct text *text, size_t length)
{
	if (length > PTRDIFF_MAX / 2 - text->length) {
		errno = ENOMEM;
		return -1;
	}
	size_t needed = text->length + length;
	if (needed <= text->capacity)
		return 0;
	size_t capacity = needed < 48 ? 64 : needed + needed / 2;
	char *bytes = text->owner ? rgc__buffer_resize(text->owner, text->bytes, text->capacity, capacity)
				  : realloc(text->bytes, capacity);
	if (!bytes)
		return -1;
	text->bytes = bytes;
	text->capacity = capacity;
	return 0;
}

void rgc__text_add(struct text *text, const char *bytes, size_t length)
{
	if (text->error || !length)
		return;
	if (text_reserve(text, length)) {
		text->error = errno;
		return;
	}
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

void rgc__text_add_string(struct text *text, const char *string)
{
	rgc__text_add(text, string, strlen(string));
}

void rgc__text_add_number(struct text *text, int64_t number)
{
	char digits[24];
	snprintf(digits, sizeof(digits), "%" PRId64, number);
	rgc__text_add_string(text, digits);
}

void rgc__text_add_escaped(struct text *text, unsigned char byte)
{
	static const char letters[] = "\tt\nn\rr";
	const char *letter = byte ? strchr(letters, byte) : NULL;
	char escape[8];
	if (letter && byte < ' ')
		snprintf(escape, sizeof(escape), "\\%c", letter[1]);
	else
		snprintf(escape, sizeof(escape), "\\x%02x", byte);
	rgc__text_add_string(text, escape);
}

void rgc__text_add_format(struct text *text, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	if (!text->error && (length < 0 || text_reserve(text, (size_t)length + 1)))
		text->error = errno;
	if (!text->error) {
		vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
		text->length += (size_t)length;
	}
	va_end(again);
}

void rgc__text_add_repr(struct text *text, const void *object)
{
	if (text->error)
		return;
	rgc_str *form = rgc_repr(object);
	if (!form) {
		text->error = errno;
		return;
	}
	rgc__text_add(text, rgc_str_get(form), rgc_str_length(form));
	rgc_decref(form);
}

static void free_bytes(const struct text *text, bool shared)
{
	if (text->owner)
		rgc__buffer_free(shared, text->bytes, text->capacity);
	else
		free(text->bytes);
}

static bool is_shared(const struct text *text)
{
	return text->owner && object_is_shared(text->owner);
}

void rgc__text_drop(struct text *text)
{
	free_bytes(text, is_shared(text));
	*text = (struct text){.owner = text->owner};
}

rgc_str *rgc__text_finish(struct text *text)
{
	bool shared = is_shared(text); /* of an owner that may end meanwhile */
	rgc_str *string = text->error ? NULL : rgc_str_new_bytes(text->bytes, text->length);
	if (text->error)
		errno = text->error;
	free_bytes(text, shared);
	return string;
}

/* The containers that are being printed by this thread, innermost first.  Not a flag of the object: several
 * threads may print a shared one at a time. */
struct printing {
	const rgc_object *object;
	const struct printing *outer;
};
static _Thread_local const struct printing *printing_now __attribute__((tls_model("initial-exec")));

static bool may_print_inside(const rgc_object *object)
{
	unsigned depth = 0;
	for (const struct printing *at = printing_now; at; at = at->outer)
		if (at->object == object || ++depth == DEPTH_MAX)
			return false;
	return true;
}

static APART rgc_str *call_foreign_repr(const rgc_object *object)
{
	struct call call MUST_RETURN;
	call_begin(&call, "repr", object->type);
	rgc_str *form = object->type->repr(object);
	call_end(&call);
	return form;
}

static inline rgc_str *call_repr(const rgc_object *object)
{
	return type_is_ours(object->type) ? object->type->repr(object) : call_foreign_repr(object);
}

static rgc_str *container_repr(const rgc_object *object)
{
	if (!may_print_inside(object))
		return rgc_str_new("...");
	struct printing printing = {object, printing_now};
	printing_now = &printing;
	rgc_str *form = call_repr(object);
	printing_now = printing.outer;
	return form;
}

rgc_str *rgc_repr(const void *pointer)
{
	check_object(pointer);
	const rgc_object *object = pointer;
	if (!object)
		return rgc_str_new("NULL");
	const struct rgc_type *type = object->type;
	if (!type->repr)
		return rgc_str_format("<%s at %p>", type->name, pointer);
	rgc_incref(object);
	rgc_str *form = type_has_references(type) ? container_repr(object) : call_repr(object);
	rgc_decref(object);
	return form;
}
