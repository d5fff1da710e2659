/*
 * view.h - output formats of a report: a const table of functions, one entry per format.
 */
#ifndef MPROF_REPORTER_VIEW_VIEW_H
#define MPROF_REPORTER_VIEW_VIEW_H

#include "view/rows.h"
#include "view/table.h"

#include <stdbool.h>
#include <stdio.h>

struct view_style {
	int precision; /* decimals of MiB in text */
	bool color;
	size_t width;          /* of the terminal that text goes to; 0: to none, and nothing is cut */
	bool all_warnings;     /* also where many modules have one each */
	size_t sites;          /* how many call sites; 0: the format's own choice */
	const char *directory; /* paths below it are shown relative to it, in text; may be NULL */
};

enum view_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_KINDS };

/* "text", "json", "csv"; NULL when out of range. */
const char *view_format_name(enum view_format format);

/* Writes the report; 0 or -ENOMEM.  Write errors stay with the stream, for its owner to see. */
int view_report_print(FILE *out, const struct view_report *report, enum view_format format,
		      const struct view_style *style);

/* Writes a table of its own (list, peak): header and rows; 0 or -ENOMEM. */
int view_table_print(FILE *out, const struct table *table, enum view_format format, int precision);

/* How many call sites a text table has where so many are asked for; 0: its own choice. */
size_t view_text_sites_shown(size_t asked);

/* The call sites that hold most by `sort`, as a text table; nothing if none has any; 0 or -ENOMEM. */
int view_text_sites(FILE *out, const struct view_report *report, enum view_sort sort,
		    const struct view_style *style);

/* What `mprof gc` shows.  As JSON one object; text has the first `style->sites` rows of long tables (0: its
 * own choice).  0 or -ENOMEM. */
int view_gc_text(FILE *out, const struct view_report *report, const struct view_style *style);
int view_gc_json(FILE *out, const struct view_report *report);

/* One of its tables, by name; false if there is none of it. */
bool view_gc_table(const struct view_gc *gc, const char *name, struct table *table);

/* How many warnings are worth a line each: where many modules have one, those, which come last, are not; then
 * *left is how many, for one line in their place. */
#define VIEW_WARNINGS_LEFT "%zu modules lack lines or names of functions; --warnings says which, and why"
size_t view_warnings_shown(const struct view_report *report, bool all, size_t *left);

/* Title of a section of text, a blank line before it. */
void view_text_title(FILE *out, const char *title, const struct view_style *style);

/* Paths below the reader's directory lose it. */
const char *view_short_path(const char *path, const struct view_style *style);

/* The words of a command with blanks between, on one line whatever they contain. */
void view_text_command(FILE *out, const char *const *command);

/* The formats of a report behind view_report_print. */
int view_report_text(FILE *out, const struct view_report *report, const struct view_style *style);
int view_report_json(FILE *out, const struct view_report *report, const struct view_style *style);
int view_report_csv(FILE *out, const struct view_report *report, const struct view_style *style);

/* Columns of a line table; the context of their tables is the struct view_function.  In text as
 * memory_profiler has them; in data every figure. */
extern const struct column *const view_line_columns_text[];
extern const struct column *const view_line_columns_json[];
extern const struct column *const view_line_columns_csv[];

/* Columns of a call site, in data. */
extern const struct column *const view_site_columns[];

#endif
