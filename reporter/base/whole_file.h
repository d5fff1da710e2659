/*
 * whole_file.h - files that others see in their old state or in their new one, and never in between.
 */
#ifndef MPROF_REPORTER_BASE_WHOLE_FILE_H
#define MPROF_REPORTER_BASE_WHOLE_FILE_H

#include "base/diagnostic.h"

#include <stdio.h>

/* Where writing ends up: behind symbolic links, if there are any.  The caller's to free(); NULL: no memory.
 */
char *whole_file_target(const char *path);

/*
 * Has `print` write a new file beside `path`, brings it to disk, and puts it in the place of the old one; on
 * any error the old one stays.  A writer that is killed leaves nothing, where the file system has files
 * without a name (ext4, xfs, btrfs, tmpfs), else PATH.XXXXXX.  What is no regular file (a pipe, /dev/stdout)
 * is written as it is. 0 or -errno with a diagnostic; print's error is passed through.
 */
int whole_file_write(const char *path, int (*print)(FILE *out, void *context), void *context,
		     struct diagnostic *diagnostic);

/*
 * The same for who keeps all other writers of `path` out meanwhile.  So the new file's name is always the
 * same, PATH.mprof-new: what a writer that was killed leaves goes with the next one.
 */
int whole_file_write_locked(const char *path, int (*print)(FILE *out, void *context), void *context,
			    struct diagnostic *diagnostic);

#endif
