/*
 * loaded.h - the files whose code a running process has mapped.
 */
#ifndef MPROF_REPORTER_PLANNER_LOADED_H
#define MPROF_REPORTER_PLANNER_LOADED_H

#include "base/diagnostic.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Told of each file once, in the order of addresses; not of the shim, the dynamic linker, nor of deleted
 * files. */
typedef void loaded_fn(void *context, const char *path, bool is_program);

/* 0, or -errno and a diagnostic. */
int loaded_each(pid_t pid, loaded_fn *found, void *context, struct diagnostic *diagnostic);

/* Of the file alone that is mapped at an address, if there is one. */
int loaded_at(pid_t pid, uint64_t address, loaded_fn *found, void *context, struct diagnostic *diagnostic);

/* Whether a library is the system's, which nobody means by a wildcard. */
bool loaded_is_systems(const char *path);

/* Whether a library has a function of this very name for others to call. */
bool loaded_exports(const char *path, const char *name);

#endif
