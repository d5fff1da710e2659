/*
 * gate_text.c - a look at the words of a gate file before libconfig reads them.
 */
#include "gate/gate_text.h"
#include "trace/size.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (64u << 20)

static char *read_all(FILE *in, size_t *size_bytes)
{
	char *text = NULL, *grown;
	size_t capacity = 0;

	*size_bytes = 0;
	do {
		capacity = capacity > 0 ? 2 * capacity : 4096;
		grown = realloc(text, capacity + 1);
		if (!grown) {
			free(text);
			return NULL;
		}
		text = grown;
		*size_bytes += fread(text + *size_bytes, 1, capacity - *size_bytes, in);
	} while (*size_bytes == capacity && capacity < FILE_BYTES_MAX);
	text[*size_bytes] = '\0';
	return text;
}

static unsigned line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

char *text_file_read(const char *path, int *error, struct diagnostic *diagnostic)
{
	FILE *in = fopen(path, "re");
	size_t size_bytes = 0;
	char *text = in ? read_all(in, &size_bytes) : NULL;
	int reason = !text || ferror(in) ? errno : 0;

	if (in)
		fclose(in);
	*error = 0;
	if (reason)
		*error = diagnostic_set(diagnostic, reason, "%s: %s", path, strerror(reason));
	else if (size_bytes == FILE_BYTES_MAX)
		*error = diagnostic_set(diagnostic, EFBIG, "%s: too large", path);
	else if (strlen(text) != size_bytes)
		*error = diagnostic_set(diagnostic, EINVAL, "%s:%u: a zero byte: this is no text", path,
					line_of(text, text + strlen(text)));
	if (*error == 0)
		return text;
	free(text);
	return NULL;
}

void text_flatten(char *text)
{
	for (; *text; text++)
		*text = iscntrl((unsigned char)*text) ? ' ' : *text;
}

int text_complain(struct diagnostic *diagnostic, const char *path, unsigned line, const char *format,
		  va_list arguments)
{
	char message[768];

	vsnprintf(message, sizeof(message), format, arguments);
	text_flatten(message);
	return diagnostic_set(diagnostic, EINVAL, "%s:%u: %s", path, line, message);
}

/* ---- words ------------------------------------------------------------------------------ */

/* NULL: it is not closed. */
static const char *skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		at += *at == '\\' && at[1];
	return *at ? at + 1 : NULL;
}

/* NULL: it is not closed, and libconfig would take all that follows for a comment. */
static const char *skip_comment(const char *at)
{
	bool block = at[0] == '/' && at[1] == '*';
	const char *end = block ? strstr(at + 2, "*/") : strchr(at, '\n');

	if (!end)
		return block ? NULL : at + strlen(at);
	return end + (block ? 2 : 1);
}

static bool begins_comment(const char *at)
{
	return *at == '#' || (at[0] == '/' && (at[1] == '/' || at[1] == '*'));
}

static size_t word_length(const char *at)
{
	return strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.-*");
}

static bool number_fits(const char *word)
{
	char *end;

	errno = 0;
	unsigned long long number = strtoull(word, &end, word[1] == 'x' || word[1] == 'X' ? 16 : 10);
	if (*end == '.' || *end == 'e' || *end == 'E')
		return true;
	return errno == 0 && number <= (*end == 'L' ? INT64_MAX : INT_MAX);
}

static int complain(struct diagnostic *diagnostic, const char *path, const char *text, const char *at,
		    const char *what)
{
	return diagnostic_set(diagnostic, EINVAL, "%s:%u: %s", path, line_of(text, at), what);
}

static int check_number(const char *path, const char *text, const char *at, struct diagnostic *diagnostic)
{
	int shown = (int)word_length(at);
	char what[160];

	if (number_fits(at))
		return 0;
	shown = shown < 40 ? shown : 40;
	snprintf(what, sizeof(what), "%.*s is too large for a bare number: write it as \"%.*s\"", shown, at,
		 shown, at);
	return complain(diagnostic, path, text, at, what);
}

/* The length of a unit that follows a number; 0: none does.  The next setting's name may stand there. */
static size_t unit_length(const char *at)
{
	size_t length = *at == '%' ? 1 : strspn(at, "KMGTiB"), name = word_length(at);
	char unit[4];

	if (length >= sizeof(unit) || name > length)
		return 0;
	snprintf(unit, sizeof(unit), "%.*s", (int)length, at);
	return *unit == '%' || size_unit_shift(unit) >= 0 ? length : 0;
}

/* Of "64 MiB" without quotes libconfig would say that there is an error of syntax. */
static int check_unit(const char *path, const char *text, const char *at, struct diagnostic *diagnostic)
{
	size_t digits = strspn(at, "0123456789."), blanks = strspn(at + digits, " \t");
	size_t unit = unit_length(at + digits + blanks);
	bool percent = at[digits + blanks] == '%';
	char what[160];

	if (unit == 0 || digits > 40 || blanks > 1)
		return 0;
	snprintf(what, sizeof(what), "%s in quotes: \"%.*s\"",
		 percent ? "a percentage stands" : "a size with its unit stands",
		 (int)(digits + blanks + unit), at);
	return complain(diagnostic, path, text, at, what);
}

int gate_text_check(const char *path, const char *text, struct diagnostic *diagnostic)
{
	const char *next;
	int error = 0;

	for (const char *at = text; !error && *at; at = next) {
		size_t length = word_length(at);

		next = at + (length > 0 ? length : 1);
		if (begins_comment(at))
			next = skip_comment(at);
		else if (*at == '@')
			error = complain(diagnostic, path, text, at,
					 "there is no @include: a gate is one file");
		else if (*at >= '0' && *at <= '9')
			error = check_unit(path, text, at, diagnostic) < 0
					? -EINVAL
					: check_number(path, text, at, diagnostic);
		else if (*at == '"')
			next = skip_string(at);
		if (!next)
			return complain(diagnostic, path, text, at,
					*at == '"' ? "a text that begins here has no end"
						   : "a comment that begins here has no end");
		/* libconfig would join them. */
		if (*at == '"' && next[strspn(next, " \t\r\n")] == '"')
			return complain(
				diagnostic, path, text, at,
				"two texts follow one another: there is a comma missing, or one is too many");
	}
	return error;
}
