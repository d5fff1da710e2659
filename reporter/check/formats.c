/*
 * formats.c - the formats of a check's result, by name.
 */
#include "check/formats.h"

#include <string.h>

const struct check_format check_formats[] = {
	{"text", check_text},
	{"json", check_json},
	{"markdown", check_markdown},
	{"github", check_github},
	{"junit", check_junit},
	{"sarif", check_sarif},
	{"action-benchmark", check_action_benchmark},
	{"bencher", check_bencher},
	{0},
};

const struct check_format *check_format_find(const char *name)
{
	const struct check_format *format = check_formats;

	while (format->name && strcmp(format->name, name) != 0)
		format++;
	return format->name ? format : NULL;
}
