/*
 * table.h - tables whose columns are data: one list of columns gives text, CSV and JSON.
 *
 * A column yields a cell, a cell knows its kind, and each format knows how to write a kind:
 * bytes are "7.6 MiB" to a person and 8000000 to a program.  Rows are arrays of any struct.
 */
#ifndef MPROF_REPORTER_VIEW_TABLE_H
#define MPROF_REPORTER_VIEW_TABLE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum cell_kind {
	CELL_BLANK, /* nothing in text and CSV, null in JSON */
	CELL_COUNT,
	CELL_BYTES, /* in MiB, so that a column of them compares at a glance */
	CELL_SIZE,  /* bytes in the unit that suits */
	CELL_SHARE, /* number out of whole */
	CELL_TIME,  /* realtime, nanoseconds */
	CELL_PAUSE, /* a short time, nanoseconds */
	CELL_TEXT,
};

struct cell {
	enum cell_kind kind;
	int64_t number;
	uint64_t whole;
	const char *text;
};

struct column {
	const char *name;   /* CSV header and JSON key */
	const char *header; /* in text */
	int gap;            /* blanks before the column, in text */
	int width;          /* in text; below 0: left-aligned; 0: as wide as its widest cell, left-aligned */
	struct cell (*cell)(const void *row, const void *context);
};

/* A column of a file's own: its cells are `value`, made from `row` and `context`. */
#define TABLE_COLUMN(id, name, header, gap, width, value)                                                    \
	static struct cell id##_cell(const void *row, const void *context)                                   \
	{                                                                                                    \
		(void)row, (void)context;                                                                    \
		return value;                                                                                \
	}                                                                                                    \
	static const struct column id = {name, header, gap, width, id##_cell};

struct table {
	const struct column *const *columns; /* ends with NULL */
	const void *rows;
	size_t row_count, row_bytes;
	const void *context; /* handed to every column; may be NULL */
};

/* Header line, and a rule under it as long as it is, or none. */
void table_text_header(FILE *out, const struct table *table, char rule);
void table_text_rows(FILE *out, const struct table *table, int precision);

/* What stands below a row, from the last column on: whole lines, or nothing. */
typedef void table_note_fn(FILE *out, const void *row, int indent);
void table_text_rows_with_notes(FILE *out, const struct table *table, int precision, table_note_fn *note);

/* RFC 4180 with LF line ends. */
void table_csv_header(FILE *out, const struct table *table);
void table_csv_rows(FILE *out, const struct table *table);
void table_csv_text(FILE *out, const char *text); /* one field, quoted if it must be */

/* One object of a row, or an array of them all; new references, NULL when out of memory. */
json_t *table_json_row(const struct table *table, size_t index);
json_t *table_json(const struct table *table);

/* A JSON string from any bytes: what is not UTF-8 becomes U+FFFD. */
json_t *table_json_text(const char *text);

static inline struct cell cell_blank(void)
{
	return (struct cell){.kind = CELL_BLANK};
}

static inline struct cell cell_count(uint64_t count)
{
	return (struct cell){.kind = CELL_COUNT, .number = (int64_t)count};
}

static inline struct cell cell_bytes(int64_t size_bytes)
{
	return (struct cell){.kind = CELL_BYTES, .number = size_bytes};
}

static inline struct cell cell_size(uint64_t size_bytes)
{
	return (struct cell){.kind = CELL_SIZE, .number = (int64_t)size_bytes};
}

static inline struct cell cell_share(uint64_t part, uint64_t whole)
{
	return (struct cell){.kind = CELL_SHARE, .number = (int64_t)part, .whole = whole};
}

static inline struct cell cell_time(uint64_t realtime_ns)
{
	return (struct cell){.kind = CELL_TIME, .number = (int64_t)realtime_ns};
}

static inline struct cell cell_pause(uint64_t time_ns)
{
	return (struct cell){.kind = CELL_PAUSE, .number = (int64_t)time_ns};
}

static inline struct cell cell_text(const char *text)
{
	return text ? (struct cell){.kind = CELL_TEXT, .text = text} : cell_blank();
}

#endif
