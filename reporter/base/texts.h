/*
 * texts.h - texts by numbers, for formats that have each once, in a table.
 */
#ifndef MPROF_REPORTER_BASE_TEXTS_H
#define MPROF_REPORTER_BASE_TEXTS_H

#include "strings.h"

#include <stdint.h>

struct texts { /* all zero: none yet */
	struct strings strings;
	struct map numbers;
	const char **list; /* by number */
	size_t count, capacity;
};

void texts_finish(struct texts *texts);

/* From 0, as they come. */
uint32_t texts_number(struct texts *texts, const char *text);

#endif
