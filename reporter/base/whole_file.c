/*
 * whole_file.c - write beside, sync, rename.
 */
#include "base/whole_file.h"
#include "trace/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNIQUE_LENGTH 6 /* of a template's end, as mkostemp() wants it */
#define NAME_TRIES 100

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

/* Every byte that did not get to the file is an error. */
static int flush(FILE *out)
{
	return fflush(out) != 0 || ferror(out) ? (errno ? errno : EIO) : 0;
}

static int flush_to_disk(FILE *out)
{
	int reason = flush(out);

	return !reason && fsync(fileno(out)) != 0 ? errno : reason;
}

static int write_in_place(const char *path, int (*print)(FILE *, void *), void *context,
			  struct diagnostic *diagnostic)
{
	FILE *out = fopen(path, "we");
	int error, reason;

	if (!out)
		return complain(diagnostic, path, errno);
	error = print(out, context);
	reason = flush(out);
	if (fclose(out) != 0 && !reason)
		reason = errno;
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

/* A file without a name goes with its writer, whatever that dies of.  -1 where the file system has none, or
 * where /proc, by which it gets its name, is not there. */
static int open_unnamed(const char *temporary)
{
	char *copy = strdup(temporary);
	int fd = -1;

	if (copy && access("/proc/self/fd", X_OK) == 0)
		fd = open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	free(copy);
	return fd;
}

/* The template's end becomes the time, until it is a name that no other writer has taken.  0 or errno. */
static int give_name(int fd, char *temporary)
{
	char file[32], *end = temporary + strlen(temporary) - UNIQUE_LENGTH;

	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	for (unsigned tries = 0; tries < NAME_TRIES; tries++) {
		snprintf(end, UNIQUE_LENGTH + 1, "%06x", (unsigned)(clock_monotonic_ns() & 0xffffff));
		if (linkat(AT_FDCWD, file, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return errno;
}

static int open_named(char *temporary, bool locked)
{
	if (!locked)
		return mkostemp(temporary, O_CLOEXEC);
	unlink(temporary); /* which is in the way only if a writer was killed */
	return open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* Writes and closes the new file; then it is whole and has the name `temporary`, or there is none. */
static int write_beside(const char *path, char *temporary, bool locked, int (*print)(FILE *, void *),
			void *context, struct diagnostic *diagnostic)
{
	int unnamed = locked ? -1 : open_unnamed(temporary), error, reason;
	int fd = unnamed < 0 ? open_named(temporary, locked) : unnamed;
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out)
		return complain(diagnostic, path, errno);
	errno = 0;
	error = fchmod(fd, mode_of(path)) == 0 ? print(out, context) : complain(diagnostic, path, errno);
	reason = flush_to_disk(out);
	if (!reason && !error && unnamed >= 0)
		reason = give_name(fd, temporary);
	if (fclose(out) != 0 && !reason)
		reason = errno;
	if (!error && reason)
		error = complain(diagnostic, path, reason);
	if (error && unnamed < 0)
		unlink(temporary);
	return error;
}

static int replace(const char *path, char *temporary, bool locked, int (*print)(FILE *, void *),
		   void *context, struct diagnostic *diagnostic)
{
	int error = write_beside(path, temporary, locked, print, context, diagnostic);

	if (error)
		return error;
	if (rename(temporary, path) != 0) {
		error = complain(diagnostic, path, errno);
		unlink(temporary);
		return error;
	}
	sync_folder(temporary);
	return 0;
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
