/*
 * sanitized.h - whether a program is built with a sanitizer whose allocator must come first.
 *
 * Such a runtime stops the program where another library was preloaded before it, or crashes.
 */
#ifndef MPROF_PRELOAD_SESSION_SANITIZED_H
#define MPROF_PRELOAD_SESSION_SANITIZED_H

#include <link.h>
#include <stdbool.h>

/* The dynamic ELF program behind the descriptor, by the libraries that it needs and by the runtime that it
 * exports.  A runtime that is part of the program and exports nothing goes unseen; it does not stop programs.
 * False also for what is damaged.  Async-signal-safe; nothing is written to but the stack, of which it takes
 * some 3 KiB. */
bool sanitized(int fd, const ElfW(Ehdr) * header);

#endif
