/*
 * loadable.h - whether a program that is about to be executed can load this library.
 *
 * The dynamic linker of another C library refuses to start a program with a preloaded library that it cannot
 * link; that of another machine complains.  Async-signal-safe, and safe in a vfork child: the stack is all
 * that is written to, and a descriptor is open for a moment.  errno is kept.
 */
#ifndef MPROF_PRELOAD_LOADABLE_H
#define MPROF_PRELOAD_LOADABLE_H

enum loadable {
	LOADABLE_NOT,     /* it would not start with us, or complain */
	LOADABLE,         /* also what cannot be read, or is no program, since that does no harm */
	LOADABLE_IN_VAIN, /* static: it runs without us, and hands us on to what it starts */
};

/* As openat names it, `flags` being those of execveat.  Scripts are judged by their interpreter. */
enum loadable loadable(int directory, const char *path, int flags);

/* The program that an open descriptor leads to. */
enum loadable loadable_fd(int fd);

/* The first of this name in PATH, if it is no path itself. */
enum loadable loadable_in_path(const char *file);

#endif
