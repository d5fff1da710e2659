/*
 * strings.h - interned strings: equal text has equal addresses, for as long as the table lives.
 */
#ifndef MPROF_REPORTER_BASE_STRINGS_H
#define MPROF_REPORTER_BASE_STRINGS_H

#include "map.h"
#include "pool.h"

struct strings {
	struct pool pool;
	struct map map;
};

void strings_init(struct strings *strings);
void strings_finish(struct strings *strings);

const char *strings_intern(struct strings *strings, const char *text);
const char *strings_intern_bytes(struct strings *strings, const char *text, size_t length);

/* The path without empty, "." and ".." components (a relative one keeps leading ".."s).  By text alone:
 * it need not exist on this machine. */
const char *strings_path(struct strings *strings, const char *path);

#endif
