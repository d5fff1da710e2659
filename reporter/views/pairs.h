/* pairs.h - a section of which lines freed what which lines had allocated. */
#ifndef MPROF_REPORTER_VIEWS_PAIRS_H
#define MPROF_REPORTER_VIEWS_PAIRS_H

#include "profile/pairs.h"
#include "views/parts.h"

struct pairs_showing {
	size_t few; /* for people: the greatest */
	const char *title;
	const char *more; /* what shows the others */
};

void part_pairs(struct document *document, const struct request *request, const struct freed_pairs *pairs,
		const struct pairs_showing *showing);

#endif
