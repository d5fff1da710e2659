/*
 * library.h - finds libmprof.so, and sets the environment in which a program is recorded.
 */
#ifndef MPROF_REPORTER_LAUNCH_LIBRARY_H
#define MPROF_REPORTER_LAUNCH_LIBRARY_H

#include "base/diagnostic.h"

/*
 * *path becomes the library's absolute path, the caller's to free(): $MPROF_LIBRARY, or where it lies
 * relative to this executable when installed or just built, or where it was to be installed.
 * -ENOENT with a diagnostic.
 */
int library_find(char **path, struct diagnostic *diagnostic);

/*
 * Changes this process's environment to that of the program: LD_PRELOAD begins with the library, MPROF_OUT
 * is `pattern`, and the shim stays quiet unless the user has said otherwise.  0 or -errno.
 */
int library_set_environment(const char *library, const char *pattern, struct diagnostic *diagnostic);

#endif
