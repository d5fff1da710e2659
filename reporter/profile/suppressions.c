/*
 * suppressions.c - see suppressions.h.
 */
#include "profile/suppressions.h"

#include "base/memory.h"
#include "base/text.h"
#include "trace/size.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static bool part_matches(const char *part, const char *name, const char *file, const char *module)
{
	return suppression_matches(part, name) || suppression_matches(part, file) ||
	       suppression_matches(part, module);
}

/* ---- along a call path ---------------------------------------------------------------- */

void suppression_walk_begin(struct suppression_walk *walk, const struct suppressions *suppressions)
{
	*walk = (struct suppression_walk){suppressions,
					  memory_zeroed(suppressions->count, sizeof(*walk->met))};
}

void suppression_walk_restart(struct suppression_walk *walk)
{
	memset(walk->met, 0, walk->of->count * sizeof(*walk->met));
}

void suppression_walk_finish(struct suppression_walk *walk)
{
	free(walk->met);
	*walk = (struct suppression_walk){0};
}

size_t suppression_walk_to(struct suppression_walk *walk, const char *name, const char *file,
			   const char *module)
{
	size_t i = 0;

	for (; i < walk->of->count; i++) {
		const struct suppression *suppression = &walk->of->list[i];

		walk->met[i] += part_matches(suppression->parts[walk->met[i]], name, file, module);
		if (walk->met[i] == suppression->part_count)
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

#define LIMIT "# max "

/* Takes a limit off the end of a pattern; 0: there is none.  Names may have a # in them, so no other comment
 * ends a line. */
static bool take_limit(char *pattern, uint64_t *limit_bytes)
{
	char *limit = strstr(pattern, LIMIT), size[32];
	size_t length = 0;

	*limit_bytes = 0;
	if (!limit || limit == pattern || !strchr(BLANKS, limit[-1]))
		return true;
	for (const char *text = limit + strlen(LIMIT); *text && length + 1 < sizeof(size); text++)
		if (!strchr(BLANKS, *text))
			size[length++] = *text;
	size[length] = '\0';
	while (limit > pattern && strchr(BLANKS, limit[-1]))
		limit--;
	*limit = '\0';
	return size_parse(size, limit_bytes) && *limit_bytes > 0;
}

/* The parts of A;B, without blanks around them; a pattern alone keeps its own, as LeakSanitizer's does.
 * False: one matches everything. */
static bool split(struct suppressions *suppressions, const char *pattern, struct suppression *out)
{
	char *text = pool_format(&suppressions->strings.pool, "%s", pattern), *part;
	const char **parts = pool_alloc(&suppressions->strings.pool, (strlen(pattern) + 1) * sizeof(*parts));

	out->parts = parts;
	while ((part = strsep(&text, ";"))) {
		part = strchr(pattern, ';') ? trimmed(part) : part;
		if (part[strspn(part, "*^$")] == '\0')
			return false;
		parts[out->part_count++] = part;
	}
	return true;
}

static void add(struct suppressions *suppressions, const struct suppression *suppression)
{
	suppressions->list = pool_grow(suppressions->list, &suppressions->capacity, suppressions->count + 1,
				       sizeof(*suppressions->list));
	suppressions->list[suppressions->count++] = *suppression;
}

static int add_line(struct suppressions *suppressions, char *line, const char *path, size_t number,
		    struct diagnostic *diagnostic)
{
	static const char kind[] = "leak:";
	char *pattern = line + sizeof(kind) - 1;
	struct suppression suppression = {.path = strings_intern(&suppressions->strings, path),
					  .line = number};

	if (!text_starts(line, kind))
		return diagnostic_set(diagnostic, EINVAL, "%s:%zu: no line 'leak:PATTERN': '%.200s'", path,
				      number, line);
	if (!take_limit(pattern, &suppression.limit_bytes))
		return diagnostic_set(diagnostic, EINVAL, "%s:%zu: a limit is a size, as in '# max 4 KiB'",
				      path, number);
	suppression.pattern = strings_intern(&suppressions->strings, pattern);
	if (!split(suppressions, pattern, &suppression))
		return diagnostic_set(diagnostic, EINVAL, "%s:%zu: a pattern that matches everything", path,
				      number);
	add(suppressions, &suppression);
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
	while (!error && getline(&line, &capacity, file) >= 0) {
		char *text = trimmed(line);

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

/* ---- the environment ------------------------------------------------------------------ */

#define SEPARATORS " ,:\n\t\r"

/* The value of an option in a text as sanitizers have them: NAME=VALUE, with quotes if need be, between
 * blanks, commas or colons; of several the last.  NULL: it is not there. */
static const char *option_value(struct suppressions *suppressions, const char *options, const char *name)
{
	const char *found = NULL;
	size_t name_length = strlen(name);

	for (options += strspn(options, SEPARATORS); *options; options += strspn(options, SEPARATORS)) {
		const char *equals = options + strcspn(options, "=" SEPARATORS), *value = equals;
		size_t length = 0;
		bool ours =
			(size_t)(equals - options) == name_length && strncmp(options, name, name_length) == 0;

		if (*equals == '=') {
			bool quoted = equals[1] == '"' || equals[1] == '\'';

			value = equals + 1 + quoted;
			length = quoted ? strcspn(value, (char[]){equals[1], '\0'})
					: strcspn(value, SEPARATORS);
		}
		options = value + length;
		options += *options == '"' || *options == '\'';
		if (ours)
			found = strings_intern_bytes(&suppressions->strings, value, length);
	}
	return found;
}

/* "lsan.supp" beside /build/tests. */
static const char *beside(struct suppressions *suppressions, const char *program, const char *path)
{
	const char *slash = strrchr(program, '/');

	return pool_format(&suppressions->strings.pool, "%.*s/%s", slash ? (int)(slash - program) : 0,
			   slash ? program : "", path);
}

int suppressions_read_environment(struct suppressions *suppressions, const char *lsan_options,
				  const char *program, const char **missing, struct diagnostic *diagnostic)
{
	const char *path;

	*missing = NULL;
	if (!lsan_options)
		return 0;
	path = option_value(suppressions, lsan_options, "suppressions");
	if (!path || !*path)
		return 0;
	if (*path != '/' && access(path, F_OK) != 0 && access(beside(suppressions, program, path), F_OK) == 0)
		path = beside(suppressions, program, path);
	if (access(path, R_OK) == 0)
		return suppressions_read(suppressions, path, diagnostic);
	*missing = path;
	return 0;
}

void suppressions_borrow(struct suppressions *suppressions, const struct suppressions *others)
{
	for (size_t i = 0; i < others->count; i++)
		add(suppressions, &others->list[i]);
}

void suppressions_finish(struct suppressions *suppressions)
{
	strings_finish(&suppressions->strings);
	free(suppressions->list);
	*suppressions = (struct suppressions){0};
}
