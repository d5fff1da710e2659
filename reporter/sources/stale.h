/*
 * stale.h - whether a source file is still the one that was compiled and recorded.
 */
#ifndef MPROF_REPORTER_SOURCES_STALE_H
#define MPROF_REPORTER_SOURCES_STALE_H

#include "sources/sources.h"

#include <stdbool.h>

/* What is known of a file when it was compiled into a module that ran. */
struct stale_facts {
	const unsigned char *md5; /* NULL: its compiler did not say */
	const char *module;       /* path */
	uint64_t started_realtime_ns;
};

/* By checksum, or else by time: newer than the module, or changed since the run.  *since says which of the
 * two it is newer than: the module's path or "the recording". */
bool stale_is(const struct source_text *text, const struct stale_facts *facts, const char **since);

#endif
