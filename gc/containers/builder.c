/*
 * builder.c - rgc_builder: a buffer that becomes a string.
 */
#include "size.h"
#include "text.h"
#include "../core/header.h"
#include "../core/missing.h"

#include <errno.h>
#include <string.h>

struct rgc_builder {
	RGC_HEAD;
	struct text text;
};

rgc_builder *rgc_builder_new(void)
{
	rgc_builder *builder = rgc_new(rgc_builder);
	if (builder)
		builder->text.owner = &builder->rgc_head;
	return builder;
}

/* After an addition: 0, or -1 with the first error. */
static int added(const rgc_builder *builder)
{
	if (!builder->text.error)
		return 0;
	errno = builder->text.error;
	return -1;
}

/* Whether what is to be added is missing, which is an error of what is built. */
static bool lacks(rgc_builder *builder, const void *part)
{
	if (!missing_pointer(part))
		return false;
	if (builder && !builder->text.error)
		builder->text.error = errno;
	return true;
}

int rgc_builder_add_bytes(rgc_builder *builder, const void *bytes, size_t length)
{
	if (missing(builder) || (length && lacks(builder, bytes)))
		return -1;
	rgc__text_add(&builder->text, bytes, length);
	return added(builder);
}

int rgc_builder_add_text(rgc_builder *builder, const char *text)
{
	check_object(builder);
	return lacks(builder, text) ? -1 : rgc_builder_add_bytes(builder, text, strlen(text));
}

int rgc_builder_add(rgc_builder *builder, const rgc_str *string)
{
	check_object(builder);
	check_object(string);
	return lacks(builder, string)
		       ? -1
		       : rgc_builder_add_bytes(builder, rgc_str_get(string), rgc_str_length(string));
}

int rgc_builder_add_vformat(rgc_builder *builder, const char *format, va_list arguments)
{
	if (missing(builder) || lacks(builder, format))
		return -1;
	rgc__text_add_format(&builder->text, format, arguments);
	return added(builder);
}

int rgc_builder_add_format(rgc_builder *builder, const char *format, ...)
{
	check_object(builder);
	va_list arguments;
	va_start(arguments, format);
	int result = rgc_builder_add_vformat(builder, format, arguments);
	va_end(arguments);
	return result;
}

int rgc_builder_add_repr(rgc_builder *builder, const void *object)
{
	check_object(object);
	if (missing(builder) || lacks(builder, object))
		return -1;
	/* The form comes first: it may be made by adding to this very builder. */
	rgc_str *form = rgc_repr(object);
	if (!form) {
		builder->text.error = builder->text.error ? builder->text.error : errno;
		return -1;
	}
	int result = rgc_builder_add(builder, form);
	rgc_decref(form);
	return result;
}

size_t rgc_builder_length(const rgc_builder *builder)
{
	return missing(builder) ? 0 : builder->text.length;
}

rgc_str *rgc_builder_finish(rgc_builder *builder)
{
	if (missing(builder))
		return NULL;
	/* Taken out first: making the string may collect, and a finalizer add to this very builder. */
	struct text text = builder->text;
	builder->text = (struct text){.owner = text.owner};
	return rgc__text_finish(&text);
}

size_t rgc__builder_owned_bytes(const void *builder)
{
	return ((const rgc_builder *)builder)->text.capacity;
}

static void builder_clear(void *self)
{
	rgc__text_drop(&((rgc_builder *)self)->text);
}

const struct rgc_type RGC_TYPE(rgc_builder) = {
	.name = "rgc_builder",
	.size = sizeof(rgc_builder),
	.flags = TYPE_IS_OURS,
	.clear = builder_clear,
};
