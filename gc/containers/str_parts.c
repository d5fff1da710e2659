/*
 * str_parts.c - strings that are joined, taken apart, or looked through.
 */
#include "items.h"
#include "text.h"
#include "utf8.h"
#include "values.h"
#include "../core/missing.h"

#include <errno.h>
#include <string.h>

/* Bytes of a string. */
struct part {
	const char *at, *end;
};

static struct part all_of(const rgc_str *string)
{
	return (struct part){string->text, string->text + rgc_str_length(string)};
}

/* The string itself if that is the part. */
static rgc_str *str_of(rgc_str *string, struct part part)
{
	struct part all = all_of(string);
	if (part.at == all.at && part.end == all.end)
		return rgc_ref(string);
	/* Which may collect, and a finalizer drop the string. */
	rgc_incref(string);
	rgc_str *made = rgc_str_new_bytes(part.at, (size_t)(part.end - part.at));
	rgc_decref(string);
	return made;
}

/* ---- join ---- */

/* The length of all strings of a list with separators; -1 with EINVAL or ENOMEM. */
static ssize_t joined_length(const rgc_list *list, size_t separator)
{
	size_t count = rgc_list_length(list), total = 0;
	if (count && __builtin_mul_overflow(count - 1, separator, &total))
		total = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		const rgc_str *item = rgc_list_get_as(list, (ssize_t)i, rgc_str);
		if (!item)
			return -1;
		if (__builtin_add_overflow(total, rgc_str_length(item), &total))
			total = SIZE_MAX;
	}
	if (total <= PTRDIFF_MAX)
		return (ssize_t)total;
	errno = ENOMEM;
	return -1;
}

static void fill_joined(char *to, const rgc_list *list, const char *separator, size_t separator_length)
{
	for (size_t i = 0; i < rgc_list_length(list); i++) {
		struct part item = all_of(rgc_list_get(list, (ssize_t)i));
		if (i)
			to = mempcpy(to, separator, separator_length);
		to = mempcpy(to, item.at, (size_t)(item.end - item.at));
	}
}

rgc_str *rgc_str_join(const char *separator, void *iterable)
{
	if (missing_pointer(separator) || missing(iterable))
		return NULL;
	/* A copy, which nobody else can change. */
	rgc_auto rgc_list *list = rgc_list_from(iterable);
	if (!list)
		return NULL;
	size_t separator_length = strlen(separator);
	ssize_t length = joined_length(list, separator_length);
	rgc_str *string = length < 0 ? NULL : rgc__str_new_empty((size_t)length);
	if (string)
		fill_joined(string->text, list, separator, separator_length);
	return string;
}

/* ---- characters ---- */

/* The size of the character at the beginning of a part that is not empty; its code is no character's if that
 * is none. */
static size_t character(struct part part, uint32_t *code)
{
	size_t size = utf8_decode(part.at, (size_t)(part.end - part.at), code);
	if (size)
		return size;
	*code = UINT32_MAX;
	return 1;
}

static bool is_space(uint32_t code)
{
	if (code < 0x80)
		return code == ' ' || (code >= '\t' && code <= '\r') || (code >= 0x1c && code <= 0x1f);
	return code == 0x85 || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
	       code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

static bool is_among(uint32_t wanted, const char *text)
{
	if (!text)
		return is_space(wanted);
	for (struct part rest = {text, text + strlen(text)}; rest.at < rest.end;) {
		uint32_t code;
		rest.at += character(rest, &code);
		if (code == wanted && code != UINT32_MAX)
			return true;
	}
	return false;
}

/* ---- split ---- */

/* Adds what is up to a place. */
static int add_part(rgc_list *list, const char *at, const char *end)
{
	return rgc_list_append_steal(list, rgc_str_new_bytes(at, (size_t)(end - at)));
}

static int split_by(rgc_list *list, struct part rest, const char *separator, ssize_t most)
{
	size_t length = strlen(separator);
	for (; most; most--) {
		const char *found = memmem(rest.at, (size_t)(rest.end - rest.at), separator, length);
		if (!found)
			break;
		if (add_part(list, rest.at, found))
			return -1;
		rest.at = found + length;
	}
	return add_part(list, rest.at, rest.end);
}

/* Past all characters that are white space, or that are not. */
static struct part skip(struct part rest, bool space)
{
	uint32_t code;
	while (rest.at < rest.end) {
		size_t size = character(rest, &code);
		if (is_space(code) != space)
			break;
		rest.at += size;
	}
	return rest;
}

static int split_words(rgc_list *list, struct part rest, ssize_t most)
{
	for (rest = skip(rest, true); rest.at < rest.end; rest = skip(rest, true)) {
		const char *word = rest.at;
		rest = most ? skip(rest, false) : (struct part){rest.end, rest.end};
		if (add_part(list, word, rest.at))
			return -1;
		most -= most > 0;
	}
	return 0;
}

rgc_list *rgc_str_split(const rgc_str *string, const char *separator, ssize_t most)
{
	most = most < 0 ? SSIZE_MAX : most;
	if (missing(string))
		return NULL;
	if (separator && !*separator) {
		errno = EINVAL;
		return NULL;
	}
	rgc_incref(string);
	rgc_list *list = rgc_list_new();
	if (list && (separator ? split_by(list, all_of(string), separator, most)
			       : split_words(list, all_of(string), most)))
		rgc_clear(&list);
	rgc_decref(string);
	return list;
}

/* ---- strip, slice ---- */

static rgc_str *strip(rgc_str *string, const char *text, bool left, bool right)
{
	struct part all = all_of(string), kept = {all.end, all.at};
	for (struct part rest = all; rest.at < rest.end;) {
		uint32_t code;
		const char *at = rest.at;
		rest.at += character(rest, &code);
		if (is_among(code, text))
			continue;
		kept.at = at < kept.at ? at : kept.at;
		kept.end = rest.at;
	}
	if (kept.end == all.at)
		kept = (struct part){all.at, all.at};
	else
		kept = (struct part){left ? kept.at : all.at, right ? kept.end : all.end};
	return str_of(string, kept);
}

rgc_str *rgc_str_strip(rgc_str *string, const char *text)
{
	return missing(string) ? NULL : strip(string, text, true, true);
}

rgc_str *rgc_str_lstrip(rgc_str *string, const char *text)
{
	return missing(string) ? NULL : strip(string, text, true, false);
}

rgc_str *rgc_str_rstrip(rgc_str *string, const char *text)
{
	return missing(string) ? NULL : strip(string, text, false, true);
}

rgc_str *rgc_str_slice(rgc_str *string, ssize_t from, ssize_t to)
{
	if (missing(string))
		return NULL;
	size_t length = rgc_str_length(string), first = items_bound(length, from),
	       last = items_bound(length, to);
	struct part part = {string->text + first, string->text + (first < last ? last : first)};
	return str_of(string, part);
}

/* ---- searches ---- */

bool rgc_str_starts_with(const rgc_str *string, const char *text)
{
	if (missing(string) || missing_pointer(text))
		return false;
	size_t length = strlen(text);
	return rgc_str_length(string) >= length && !memcmp(string->text, text, length);
}

bool rgc_str_ends_with(const rgc_str *string, const char *text)
{
	if (missing(string) || missing_pointer(text))
		return false;
	size_t length = strlen(text);
	return rgc_str_length(string) >= length && !memcmp(all_of(string).end - length, text, length);
}

ssize_t rgc_str_find(const rgc_str *string, const char *text, size_t from)
{
	if (missing(string) || missing_pointer(text))
		return -1;
	size_t length = rgc_str_length(string);
	const char *found =
		from <= length ? memmem(string->text + from, length - from, text, strlen(text)) : NULL;
	if (found)
		return found - string->text;
	errno = ENOENT;
	return -1;
}

/* Before each character, and at the end. */
static struct part put_between(struct text *made, struct part rest, const char *other, ssize_t most)
{
	for (; most; most--) {
		uint32_t code;
		rgc__text_add_string(made, other);
		if (rest.at == rest.end)
			break;
		size_t size = character(rest, &code);
		rgc__text_add(made, rest.at, size);
		rest.at += size;
	}
	return rest;
}

static struct part put_in_place(struct text *made, struct part rest, const char *text, const char *other,
				ssize_t most)
{
	size_t length = strlen(text);
	for (const char *found; most; most--) {
		found = memmem(rest.at, (size_t)(rest.end - rest.at), text, length);
		if (!found)
			break;
		rgc__text_add(made, rest.at, (size_t)(found - rest.at));
		rgc__text_add_string(made, other);
		rest.at = found + length;
	}
	return rest;
}

rgc_str *rgc_str_replace(rgc_str *string, const char *text, const char *other, ssize_t most)
{
	most = most < 0 ? SSIZE_MAX : most;
	if (missing(string) || missing_pointer(text) || missing_pointer(other))
		return NULL;
	if (!most || !memmem(string->text, rgc_str_length(string), text, strlen(text)))
		return rgc_ref(string);
	struct text made = {0};
	struct part rest = *text ? put_in_place(&made, all_of(string), text, other, most)
				 : put_between(&made, all_of(string), other, most);
	rgc__text_add(&made, rest.at, (size_t)(rest.end - rest.at));
	return rgc__text_finish(&made);
}
