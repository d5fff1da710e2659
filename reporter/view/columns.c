/*
 * columns.c - the columns of line tables and call sites, each defined once for all formats.
 *
 * Columns without a header are not for text.
 */
#include "view/view.h"

/* ---- lines -------------------------------------------------------------------------- */

#define LINE ((const struct view_line *)row)
#define FUNCTION ((const struct view_function *)context)

/* Only what was measured has figures, so that other lines stay blank. */
#define IF_MEASURED(value) (LINE->measured ? value : cell_blank())
#define LINE_COUNT(id, name, field) TABLE_COLUMN(id, name, NULL, 0, 0, IF_MEASURED(cell_count(LINE->field)))
#define LINE_BYTES(id, name, field)                                                                          \
	TABLE_COLUMN(id, name, NULL, 0, 0, IF_MEASURED(cell_bytes((int64_t)LINE->field)))

TABLE_COLUMN(file, "file", NULL, 0, 0, cell_text(FUNCTION->file))
TABLE_COLUMN(function, "function", NULL, 0, 0, cell_text(FUNCTION->name))
TABLE_COLUMN(number, "line", NULL, 0, 0, cell_count(LINE->line))
TABLE_COLUMN(source, "source", NULL, 0, 0, cell_text(LINE->source))
TABLE_COLUMN(number_text, NULL, "Line #", 0, 6, LINE->line > 0 ? cell_count(LINE->line) : cell_text("?"))
TABLE_COLUMN(source_text, NULL, "Line Contents", 3, -1,
	     cell_text(LINE->line > 0 ? LINE->source : "(code that stands at none of these lines alone)"))
TABLE_COLUMN(mem, "mem_bytes", "Mem usage", 1, 12, IF_MEASURED(cell_bytes((int64_t)LINE->mem_bytes)))
TABLE_COLUMN(increment, "increment_bytes", "Increment", 1, 12,
	     IF_MEASURED(cell_bytes((int64_t)(LINE->allocated_bytes - LINE->freed_bytes))))
TABLE_COLUMN(occurrences, "occurrences", "Occurrences", 2, 10, IF_MEASURED(cell_count(LINE->occurrences)))
LINE_COUNT(allocations, "allocations", allocations)
LINE_COUNT(frees, "frees", frees)
LINE_BYTES(allocated, "allocated_bytes", allocated_bytes)
LINE_BYTES(freed, "freed_bytes", freed_bytes)
LINE_BYTES(peak, "peak_bytes", peak_bytes)
LINE_BYTES(leaked, "leaked_bytes", leaked_bytes)
LINE_COUNT(collections, "collections", gc.collections)
LINE_COUNT(collected, "collected_bytes", gc.freed_bytes)
LINE_COUNT(collected_objects, "collected_objects", gc.collected)
LINE_COUNT(pause, "pause_ns", gc.pause_ns)
LINE_COUNT(longest_pause, "longest_pause_ns", gc.longest_pause_ns)
LINE_BYTES(by_collector, "freed_by_collector_bytes", by_collector_bytes)
LINE_COUNT(by_collector_blocks, "freed_by_collector_blocks", by_collector_blocks)
LINE_BYTES(mem_error, "mem_bytes_error", mem_error)
LINE_BYTES(increment_error, "increment_bytes_error", increment_error)
LINE_BYTES(peak_error, "peak_bytes_error", peak_error)
LINE_BYTES(leaked_error, "leaked_bytes_error", leaked_error)

#define FIGURES                                                                                              \
	&mem, &increment, &occurrences, &allocations, &frees, &allocated, &freed, &peak, &leaked,            \
		&collections, &collected, &mem_error, &increment_error, &peak_error, &leaked_error,          \
		&collected_objects, &pause, &longest_pause, &by_collector_blocks, &by_collector

const struct column *const view_line_columns_text[] = {&number_text, &mem,         &increment,
						       &occurrences, &source_text, NULL};
const struct column *const view_line_columns_json[] = {&number, &source, FIGURES, NULL};
const struct column *const view_line_columns_csv[] = {&file, &function, &number, &source, FIGURES, NULL};

/* ---- call sites --------------------------------------------------------------------- */

#define SITE ((const struct view_site *)row)
#define SITE_COUNT(id, name, field) TABLE_COLUMN(id, name, NULL, 0, 0, cell_count(SITE->field))
#define SITE_BYTES(id, name, field) TABLE_COLUMN(id, name, NULL, 0, 0, cell_bytes((int64_t)SITE->field))

TABLE_COLUMN(site_function, "function", NULL, 0, 0, cell_text(SITE->function))
TABLE_COLUMN(site_file, "file", NULL, 0, 0, cell_text(SITE->file))
SITE_COUNT(site_line, "line", line)
TABLE_COLUMN(site_place, "place", NULL, 0, 0, cell_text(SITE->place))
SITE_COUNT(site_allocations, "allocations", allocations)
SITE_BYTES(site_allocated, "allocated_bytes", allocated_bytes)
SITE_BYTES(site_peak, "peak_bytes", peak_bytes)
SITE_BYTES(site_leaked, "leaked_bytes", leaked_bytes)
SITE_BYTES(site_kept, "kept_bytes", kept_bytes)
SITE_COUNT(site_kept_blocks, "kept_blocks", kept_blocks)
SITE_COUNT(site_temporary, "temporary", temporary)
SITE_BYTES(site_allocated_error, "allocated_bytes_error", allocated_error)
SITE_BYTES(site_peak_error, "peak_bytes_error", peak_error)
SITE_BYTES(site_leaked_error, "leaked_bytes_error", leaked_error)
SITE_COUNT(site_collected_blocks, "freed_by_collector_blocks", collected_blocks)
SITE_BYTES(site_collected, "freed_by_collector_bytes", collected_bytes)

const struct column *const view_site_columns[] = {&site_function,
						  &site_file,
						  &site_line,
						  &site_place,
						  &site_allocations,
						  &site_allocated,
						  &site_peak,
						  &site_leaked,
						  &site_temporary,
						  &site_allocated_error,
						  &site_peak_error,
						  &site_leaked_error,
						  &site_collected_blocks,
						  &site_collected,
						  &site_kept,
						  &site_kept_blocks,
						  NULL};
