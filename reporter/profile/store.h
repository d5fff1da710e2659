/*
 * store.h - small files that only save time: $XDG_CACHE_HOME/mprof, else ~/.cache/mprof.
 *
 * Nothing here can fail outwardly: without a usable directory nothing is found and nothing kept.
 * Files appear whole or not at all; the directory is bounded, and what was not used for longest
 * goes first.  What is read back is untrusted.
 */
#ifndef MPROF_REPORTER_PROFILE_STORE_H
#define MPROF_REPORTER_PROFILE_STORE_H

#include "trace/buffer.h"

#include <stdbool.h>

/* Replaces the contents of `bytes` by the file's; false if there is none.  Counts as use. */
bool store_read(const char *name, struct buffer *bytes);

void store_write(const char *name, const struct buffer *bytes);

/* Removes all files whose names begin so. */
void store_remove(const char *prefix);

#endif
