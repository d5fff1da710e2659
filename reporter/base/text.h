/*
 * text.h - what is asked of a plain text: how it begins or ends, and which part of a path is the file's name.
 */
#ifndef MPROF_REPORTER_BASE_TEXT_H
#define MPROF_REPORTER_BASE_TEXT_H

#include <stdbool.h>
#include <string.h>

static inline bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static inline bool text_ends(const char *text, const char *ending)
{
	size_t length = strlen(text), end = strlen(ending);

	return length >= end && strcmp(text + length - end, ending) == 0;
}

/* What follows the last slash of a path, which may be nothing. */
static inline const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
