/*
 * clean.c - see clean.h.
 */
#include "check/clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"
#define ELLIPSIS "\xe2\x80\xa6"

static size_t announced_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Bytes of the UTF-8 sequence at `text`, which ends with a NUL; 0 if there is none.  No overlong forms, no
 * surrogates, nothing above U+10FFFF. */
static size_t decode(const char *text, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *at = (const unsigned char *)text;
	size_t length = announced_length(*at);

	*code = length < 2 ? *at : *at & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (at[i] & 0x3f);
	}
	if (*code < least[length] || (*code >= 0xd800 && *code < 0xe000) || *code > 0x10ffff)
		return 0;
	return length;
}

static bool is_blank(uint32_t code)
{
	return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x2028 || code == 0x2029;
}

static bool is_harmful(uint32_t code)
{
	bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
	bool turns = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

	return control || turns || code == 0xfffe || code == 0xffff;
}

static void print_part(FILE *out, const char *text, const char *end)
{
	while (text < end) {
		uint32_t code;
		size_t length = decode(text, &code);

		if (length > 0 && is_blank(code))
			putc(' ', out);
		else if (length == 0 || is_harmful(code))
			fputs(REPLACEMENT, out);
		else
			fwrite(text, 1, length, out);
		text += length > 0 ? length : 1;
	}
}

static bool is_inside_sequence(const char *at)
{
	return ((unsigned char)*at & 0xc0) == 0x80;
}

void clean_print(FILE *out, const char *text, size_t limit)
{
	size_t length = strlen(text),
	       half = limit > sizeof(ELLIPSIS) ? (limit - (sizeof(ELLIPSIS) - 1)) / 2 : 0;
	const char *head = text + half, *tail = text + length - half;

	if (limit == 0 || length <= limit) {
		print_part(out, text, text + length);
		return;
	}
	for (int i = 0; i < 3 && head > text && is_inside_sequence(head); i++)
		head--;
	for (int i = 0; i < 3 && is_inside_sequence(tail); i++)
		tail++;
	print_part(out, text, head);
	fputs(ELLIPSIS, out);
	print_part(out, tail, text + length);
}

char *clean_copy(const char *text, size_t limit)
{
	char *copy = NULL;
	size_t length;
	FILE *out = open_memstream(&copy, &length);

	if (!out)
		return NULL;
	clean_print(out, text, limit);
	if (fclose(out) != 0) {
		free(copy);
		copy = NULL;
	}
	return copy;
}
