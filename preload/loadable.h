/*
 * loadable.h - whether a program that is about to be executed can load this library.
 *
 * The dynamic linker of another C library refuses to start a program with a preloaded library that it cannot
 * link; that of another machine complains.  Async-signal-safe, and safe in a vfork child: the stack is all
 * that is written to, and a descriptor is open for a moment.  errno is kept.
 */
#ifndef MPROF_PRELOAD_LOADABLE_H
#define MPROF_PRELOAD_LOADABLE_H

#include <stdbool.h>

/* As openat names it, `flags` being those of execveat.  Scripts are judged by their interpreter.  True also
 * for what cannot be read, or is no program, or static, since that does no harm. */
bool loadable(int directory, const char *path, int flags);

/* The program that an open descriptor leads to. */
bool loadable_fd(int fd);

/* The first of this name in PATH, if it is no path itself. */
bool loadable_in_path(const char *file);

#endif
