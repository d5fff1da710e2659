/*
 * places.h - places of code and call paths, as lines for people.
 */
#ifndef MPROF_REPORTER_VIEWS_PLACES_H
#define MPROF_REPORTER_VIEWS_PLACES_H

#include "profile/ways.h"
#include "views/parts.h"

/* How many columns a line may have. */
size_t place_width(const struct request *request);

/* "name file.c:12"; without lines "name", or an address, with its module where that is another than before's.
 * Names are cut to half of so many columns. */
const char *place_frame(struct document *document, struct profile *profile, const struct source_frame *frame,
			const struct source_frame *before, size_t width);

/* Who called the first frame of a way: `begin`, then "< caller file.c:12 < ... < main main.c:3", in about so
 * many columns: what does not fit is left out before the outermost.  NULL: nobody is known. */
const char *place_callers(struct document *document, struct profile *profile, const struct way *way,
			  const char *begin, size_t width);

#endif
