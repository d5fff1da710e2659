/* pairs.h - a section of which lines freed what which lines had allocated. */
#ifndef MPROF_REPORTER_VIEWS_PAIRS_H
#define MPROF_REPORTER_VIEWS_PAIRS_H

#include "profile/pairs.h"
#include "views/parts.h"

/* For people the `few` greatest, and below them how many more there are. */
void part_pairs(struct document *document, const struct request *request, const struct freed_pairs *pairs,
		size_t few, const char *title);

/* That figures are estimates, of a sampled recording; for people.  stats.c */
void part_estimates(struct document *document, struct profile *profile);

#endif
