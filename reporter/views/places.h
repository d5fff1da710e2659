/*
 * places.h - places of code and call paths, as lines for people.
 */
#ifndef MPROF_REPORTER_VIEWS_PLACES_H
#define MPROF_REPORTER_VIEWS_PLACES_H

#include "profile/ways.h"
#include "views/parts.h"

/* How many columns a line may have. */
size_t place_width(const struct request *request);

/* Who called the first frame of a way: `begin`, then "< caller file.c:12 < ... < main main.c:3", in about so
 * many columns: what does not fit is left out before the outermost.  NULL: nobody is known. */
const char *place_callers(struct document *document, struct profile *profile, const struct way *way,
			  const char *begin, size_t width);

#endif
