/*
 * view.c - picks the format.
 */
#include "view/view.h"
#include "base/clean.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	int (*report)(FILE *out, const struct view_report *report, const struct view_style *style);
} formats[FORMAT_KINDS] = {
	[FORMAT_TEXT] = {"text", view_report_text},
	[FORMAT_JSON] = {"json", view_report_json},
	[FORMAT_CSV] = {"csv", view_report_csv},
};

const char *view_format_name(enum view_format format)
{
	return format < FORMAT_KINDS ? formats[format].name : NULL;
}

int view_report_print(FILE *out, const struct view_report *report, enum view_format format,
		      const struct view_style *style)
{
	return formats[format].report(out, report, style);
}

static int print_json(FILE *out, const struct table *table)
{
	json_t *array = table_json(table);

	if (!array)
		return -ENOMEM;
	json_dumpf(array, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(array);
	return 0;
}

int view_table_print(FILE *out, const struct table *table, enum view_format format, int precision)
{
	switch (format) {
	case FORMAT_JSON:
		return print_json(out, table);
	case FORMAT_CSV:
		table_csv_header(out, table);
		table_csv_rows(out, table);
		return 0;
	default:
		table_text_header(out, table, 0);
		table_text_rows(out, table, precision);
		return 0;
	}
}

void view_text_title(FILE *out, const char *title, const struct view_style *style)
{
	fprintf(out, "\n%s%s%s\n", style->color ? "\033[1m" : "", title, style->color ? "\033[0m" : "");
}

const char *view_short_path(const char *path, const struct view_style *style)
{
	size_t length = style->directory ? strlen(style->directory) : 0;

	if (length > 1 && strncmp(path, style->directory, length) == 0 && path[length] == '/' &&
	    path[length + 1])
		return path + length + 1;
	return path;
}

void view_text_command(FILE *out, const char *const *command)
{
	for (size_t i = 0; command[i]; i++) {
		fputs(i > 0 ? " " : "", out);
		clean_print(out, command[i], 0);
	}
}

#define MODULE_WARNINGS_MAX 3

size_t view_warnings_shown(const struct view_report *report, bool all, size_t *left)
{
	*left = all || report->module_warning_count <= MODULE_WARNINGS_MAX ? 0 : report->module_warning_count;
	return report->warning_count - *left;
}
