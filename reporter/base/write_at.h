/*
 * write_at.h - bytes written whole, at a place in a file.
 */
#ifndef MPROF_REPORTER_BASE_WRITE_AT_H
#define MPROF_REPORTER_BASE_WRITE_AT_H

#include <stddef.h>
#include <sys/types.h>

/* 0 or -errno; on an error any part of them may be there.  Goes on after signals. */
int write_at(int fd, const void *bytes, size_t count, off_t at);

#endif
