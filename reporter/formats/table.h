/*
 * table.h - tables whose columns are data: one list of columns serves every format.
 *
 * A column yields a cell, a cell knows its kind, and each format knows how to write a kind: bytes are
 * "7.6 MiB" to a person and 8000000 to a program.  Rows are arrays of any struct.
 */
#ifndef MPROF_REPORTER_FORMATS_TABLE_H
#define MPROF_REPORTER_FORMATS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_kind {
	CELL_BLANK, /* nothing in text and CSV, null in JSON */
	CELL_COUNT,
	CELL_CHANGE,      /* a count that may be less than 0: "+3" */
	CELL_BYTES,       /* in one unit for all of a table, so that a column of them compares at a glance */
	CELL_SIZE,        /* bytes in the unit that suits each */
	CELL_SIZE_CHANGE, /* the same with its sign */
	CELL_SHARE,       /* number out of whole; in data a fraction of 1 */
	CELL_TIME,        /* realtime, nanoseconds */
	CELL_PAUSE,       /* a short time, nanoseconds */
	CELL_TRUTH,       /* yes or no */
	CELL_TEXT,
	CELL_WORDS, /* several texts: an array in JSON, else with blanks between */
	CELL_LINES, /* several texts, each a line of its own below the row; for people only */
	CELL_ROWS,  /* a table: an array in JSON, and JSON in CSV; for programs only */
};

struct table;

struct cell {
	enum cell_kind kind;
	int64_t number;
	uint64_t whole;
	const char *text;
	const char *const *words; /* ends with NULL */
	const struct table *rows;
};

enum column_shown { /* to people; programs get every column */
		    COLUMN_ALWAYS,
		    COLUMN_USUALLY,    /* unless --columns names others */
		    COLUMN_ON_REQUEST, /* only if --columns names it */
};

struct column {
	const char *name;   /* key of programs; "a.b": key b of an object a; NULL: for people only */
	const char *header; /* for people; NULL: for programs only */
	int gap;            /* blanks before the column, in text */
	int width;          /* in text; below 0: left-aligned; 0: as wide as its widest cell, left-aligned; of
			     * lines below a row: how far they are indented, 0: as its last column */
	struct cell (*cell)(const void *row, const void *context);
	enum column_shown shown;
	const char *asked; /* what --columns calls one without a name; may be NULL */
};

/* A column of a file's own: its cells are `value`, made from `row` and `context`. */
#define TABLE_COLUMN(id, name, header, gap, width, value)                                                    \
	TABLE_COLUMN_SHOWN(id, name, header, gap, width, COLUMN_ALWAYS, value)
#define TABLE_COLUMN_SHOWN(id, name, header, gap, width, shown, value)                                       \
	TABLE_COLUMN_ASKED(id, name, NULL, header, gap, width, shown, value)
#define TABLE_COLUMN_ASKED(id, name, asked, header, gap, width, shown, value)                                \
	static struct cell id##_cell(const void *row, const void *context)                                   \
	{                                                                                                    \
		(void)row, (void)context;                                                                    \
		return value;                                                                                \
	}                                                                                                    \
	static const struct column id = {name, header, gap, width, id##_cell, shown, asked};

struct table {
	const struct column *const *columns; /* ends with NULL */
	const void *rows;
	size_t row_count, row_bytes;
	const void *context; /* handed to every column; may be NULL */
};

#define TABLE_COLUMNS_MAX 48

/* A cell of a table, by indices. */
static inline struct cell table_cell(const struct table *table, size_t row, size_t column)
{
	return table->columns[column]->cell((const char *)table->rows + row * table->row_bytes,
					    table->context);
}

static inline struct cell cell_blank(void)
{
	return (struct cell){.kind = CELL_BLANK};
}

static inline struct cell cell_count(uint64_t count)
{
	return (struct cell){.kind = CELL_COUNT, .number = (int64_t)count};
}

static inline struct cell cell_change(int64_t change)
{
	return (struct cell){.kind = CELL_CHANGE, .number = change};
}

static inline struct cell cell_bytes(int64_t size_bytes)
{
	return (struct cell){.kind = CELL_BYTES, .number = size_bytes};
}

static inline struct cell cell_size(uint64_t size_bytes)
{
	return (struct cell){.kind = CELL_SIZE, .number = (int64_t)size_bytes};
}

static inline struct cell cell_size_change(int64_t change_bytes)
{
	return (struct cell){.kind = CELL_SIZE_CHANGE, .number = change_bytes};
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

static inline struct cell cell_truth(bool truth)
{
	return (struct cell){.kind = CELL_TRUTH, .number = truth};
}

static inline struct cell cell_text(const char *text)
{
	return text ? (struct cell){.kind = CELL_TEXT, .text = text} : cell_blank();
}

static inline struct cell cell_words(const char *const *words)
{
	return (struct cell){.kind = CELL_WORDS, .words = words};
}

static inline struct cell cell_lines(const char *const *lines)
{
	return lines && *lines ? (struct cell){.kind = CELL_LINES, .words = lines} : cell_blank();
}

static inline struct cell cell_rows(const struct table *rows)
{
	return (struct cell){.kind = CELL_ROWS, .rows = rows};
}

#endif
