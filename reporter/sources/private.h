/*
 * private.h - what the files of reporter/sources share; nobody else includes it.
 */
#ifndef MPROF_REPORTER_SOURCES_PRIVATE_H
#define MPROF_REPORTER_SOURCES_PRIVATE_H

#include "sources/sources.h"

/* A file that was asked for. */
struct source_entry {
	struct source_entry *next;
	char *file;
	bool found;
	char *path, *content;
	const char **lines;
	struct source_text text;
};

struct sources {
	const struct source_options *options;
	struct source_entry *entries;
	char *unpacked; /* text that was packed */
};

/* A new entry, with nothing found yet; NULL: no memory. */
struct source_entry *sources_add(struct sources *sources, const char *file, size_t length);

#endif
