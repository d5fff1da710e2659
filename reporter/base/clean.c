/*
 * clean.c - see clean.h.
 */
#include "base/clean.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"
#define ELLIPSIS_BYTES 3 /* of either */

static const char *ellipsis = "\xe2\x80\xa6";

void clean_cut_by_dots(void)
{
	ellipsis = "...";
}

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

/* White space that stays as it is. */
#define KEEP_NONE ""
static const char *const kept[] = {[CLEAN_TABS] = "\t", [CLEAN_LINES] = "\t\r\n"};

static bool is_kept(uint32_t code, const char *keep)
{
	return code > 0 && code < 0x80 && strchr(keep, (int)code);
}

static void print_part(FILE *out, const char *text, const char *end, const char *keep)
{
	while (text < end) {
		uint32_t code;
		size_t length = decode(text, &code);

		if (length > 0 && is_blank(code) && !is_kept(code, keep))
			putc(' ', out);
		else if (length == 0 || (is_harmful(code) && !is_kept(code, keep)))
			fputs(REPLACEMENT, out);
		else
			fwrite(text, 1, length, out);
		text += length > 0 ? length : 1;
	}
}

void clean_print_white(FILE *out, const char *text, enum clean_white white)
{
	print_part(out, text, text + strlen(text), kept[white]);
}

bool clean_is(const char *text, enum clean_white white)
{
	uint32_t code;
	size_t length;

	for (; *text; text += length) {
		length = decode(text, &code);
		bool stays =
			code == ' ' || is_kept(code, kept[white]) || (!is_blank(code) && !is_harmful(code));
		if (length == 0 || !stays)
			return false;
	}
	return true;
}

size_t clean_length(const char *text)
{
	uint32_t code;
	size_t count = 0;

	for (size_t length; *text; text += length > 0 ? length : 1, count++)
		length = decode(text, &code);
	return count;
}

static bool is_inside_sequence(const char *at)
{
	return ((unsigned char)*at & 0xc0) == 0x80;
}

void clean_print(FILE *out, const char *text, size_t limit)
{
	size_t length = strlen(text), half = limit > ELLIPSIS_BYTES + 1 ? (limit - ELLIPSIS_BYTES) / 2 : 0;
	if (limit == 0 || length <= limit) {
		print_part(out, text, text + length, KEEP_NONE);
		return;
	}
	const char *head = text + half, *tail = text + length - half;
	for (int i = 0; i < 3 && head > text && is_inside_sequence(head); i++)
		head--;
	for (int i = 0; i < 3 && is_inside_sequence(tail); i++)
		tail++;
	print_part(out, text, head, KEEP_NONE);
	fputs(ellipsis, out);
	print_part(out, tail, text + length, KEEP_NONE);
}

void clean_print_between(FILE *out, const char *before, const char *text, const char *after)
{
	fputs(before, out);
	clean_print(out, text, 0);
	fputs(after, out);
}

/* What was printed to a stream of memory; NULL if there was none. */
static char *taken(FILE *out, char *const *copy)
{
	if (!out || fclose(out) == 0)
		return *copy;
	free(*copy);
	return NULL;
}

char *clean_copy(const char *text, size_t limit)
{
	char *copy = NULL;
	size_t length;
	FILE *out = open_memstream(&copy, &length);

	if (out)
		clean_print(out, text, limit);
	return taken(out, &copy);
}

char *clean_copy_white(const char *text, enum clean_white white)
{
	char *copy = NULL;
	size_t length;
	FILE *out = open_memstream(&copy, &length);

	if (out)
		clean_print_white(out, text, white);
	return taken(out, &copy);
}
