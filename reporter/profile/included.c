/*
 * included.c - where a function's own text includes another file's: `#include "body.inc"` within the body, or
 * `#line 20 "calc.y"` in what a generator wrote.
 *
 * Debug information tells the included line alone.  Without the text, or where it leaves a choice, nobody
 * knows.
 */
#include "sources/braces.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

/* Whether the quoted name in a directive is the file's: as the compiler looked for it somewhere, its end. */
static bool names_file(const char *quote, const char *file)
{
	size_t length = strcspn(quote + 1, "\">"), whole = strlen(file);
	const char *name = quote + 1;

	while (length > 1 && name[0] == '.' && strcspn(name, "/") <= 2) {
		size_t step = strcspn(name, "/") + 1;

		if (step > length)
			return false;
		name += step;
		length -= step;
	}
	return length > 0 && length <= whole && strncmp(file + whole - length, name, length) == 0 &&
	       (length == whole || file[whole - length - 1] == '/' || *name == '/');
}

/* The line that a directive says the next one is, in this file; 0: it says nothing of it.  UINT32_MAX: the
 * whole file follows. */
static uint32_t first_included(const char *text, const char *file)
{
	const char *quote = strpbrk(text, "\"<");
	unsigned long line;

	text += strspn(text, " \t");
	if (*text++ != '#' || !quote || !names_file(quote, file))
		return 0;
	text += strspn(text, " \t");
	if (strncmp(text, "include", 7) == 0)
		return UINT32_MAX;
	if (strncmp(text, "line", 4) == 0)
		text += 4;
	line = strtoul(text, NULL, 10);
	return line < UINT32_MAX ? (uint32_t)line : 0;
}

/* Of several #line that precede the line in its file, the nearest; of several #include, none. */
static uint32_t find(const struct source_text *text, uint32_t first, uint32_t last, const char *file,
		     uint32_t line)
{
	uint32_t best = 0, found = 0;

	for (uint32_t i = first; i <= last && i <= text->line_count; i++) {
		uint32_t included = first_included(text->lines[i - 1], file);

		if (included == UINT32_MAX)
			found = best == 0 ? i : 0, best = included;
		else if (included > 0 && included <= line && (best == 0 || included > best))
			found = i, best = included;
		else if (included > 0 && included == best)
			found = 0;
	}
	return found;
}

uint32_t profile_inclusion(void *context, const struct source_function *function, const char *file,
			   uint32_t line)
{
	struct profile *profile = context;
	const struct source_text *text = sources_find(profile->sources, function->file);

	if (!text || function->first_line == 0)
		return 0;
	return find(
		text, function->first_line,
		braces_function_end(text->lines, text->line_count, function->first_line, function->last_line),
		file, line);
}
