/*
 * key.c - from an executable and its arguments to the program's name in baselines.
 */
#include "gate/key.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LETTERS 16

/* Of "/tmp/x/" too it is "x/". */
static const char *last_component(const char *path, size_t length)
{
	const char *component = path, *end = path + length;

	for (const char *c = path; c < end; c++)
		if (*c == '/' && c + 1 < end && c[1] != '/')
			component = c + 1;
	return component;
}

static void put(FILE *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		fputc(iscntrl((unsigned char)text[i]) ? ' ' : text[i], out);
}

/* What separates one value from the next in a word: "xml:/a", "/a:/b", "--x=/a". */
static const char separators[] = "=:,;@";

/* An absolute path begins a word, follows a separator, or a letter that is an option: "-I/a".  A URL's does
 * not. */
static bool begins_path(const char *word, const char *at)
{
	if (*at != '/' || (at > word && at[1] == '/'))
		return false;
	return at == word || strchr(separators, at[-1]) ||
	       (at == word + 2 && *word == '-' && isalpha((unsigned char)word[1]));
}

static void put_word(FILE *out, const char *word)
{
	const char *at = word;

	while (*at) {
		size_t length = strcspn(at, separators);

		if (begins_path(word, at)) {
			const char *path = last_component(at, length);

			put(out, path, (size_t)(at + length - path));
			at += length;
		} else {
			put(out, at++, 1);
		}
	}
}

/* Cargo puts "-" and a hash behind the names of tests, a new one whenever anything about the build changes.
 */
static size_t length_without_hash(const char *name)
{
	size_t length = strlen(name), name_length = length - HASH_LETTERS - 1;

	if (length <= HASH_LETTERS + 1 || name[name_length] != '-' ||
	    strspn(name + name_length + 1, "0123456789abcdef") != HASH_LETTERS)
		return length;
	return name_length;
}

/* The stream's text, interned; the stream is closed. */
static const char *intern_stream(struct strings *strings, FILE *out, char **text)
{
	const char *kept = fclose(out) == 0 ? strings_intern(strings, *text) : "";

	free(*text);
	return kept;
}

static bool is_of_system(const char *exe)
{
	static const char *const folders[] = {"/bin/",     "/sbin/",     "/lib/",     "/lib64/",
					      "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (text_starts(exe, folders[i]))
			return true;
	return false;
}

static bool has_any(const char *exe, const char *const *folders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(exe, folders[i]))
			return true;
	return false;
}

/* Of "python3.12" it is "python". */
static bool is_driver(const char *exe)
{
	static const char *const names[] = {"bash", "cargo",  "cmake",  "ctest", "dash",
					    "go",   "java",   "make",   "meson", "ninja",
					    "node", "pytest", "python", "sh",    "zsh"};
	const char *name = last_component(exe, strlen(exe));
	size_t length = strlen(name);

	while (length > 0 && strchr("0123456789.", name[length - 1]))
		length--;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == length && strncmp(name, names[i], length) == 0)
			return true;
	return false;
}

bool program_is_tool(const char *exe)
{
	static const char *const toolchains[] = {"/.cargo/bin/", "/.rustup/toolchains/",
						 "/rustup/toolchains/", "/usr/local/cargo/bin/"};
	static const char *const installed[] = {"/usr/local/", "/opt/",    "/snap/",          "/nix/store/",
						"/gnu/store/", "/.local/", "/site-packages/", "/.pyenv/"};

	return is_of_system(exe) || has_any(exe, toolchains, sizeof(toolchains) / sizeof(*toolchains)) ||
	       (is_driver(exe) && has_any(exe, installed, sizeof(installed) / sizeof(*installed)));
}

/* Whether the executable was started by a link to it that lies beside it: redis-server is redis-check-rdb. */
static bool is_other_name(const char *exe, const char *called)
{
	const char *name = last_component(exe, strlen(exe)), *other = last_component(called, strlen(called));
	char *beside = NULL, *target = NULL;
	bool leads = false;

	if (strcmp(name, other) != 0 && asprintf(&beside, "%.*s%s", (int)(name - exe), exe, other) >= 0) {
		target = realpath(beside, NULL);
		leads = target && strcmp(target, exe) == 0;
	}
	free(target);
	free(beside);
	return leads;
}

const char *program_key(struct strings *strings, const char *exe, const char *const *command)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return "";
	/* "sh" is dash, python3 one of its versions; but a program's own worker may call itself anything. */
	if (command[0] && *command[0] && (!*exe || program_is_tool(exe) || is_other_name(exe, command[0])))
		exe = command[0];
	exe = last_component(exe, strlen(exe));
	put(out, exe, length_without_hash(exe));
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
