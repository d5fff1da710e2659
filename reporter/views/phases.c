/*
 * phases.c - what the program did between mprof_begin and mprof_end, and at its marks.
 */
#include "profile/phases.h"

#include "views/parts.h"

#include <stdlib.h>

#define PHASE ((const struct phase *)row)
#define IF_MEASURED(value) (PHASE->measured ? value : cell_blank())

TABLE_COLUMN(name, "name", NULL, 0, 0, cell_text(PHASE->name))
TABLE_COLUMN(mark, "mark", NULL, 0, 0, cell_truth(PHASE->mark))
TABLE_COLUMN(unended, "ended", NULL, 0, 0, cell_truth(!PHASE->unended))
TABLE_COLUMN(begin, "begin_ns", "Begin", 0, 10, cell_pause(PHASE->begin_ns))
TABLE_COLUMN(duration, "duration_ns", "Duration", 1, 10,
	     PHASE->mark ? cell_blank() : cell_pause(PHASE->duration_ns))
TABLE_COLUMN(begin_bytes, "begin_bytes", "Before", 1, 10, IF_MEASURED(cell_size(PHASE->begin_bytes)))
TABLE_COLUMN(peak_bytes, "peak_bytes", "Peak", 1, 10,
	     PHASE->mark ? cell_blank() : IF_MEASURED(cell_size(PHASE->peak_bytes)))
TABLE_COLUMN(end_bytes, "end_bytes", "After", 1, 10,
	     PHASE->mark ? cell_blank() : IF_MEASURED(cell_size(PHASE->end_bytes)))
TABLE_COLUMN(allocations, "allocations", "Allocs", 1, 8,
	     PHASE->mark ? cell_blank() : IF_MEASURED(cell_count(PHASE->allocations)))
TABLE_COLUMN(allocated, "allocated_bytes", NULL, 0, 0, IF_MEASURED(cell_count(PHASE->allocated_bytes)))
TABLE_COLUMN(text_name, NULL, "Phase", 2, -1, cell_text(PHASE->name))

static const struct column *const columns[] = {&name,        &mark,        &unended,    &begin,
					       &duration,    &begin_bytes, &peak_bytes, &end_bytes,
					       &allocations, &allocated,   &text_name,  NULL};

static int by_peak(const void *left, const void *right)
{
	const struct phase *const *a = left, *const *b = right;

	if ((*a)->peak_bytes != (*b)->peak_bytes)
		return (*a)->peak_bytes > (*b)->peak_bytes ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

/* Those with the highest peaks, in their own order. */
static const struct phase *greatest(struct document *document, const struct phase *phases, size_t count,
				    size_t most)
{
	const struct phase **sorted = pool_alloc(&document->pool, count * sizeof(*sorted));
	bool *kept = pool_alloc(&document->pool, count);
	struct phase *rows = pool_alloc(&document->pool, most * sizeof(*rows));
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = &phases[i];
	qsort(sorted, count, sizeof(*sorted), by_peak);
	for (size_t i = 0; i < most; i++)
		kept[sorted[i] - phases] = true;
	for (size_t i = 0; i < count; i++)
		if (kept[i])
			rows[used++] = phases[i];
	return rows;
}

size_t part_phases(struct document *document, struct profile *profile, const struct request *request,
		   size_t few)
{
	size_t count, shown;
	const struct phase *phases = profile_phases(profile, &count);
	const char *title = "Phases and marks";

	shown = request->for_people && few > 0 && count > few ? few : count;
	if (shown < count) {
		title = pool_format(&document->pool,
				    "Phases and marks (the %zu of %zu with the highest peaks)", shown, count);
		phases = greatest(document, phases, count, shown);
	}
	document_add(document, &(struct section){.name = "phases",
						 .title = title,
						 .table = {columns, phases, shown, sizeof(*phases), NULL},
						 .only_if_rows = true});
	return shown > 0 ? shown + 4 : 0;
}
