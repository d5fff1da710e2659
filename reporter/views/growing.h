/*
 * growing.h - the section of leaks that says what grows and grows.
 */
#ifndef MPROF_REPORTER_VIEWS_GROWING_H
#define MPROF_REPORTER_VIEWS_GROWING_H

#include "profile/groups.h"
#include "views/parts.h"

/* 0, or -errno with a diagnostic. */
int part_growing(struct document *document, struct profile *profile, const struct request *request,
		 enum grouping grouping, struct diagnostic *diagnostic);

#endif
