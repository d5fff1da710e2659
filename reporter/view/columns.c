/*
 * columns.c - the columns of line tables and call sites, each defined once for all formats.
 */
#include "view/view.h"

#define LINE(row) ((const struct view_line *)(row))
#define SITE(row) ((const struct view_site *)(row))

/* A column that is just a field; `measured` lines only, so that the others stay blank. */
#define LINE_FIELD(field, make)                                                                              \
	static struct cell line_##field(const void *row, const void *context)                                \
	{                                                                                                    \
		(void)context;                                                                               \
		return LINE(row)->measured ? make(LINE(row)->field) : cell_blank();                          \
	}

LINE_FIELD(occurrences, cell_count)
LINE_FIELD(allocations, cell_count)
LINE_FIELD(frees, cell_count)
LINE_FIELD(by_collector_blocks, cell_count)

#define LINE_BYTES(field)                                                                                    \
	static struct cell line_##field(const void *row, const void *context)                                \
	{                                                                                                    \
		(void)context;                                                                               \
		return LINE(row)->measured ? cell_bytes((int64_t)LINE(row)->field) : cell_blank();           \
	}

LINE_BYTES(mem_bytes)
LINE_BYTES(allocated_bytes)
LINE_BYTES(freed_bytes)
LINE_BYTES(peak_bytes)
LINE_BYTES(leaked_bytes)
LINE_BYTES(by_collector_bytes)
LINE_BYTES(mem_error)
LINE_BYTES(increment_error)
LINE_BYTES(peak_error)
LINE_BYTES(leaked_error)

#define LINE_GC(field)                                                                                       \
	static struct cell line_gc_##field(const void *row, const void *context)                             \
	{                                                                                                    \
		(void)context;                                                                               \
		return LINE(row)->measured ? cell_count(LINE(row)->gc.field) : cell_blank();                 \
	}

LINE_GC(collections)
LINE_GC(collected)
LINE_GC(freed_bytes)
LINE_GC(pause_ns)
LINE_GC(longest_pause_ns)

static struct cell line_number(const void *row, const void *context)
{
	(void)context;
	return cell_count(LINE(row)->line);
}

static struct cell line_increment(const void *row, const void *context)
{
	(void)context;
	if (!LINE(row)->measured)
		return cell_blank();
	return cell_bytes((int64_t)(LINE(row)->allocated_bytes - LINE(row)->freed_bytes));
}

static struct cell line_source(const void *row, const void *context)
{
	(void)context;
	return cell_text(LINE(row)->source);
}

static struct cell line_file(const void *row, const void *context)
{
	(void)row;
	return cell_text(((const struct view_function *)context)->file);
}

static struct cell line_function(const void *row, const void *context)
{
	(void)row;
	return cell_text(((const struct view_function *)context)->name);
}

static const struct column file = {"file", NULL, 0, 0, line_file};
static const struct column function = {"function", NULL, 0, 0, line_function};
static const struct column number = {"line", "Line #", 0, 6, line_number};
static const struct column source = {"source", "Line Contents", 3, -1, line_source};
static const struct column mem = {"mem_bytes", "Mem usage", 1, 12, line_mem_bytes};
static const struct column increment = {"increment_bytes", "Increment", 1, 12, line_increment};
static const struct column occurrences = {"occurrences", "Occurrences", 2, 10, line_occurrences};
static const struct column allocations = {"allocations", NULL, 0, 0, line_allocations};
static const struct column frees = {"frees", NULL, 0, 0, line_frees};
static const struct column allocated = {"allocated_bytes", NULL, 0, 0, line_allocated_bytes};
static const struct column freed = {"freed_bytes", NULL, 0, 0, line_freed_bytes};
static const struct column peak = {"peak_bytes", NULL, 0, 0, line_peak_bytes};
static const struct column leaked = {"leaked_bytes", NULL, 0, 0, line_leaked_bytes};
static const struct column collections = {"collections", NULL, 0, 0, line_gc_collections};
static const struct column collected = {"collected_bytes", NULL, 0, 0, line_gc_freed_bytes};
static const struct column collected_objects = {"collected_objects", NULL, 0, 0, line_gc_collected};
static const struct column pause = {"pause_ns", NULL, 0, 0, line_gc_pause_ns};
static const struct column longest_pause = {"longest_pause_ns", NULL, 0, 0, line_gc_longest_pause_ns};
static const struct column by_collector = {"freed_by_collector_bytes", NULL, 0, 0, line_by_collector_bytes};
static const struct column by_collector_blocks = {"freed_by_collector_blocks", NULL, 0, 0,
						  line_by_collector_blocks};

static const struct column mem_error = {"mem_bytes_error", NULL, 0, 0, line_mem_error};
static const struct column increment_error = {"increment_bytes_error", NULL, 0, 0, line_increment_error};
static const struct column peak_error = {"peak_bytes_error", NULL, 0, 0, line_peak_error};
static const struct column leaked_error = {"leaked_bytes_error", NULL, 0, 0, line_leaked_error};

#define FIGURES                                                                                              \
	&mem, &increment, &occurrences, &allocations, &frees, &allocated, &freed, &peak, &leaked,            \
		&collections, &collected, &mem_error, &increment_error, &peak_error, &leaked_error,          \
		&collected_objects, &pause, &longest_pause, &by_collector_blocks, &by_collector

const struct column *const view_line_columns_text[] = {&number,      &mem,    &increment,
						       &occurrences, &source, NULL};
const struct column *const view_line_columns_json[] = {&number, &source, FIGURES, NULL};
const struct column *const view_line_columns_csv[] = {&file, &function, &number, &source, FIGURES, NULL};

#define SITE_CELL(field, value)                                                                              \
	static struct cell site_##field(const void *row, const void *context)                                \
	{                                                                                                    \
		(void)context;                                                                               \
		return value;                                                                                \
	}

SITE_CELL(function, cell_text(SITE(row)->function))
SITE_CELL(file, cell_text(SITE(row)->file))
SITE_CELL(line, cell_count(SITE(row)->line))
SITE_CELL(allocations, cell_count(SITE(row)->allocations))
SITE_CELL(allocated_bytes, cell_bytes((int64_t)SITE(row)->allocated_bytes))
SITE_CELL(peak_bytes, cell_bytes((int64_t)SITE(row)->peak_bytes))
SITE_CELL(leaked_bytes, cell_bytes((int64_t)SITE(row)->leaked_bytes))
SITE_CELL(temporary, cell_count(SITE(row)->temporary))
SITE_CELL(collected_blocks, cell_count(SITE(row)->collected_blocks))
SITE_CELL(collected_bytes, cell_bytes((int64_t)SITE(row)->collected_bytes))
SITE_CELL(allocated_error, cell_bytes((int64_t)SITE(row)->allocated_error))
SITE_CELL(peak_error, cell_bytes((int64_t)SITE(row)->peak_error))
SITE_CELL(leaked_error, cell_bytes((int64_t)SITE(row)->leaked_error))

const struct column *const view_site_columns[] = {
	&(const struct column){"function", NULL, 0, 0, site_function},
	&(const struct column){"file", NULL, 0, 0, site_file},
	&(const struct column){"line", NULL, 0, 0, site_line},
	&(const struct column){"allocations", NULL, 0, 0, site_allocations},
	&(const struct column){"allocated_bytes", NULL, 0, 0, site_allocated_bytes},
	&(const struct column){"peak_bytes", NULL, 0, 0, site_peak_bytes},
	&(const struct column){"leaked_bytes", NULL, 0, 0, site_leaked_bytes},
	&(const struct column){"temporary", NULL, 0, 0, site_temporary},
	&(const struct column){"allocated_bytes_error", NULL, 0, 0, site_allocated_error},
	&(const struct column){"peak_bytes_error", NULL, 0, 0, site_peak_error},
	&(const struct column){"leaked_bytes_error", NULL, 0, 0, site_leaked_error},
	&(const struct column){"freed_by_collector_blocks", NULL, 0, 0, site_collected_blocks},
	&(const struct column){"freed_by_collector_bytes", NULL, 0, 0, site_collected_bytes},
	NULL,
};
