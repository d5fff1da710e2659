/*
 * json_line.c - walks over a JSON text that a parser has found valid.
 */
#include "gate/json_line.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

static const char *skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		at += *at == '\\' && at[1];
	return *at ? at + 1 : at;
}

/* Whether the string at `at` means this key, whatever its escapes. */
static bool is_key(const char *at, const char *key)
{
	json_t *string =
		json_loadb(at, (size_t)(skip_string(at) - at), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	bool same = string && strcmp(json_string_value(string), key) == 0;

	json_decref(string);
	return same;
}

/* From behind the brace that opens an object to the member of this key; NULL if there is none. */
static const char *find_member(const char *at, const char *key)
{
	for (int depth = 0; *at && depth >= 0;) {
		const char *word = at;

		at = *at == '"' ? skip_string(at) : at + 1;
		depth += (*word == '{' || *word == '[') - (*word == '}' || *word == ']');
		/* Of the strings of this depth those are keys that a colon follows. */
		if (*word == '"' && depth == 0 && at[strspn(at, " \t\r\n")] == ':' && is_key(word, key))
			return word;
	}
	return NULL;
}

unsigned json_line(const char *text, const char *const *keys, size_t key_count)
{
	const char *at = text, *found = text + strspn(text, " \t\r\n");
	unsigned line = 1;

	for (size_t i = 0; i < key_count && found; i++) {
		const char *brace = strchr(i == 0 ? found : skip_string(found), '{');

		found = brace ? find_member(brace + 1, keys[i]) : NULL;
		at = found ? found : at;
	}
	for (const char *c = text; c < at; c++)
		line += *c == '\n';
	return line;
}
