/*
 * key.c - from an executable and its arguments to the program's name in baselines.
 */
#include "check/key.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of "/tmp/x/" too it is "x/". */
static const char *last_component(const char *path)
{
	const char *component = path;

	for (const char *c = path; *c; c++)
		if (*c == '/' && c[1] && c[1] != '/')
			component = c + 1;
	return component;
}

static void put(FILE *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		fputc(iscntrl((unsigned char)text[i]) ? ' ' : text[i], out);
}

static void put_word(FILE *out, const char *word)
{
	const char *value = strchr(word, '=');

	value = value ? value + 1 : word;
	put(out, word, (size_t)(value - word));
	value = *value == '/' ? last_component(value) : value;
	put(out, value, strlen(value));
}

/* The stream's text, interned; the stream is closed. */
static const char *intern_stream(struct strings *strings, FILE *out, char **text)
{
	const char *kept = fclose(out) == 0 ? strings_intern(strings, *text) : "";

	free(*text);
	return kept;
}

bool program_is_system(const char *exe)
{
	static const char *const folders[] = {"/bin/",     "/sbin/",     "/lib/",     "/lib64/",
					      "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (text_starts(exe, folders[i]))
			return true;
	return false;
}

const char *program_key(struct strings *strings, const char *exe, const char *const *command)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return "";
	/* "sh" is dash, python3 one of its versions; but a program's own worker may call itself anything. */
	if (command[0] && *command[0] && (!*exe || program_is_system(exe)))
		exe = command[0];
	exe = last_component(exe);
	put(out, exe, strlen(exe));
	for (size_t i = 1; command[0] && command[i]; i++) {
		fputc(' ', out);
		put_word(out, command[i]);
	}
	return intern_stream(strings, out, &text);
}

const char *shell_quoted(struct strings *strings, const char *word)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,+@%";
	char *text = NULL;
	size_t length;
	FILE *out;

	if (*word && !word[strspn(word, plain)])
		return strings_intern(strings, word);
	out = open_memstream(&text, &length);
	if (!out)
		return "''";
	fputc('\'', out);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
	fputc('\'', out);
	return intern_stream(strings, out, &text);
}

const char *glob_quoted(struct strings *strings, const char *name)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return name;
	for (; *name; name++)
		fprintf(out, strchr("*?[\\", *name) ? "\\%c" : "%c", *name);
	return intern_stream(strings, out, &text);
}
