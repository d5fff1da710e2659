/*
 * program.h - finds a program as execvp would, and says beforehand why LD_PRELOAD could not work in it.
 */
#ifndef MPROF_REPORTER_LAUNCH_PROGRAM_H
#define MPROF_REPORTER_LAUNCH_PROGRAM_H

#include "base/diagnostic.h"

/*
 * *path becomes the path of the program that arguments[0] names, the caller's to free().  -ENOENT, -EACCES,
 * or -ENOTSUP with the reason: not a program, another machine, static, another C library, set-user-id, built
 * with AddressSanitizer.  A script is judged by its interpreter, a dynamic linker by the program that the
 * arguments name.
 */
int program_find(char *const *arguments, char **path, struct diagnostic *diagnostic);

#endif
