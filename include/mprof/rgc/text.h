/*
 * text.h - strings made of parts, and parts of strings.  Part of mprof/rgc.h.
 *
 * Whatever is named `text`, and separators, are C strings, which end at their first 0.  Places in strings are
 * counted in bytes.  White space is what Python takes for it, in UTF-8; what is no UTF-8 is no white space.
 */
#ifndef MPROF_RGC_TEXT_H
#define MPROF_RGC_TEXT_H

#include <mprof/rgc/containers.h>
#include <mprof/rgc/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- rgc_builder: a string that grows at its end ---- */

typedef struct rgc_builder rgc_builder;
RGC_DECLARE_TYPE(rgc_builder) RGC_API;

/* One with nothing in it, owned; NULL with ENOMEM.  O(1). */
RGC_API rgc_builder *rgc_builder_new(void) RGC_WARN_UNUSED;
/* Adds a string, a text, any bytes, what printf would print, or the printable form of an object: 0, or -1
 * with EINVAL if it is NULL, ENOMEM, the error of the format, or of repr; what is built then fails, too.
 * O(length of what is added) on average. */
RGC_API int rgc_builder_add(rgc_builder *builder, const rgc_str *string);
RGC_API int rgc_builder_add_text(rgc_builder *builder, const char *text);
RGC_API int rgc_builder_add_bytes(rgc_builder *builder, const void *bytes, size_t length);
RGC_API int rgc_builder_add_format(rgc_builder *builder, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
RGC_API int rgc_builder_add_vformat(rgc_builder *builder, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
RGC_API int rgc_builder_add_repr(rgc_builder *builder, const void *object);
/* In bytes, of what was added.  O(1). */
RGC_API size_t rgc_builder_length(const rgc_builder *builder);
/* What was added, as a new string, owned, after which the builder has nothing in it; NULL with ENOMEM, or
 * with the first error since it had nothing.  O(length): the bytes are copied once. */
RGC_API rgc_str *rgc_builder_finish(rgc_builder *builder) RGC_WARN_UNUSED;

/* ---- parts ---- */

/* All strings that an iterable gives, with a separator between them; owned; NULL with EINVAL if it gives
 * another object, or the error of iterating.  O(length). */
RGC_API rgc_str *rgc_str_join(const char *separator, void *iterable) RGC_WARN_UNUSED;
/* A new list of what is between separators; or, if that is NULL, between white space, none of it empty. After
 * `most` separations, unless that is negative, the rest is the last item.  Owned; NULL with ENOMEM, or EINVAL
 * for an empty separator.  O(length). */
RGC_API rgc_list *rgc_str_split(const rgc_str *string, const char *separator, ssize_t most) RGC_WARN_UNUSED;
/* Without the characters at both ends, or at one, that are among those of a text; white space if that is
 * NULL. Owned; NULL with ENOMEM.  O(length of both). */
RGC_API rgc_str *rgc_str_strip(rgc_str *string, const char *text) RGC_WARN_UNUSED;
RGC_API rgc_str *rgc_str_lstrip(rgc_str *string, const char *text) RGC_WARN_UNUSED;
RGC_API rgc_str *rgc_str_rstrip(rgc_str *string, const char *text) RGC_WARN_UNUSED;
/* The bytes [from, to), bounds as Python's; owned; NULL with ENOMEM.  O(length of the part). */
RGC_API rgc_str *rgc_str_slice(rgc_str *string, ssize_t from, ssize_t to) RGC_WARN_UNUSED;

/* ---- searches ---- */

/* Whether it begins or ends with a text.  O(length of the text). */
RGC_API bool rgc_str_starts_with(const rgc_str *string, const char *text);
RGC_API bool rgc_str_ends_with(const rgc_str *string, const char *text);
/* The first place, from one on, where a text is; -1 with ENOENT.  O(length). */
RGC_API ssize_t rgc_str_find(const rgc_str *string, const char *text, size_t from);
/* With another text in place of it, `most` times, or wherever it is if that is negative; an empty one is
 * before each character and at the end.  Owned; NULL with ENOMEM.  O(length of both strings). */
RGC_API rgc_str *rgc_str_replace(rgc_str *string, const char *text, const char *other,
				 ssize_t most) RGC_WARN_UNUSED;

/* ---- one string for each text ---- */

/* The one string of this heap with the same bytes: that one, until the first to be given or asked for becomes
 * it; owned; NULL with ENOMEM.  As long as somebody has it, equal strings are identical; then it ends like
 * any other.  A text's is found without an object being made.  Shared and immortal strings have a copy.
 * O(length) on average. */
RGC_API rgc_str *rgc_str_intern(rgc_str *string) RGC_WARN_UNUSED;
RGC_API rgc_str *rgc_str_new_interned(const char *text) RGC_WARN_UNUSED;

#ifdef __cplusplus
}
#endif

#endif
