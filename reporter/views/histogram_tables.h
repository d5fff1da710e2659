/* histogram_tables.h - sections of blocks by size and by how long they lived. */
#ifndef MPROF_REPORTER_VIEWS_HISTOGRAM_TABLES_H
#define MPROF_REPORTER_VIEWS_HISTOGRAM_TABLES_H

#include "profile/histograms.h"
#include "views/parts.h"

void part_sizes(struct document *document, const struct request *request,
		const struct histograms *histograms);

/* People read them by time and by allocations, programs by both. */
void part_lifetimes(struct document *document, const struct histograms *histograms);

#endif
