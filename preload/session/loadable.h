/*
 * loadable.h - what comes of it when a program that is about to be executed is to load this library.
 *
 * The dynamic linker of another C library refuses to start a program with a preloaded library that it cannot
 * link; that of another machine complains; a sanitizer's runtime wants to be the first.  Async-signal-safe,
 * and safe in a vfork child: a stack is mapped and a descriptor open for a moment, and signals are blocked.
 * errno is kept.
 */
#ifndef MPROF_PRELOAD_SESSION_LOADABLE_H
#define MPROF_PRELOAD_SESSION_LOADABLE_H

#include <stdbool.h>

enum loading {
	LOADING_WORKS,   /* also what cannot be read, or is no program */
	LOADING_IS_IDLE, /* a static program, or one that gets other rights: no harm, no recording */
	LOADING_HARMS,   /* of another C library or machine, or sanitized */
};

/* As openat names it, `flags` being those of execveat.  Scripts are judged by their interpreter.  The path
 * may lead nowhere. */
enum loading loadable(int directory, const char *path, int flags);

/* The program that an open descriptor leads to. */
enum loading loadable_fd(int fd);

/* The first of this name in PATH, if it is no path itself. */
enum loading loadable_in_path(const char *file);

/* Such a path, or such a name, in a child that will perhaps begin in another directory, with other
 * descriptors.  What cannot be found from here may be anything, so it harms. */
enum loading loadable_elsewhere(const char *path, bool in_path);

#endif
