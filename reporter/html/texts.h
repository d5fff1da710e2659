/*
 * texts.h - the names in a page, each once: what is written of one is its number.
 */
#ifndef MPROF_REPORTER_HTML_TEXTS_H
#define MPROF_REPORTER_HTML_TEXTS_H

#include "base/map.h"
#include "base/strings.h"

#include <stdint.h>
#include <stdio.h>

struct texts { /* after texts_init */
	struct strings known;
	struct map numbers; /* by address of what is known: number + 1 */
	const char **list;
	size_t count, capacity;
};

void texts_init(struct texts *texts); /* with "", which is 0 */
void texts_finish(struct texts *texts);

uint32_t texts_number(struct texts *texts, const char *text);

/* All of them as a JSON array. */
void texts_print(FILE *out, const struct texts *texts);

#endif
