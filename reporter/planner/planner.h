/*
 * planner.h - from names of functions to the places where their lines are to be counted: the plan of
 * trace/plan.h.
 *
 * Out of memory ends the process.  Files are untrusted.
 */
#ifndef MPROF_REPORTER_PLANNER_PLANNER_H
#define MPROF_REPORTER_PLANNER_PLANNER_H

#include "base/diagnostic.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct planner;

/* The globs are borrowed: of names of functions (fnmatch), as DWARF, as people or as linkers have them; ""
 * stands for those marked MPROF_PROFILE.  Never NULL. */
struct planner *planner_create(const char *const *globs, size_t glob_count);
void planner_destroy(struct planner *planner);

/* Plans an object.  One that has no debug information, or none of the functions, adds nothing.  0, or -errno
 * and a diagnostic if it is no program or library. */
int planner_add_object(struct planner *planner, const char *path, struct diagnostic *diagnostic);

/* Plans what a process has loaded, but for the shim and the dynamic linker, and the system's libraries unless
 * a glob without wildcards could mean a function there.  0, or -errno and a diagnostic if there is no such
 * process. */
int planner_add_process(struct planner *planner, pid_t pid, struct diagnostic *diagnostic);

/* Plans that object alone of them which is mapped at an address. */
int planner_add_opened(struct planner *planner, pid_t pid, uint64_t address, struct diagnostic *diagnostic);

/* How many functions the plan tells of so far. */
size_t planner_functions(const struct planner *planner);

/* Writes the plan: 0, or -errno and a diagnostic. */
int planner_write(struct planner *planner, const char *path, struct diagnostic *diagnostic);

#endif
