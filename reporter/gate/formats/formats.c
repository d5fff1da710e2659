/*
 * formats.c - the formats of a check's result, by name.
 */
#include "gate/formats/formats.h"

#include <stdio.h>
#include <string.h>

const struct check_format check_formats[] = {
	{"text", check_text, false, false},
	{"json", check_json, false, true},
	{"markdown", check_markdown, false, false},
	{"github", check_github, false, false},
	{"junit", check_junit, false, true},
	{"sarif", check_sarif, false, true},
	{"action-benchmark", check_action_benchmark, true, true},
	{"bencher", check_bencher, true, true},
	{"html", check_html, true, true},
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
