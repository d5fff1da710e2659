/*
 * whole_file.c - write beside, sync, rename.
 */
#include "check/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *whole_file_target(const char *path)
{
	char *target = realpath(path, NULL);

	return target ? target : strdup(path);
}

static int complain(struct diagnostic *diagnostic, const char *path, int reason)
{
	return diagnostic_set(diagnostic, reason, "%s: %s", path, strerror(reason));
}

/* The mode of the old file, or what the user's mask leaves of a new one's. */
static mode_t mode_of(const char *path)
{
	struct stat status;
	mode_t mask;

	if (stat(path, &status) == 0)
		return status.st_mode & 07777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* Closes the stream; every byte that did not get to the file is an error. */
static int finish_stream(FILE *out, bool sync)
{
	int reason = fflush(out) != 0 || ferror(out) ? (errno ? errno : EIO) : 0;

	if (!reason && sync && fsync(fileno(out)) != 0)
		reason = errno;
	if (fclose(out) != 0 && !reason)
		reason = errno;
	return reason;
}

static int write_in_place(const char *path, int (*print)(FILE *, void *), void *context,
			  struct diagnostic *diagnostic)
{
	FILE *out = fopen(path, "we");
	int error, reason;

	if (!out)
		return complain(diagnostic, path, errno);
	error = print(out, context);
	reason = finish_stream(out, false);
	return error || !reason ? error : complain(diagnostic, path, reason);
}

/* The new name is in the folder only once that is on disk too; where it cannot be synced, so be it. */
static void sync_folder(char *temporary)
{
	int folder = open(dirname(temporary), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return;
	fsync(folder);
	close(folder);
}

static int open_beside(char *temporary, bool locked)
{
	if (!locked)
		return mkostemp(temporary, O_CLOEXEC);
	unlink(temporary); /* which is in the way only if a writer was killed */
	return open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static int replace(const char *path, char *temporary, bool locked, int (*print)(FILE *, void *),
		   void *context, struct diagnostic *diagnostic)
{
	int fd = open_beside(temporary, locked), error, reason;
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out)
		return complain(diagnostic, path, errno);
	errno = 0;
	error = fchmod(fd, mode_of(path)) == 0 ? print(out, context) : complain(diagnostic, path, errno);
	reason = finish_stream(out, true);
	if (!error && reason)
		error = complain(diagnostic, path, reason);
	if (!error && rename(temporary, path) != 0)
		error = complain(diagnostic, path, errno);
	if (error)
		unlink(temporary);
	else
		sync_folder(temporary);
	return error;
}

static int write_whole(const char *path, bool locked, int (*print)(FILE *, void *), void *context,
		       struct diagnostic *diagnostic)
{
	char *target = whole_file_target(path), *temporary = NULL;
	struct stat status;
	int error;

	if (!target || asprintf(&temporary, "%s.%s", target, locked ? "mprof-new" : "XXXXXX") < 0) {
		free(target);
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	}
	if (stat(target, &status) == 0 && !S_ISREG(status.st_mode))
		error = write_in_place(target, print, context, diagnostic);
	else
		error = replace(target, temporary, locked, print, context, diagnostic);
	free(temporary);
	free(target);
	return error;
}

int whole_file_write(const char *path, int (*print)(FILE *, void *), void *context,
		     struct diagnostic *diagnostic)
{
	return write_whole(path, false, print, context, diagnostic);
}

int whole_file_write_locked(const char *path, int (*print)(FILE *, void *), void *context,
			    struct diagnostic *diagnostic)
{
	return write_whole(path, true, print, context, diagnostic);
}
