/*
 * suppressions.c - see suppressions.h.
 */
#include "profile/suppressions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n\v\f"

/* ---- one pattern -------------------------------------------------------------------- */

/* The end of a part without stars, in a pattern whose `$` has been cut off. */
static const char *part_end(const char *part, const char *end)
{
	const char *star = memchr(part, '*', (size_t)(end - part));

	return star ? star : end;
}

/* Where the part ends in the text; NULL: it is not there.  Held to the end, its last place counts. */
static const char *find_part(const char *text, const char *part, size_t length, bool at_begin, bool at_end)
{
	size_t text_length = strlen(text);

	if (length > text_length)
		return NULL;
	if (at_end && !at_begin)
		text += text_length - length;
	if (at_begin || at_end)
		return strncmp(text, part, length) == 0 && (!at_end || !text[length]) ? text + length : NULL;
	const char *found = memmem(text, text_length, part, length);
	return found ? found + length : NULL;
}

bool suppression_matches(const char *pattern, const char *text)
{
	bool at_begin = *pattern == '^';
	size_t length = strlen(pattern);
	bool at_end = length > at_begin && pattern[length - 1] == '$';
	const char *part = pattern + at_begin, *end = pattern + length - at_end;

	while (true) {
		const char *stop = part_end(part, end);
		bool last = stop == end;

		text = find_part(text, part, (size_t)(stop - part), at_begin, at_end && last);
		if (!text || last)
			return text;
		at_begin = false;
		part = stop + 1;
	}
}

size_t suppressions_find(const struct suppressions *suppressions, const struct source_function *function)
{
	size_t i = 0;

	for (; i < suppressions->count; i++) {
		const char *pattern = suppressions->list[i].pattern;

		if (suppression_matches(pattern, function->name) ||
		    suppression_matches(pattern, function->file) ||
		    suppression_matches(pattern, function->module))
			break;
	}
	return i;
}

/* ---- a file ------------------------------------------------------------------------- */

/* The line without blanks around it; empty if nothing is said in it. */
static char *trimmed(char *line)
{
	line += strspn(line, BLANKS);
	for (size_t length = strlen(line); length > 0 && strchr(BLANKS, line[length - 1]); length--)
		line[length - 1] = '\0';
	if (*line == '#')
		*line = '\0';
	return line;
}

static int add_line(struct suppressions *suppressions, const char *line, const char *path, size_t number,
		    struct diagnostic *diagnostic)
{
	static const char kind[] = "leak:";
	const char *pattern = line + sizeof(kind) - 1;

	if (!text_starts(line, kind))
		return diagnostic_set(diagnostic, EINVAL, "%s:%zu: no line 'leak:PATTERN': '%.200s'", path,
				      number, line);
	if (pattern[strspn(pattern, "*^$")] == '\0')
		return diagnostic_set(diagnostic, EINVAL, "%s:%zu: a pattern that matches everything", path,
				      number);
	suppressions->list = pool_grow(suppressions->list, &suppressions->capacity, suppressions->count + 1,
				       sizeof(*suppressions->list));
	suppressions->list[suppressions->count++] =
		(struct suppression){strings_intern(&suppressions->strings, pattern),
				     strings_intern(&suppressions->strings, path), number};
	return 0;
}

int suppressions_read(struct suppressions *suppressions, const char *path, struct diagnostic *diagnostic)
{
	FILE *file = fopen(path, "re");
	size_t capacity = 0, number = 0;
	char *line = NULL;
	int error = 0;

	if (!file)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	if (!suppressions->list)
		strings_init(&suppressions->strings);
	while (!error && getline(&line, &capacity, file) >= 0) {
		const char *text = trimmed(line);

		number++;
		if (*text)
			error = add_line(suppressions, text, path, number, diagnostic);
	}
	if (!error && ferror(file))
		error = diagnostic_set(diagnostic, EIO, "%s: cannot be read", path);
	free(line);
	fclose(file);
	return error;
}

void suppressions_finish(struct suppressions *suppressions)
{
	strings_finish(&suppressions->strings);
	free(suppressions->list);
	*suppressions = (struct suppressions){0};
}
