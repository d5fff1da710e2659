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

/* The rule is LeakSanitizer's to the letter: each part between stars is taken where it is found first, and a
 * `$` ends the pattern, whatever follows. */
bool suppression_matches(const char *pattern, const char *text)
{
	bool held = *pattern == '^', after_star = false;

	if (!*text)
		return false;
	for (pattern += held; *pattern && *pattern != '$'; held = false) {
		size_t length = strcspn(pattern, "*$");
		const char *found = length > 0 ? memmem(text, strlen(text), pattern, length) : text;

		if (*pattern != '*' && (!*text || !found || (held && found != text)))
			return false;
		text = found + length;
		pattern += length;
		after_star = *pattern == '*';
		pattern += after_star;
	}
	return !*pattern || !*text || after_star;
}

size_t suppressions_find(const struct suppressions *suppressions, const char *name, const char *file,
			 const char *module)
{
	size_t i = 0;

	for (; i < suppressions->count; i++) {
		const char *pattern = suppressions->list[i].pattern;

		if (suppression_matches(pattern, name) || suppression_matches(pattern, file) ||
		    suppression_matches(pattern, module))
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
