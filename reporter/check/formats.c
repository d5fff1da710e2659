/*
 * formats.c - the formats of a check's result, by name.
 */
#include "check/formats.h"

#include <stdio.h>
#include <string.h>

const struct check_format check_formats[] = {
	{"text", check_text, false},
	{"json", check_json, false},
	{"markdown", check_markdown, false},
	{"github", check_github, false},
	{"junit", check_junit, false},
	{"sarif", check_sarif, false},
	{"action-benchmark", check_action_benchmark, true},
	{"bencher", check_bencher, true},
	{0},
};

const char *check_format_names(void)
{
	static char names[256];
	size_t used = 0;

	for (const struct check_format *format = check_formats; format->name; format++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
					 format->name);
	return names;
}

const struct check_format *check_format_find(const char *name)
{
	const struct check_format *format = check_formats;

	while (format->name && strcmp(format->name, name) != 0)
		format++;
	return format->name ? format : NULL;
}
