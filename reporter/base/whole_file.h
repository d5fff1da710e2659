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

/* Where what is written stands until it is whole. */
enum whole_file_place {
	WHOLE_FILE_UNNAMED,  /* beside the old file, and gone with its writer */
	WHOLE_FILE_NAMED,    /* the same as PATH.XXXXXX */
	WHOLE_FILE_IN_PLACE, /* in the file itself */
};

struct whole_file {
	FILE *stream;
	const char *path; /* as it was named; borrowed */
	char *target, *temporary;
	enum whole_file_place place;
};

/*
 * A new file beside `path` that takes the place of the old one when it is committed.  A writer that is killed
 * leaves nothing, where the file system has files without a name (ext4, xfs, btrfs, tmpfs), else PATH.XXXXXX.
 * What is no regular file (a pipe, /dev/stdout), or is one in a folder where nothing can be made, is written
 * as it is.  Mode and, where that is allowed, owner are the old file's.  0 or -errno with a diagnostic.
 */
int whole_file_open(struct whole_file *file, const char *path, struct diagnostic *diagnostic);

/* Brings it to disk and in the old one's place; on any error, of earlier writes too, the old one stays.  0 or
 * -errno with a diagnostic. */
int whole_file_commit(struct whole_file *file, struct diagnostic *diagnostic);

/* As if it had never been opened; what was written in place stays. */
void whole_file_drop(struct whole_file *file);

/* All of these: has `print` write the file.  Its error is passed through, and the old file stays. */
int whole_file_write(const char *path, int (*print)(FILE *out, void *context), void *context,
		     struct diagnostic *diagnostic);

/*
 * The same for who keeps all other writers of `path` out meanwhile.  So the new file's name is always the
 * same, PATH.mprof-new: what a writer that was killed leaves goes with the next one.
 */
int whole_file_write_locked(const char *path, int (*print)(FILE *out, void *context), void *context,
			    struct diagnostic *diagnostic);

#endif
