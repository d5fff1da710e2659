/*
 * whole_file.c - write beside, sync, rename.
 */
#include "base/whole_file.h"
#include "trace/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNIQUE_LENGTH 6 /* of a template's end, as mkostemp() wants it */
#define NAME_TRIES 100
#define LINKS_MAX 40

/* What a link says, as seen from where it is; NULL: it is none. */
static char *link_target(const char *link)
{
	char text[PATH_MAX], *folder, *target = NULL;
	ssize_t length = readlink(link, text, sizeof(text) - 1);

	if (length < 0)
		return NULL;
	text[length] = '\0';
	if (*text == '/')
		return strdup(text);
	folder = strdup(link);
	if (folder && asprintf(&target, "%s/%s", dirname(folder), text) < 0)
		target = NULL;
	free(folder);
	return target;
}

char *whole_file_target(const char *path)
{
	char *target = realpath(path, NULL), *next;

	/* What a link leads to may be still to come. */
	if (!target && (target = strdup(path)))
		for (unsigned links = 0; links < LINKS_MAX && (next = link_target(target)); links++) {
			free(target);
			target = next;
		}
	return target;
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

/* Where nothing can stand beside it (0 or -errno), or where it is no regular file. */
static bool is_written_in_place(const char *target, int error)
{
	struct stat status;

	if (stat(target, &status) != 0)
		return false;
	return !S_ISREG(status.st_mode) || error == -EACCES || error == -EPERM || error == -EROFS;
}

/* Mode and owner of the old file, as if it had been written over; a stranger's file may become the writer's.
 */
static int take_after(int fd, const char *target)
{
	struct stat status;

	if (stat(target, &status) == 0 && fchown(fd, status.st_uid, status.st_gid) != 0)
		errno = 0;
	return fchmod(fd, mode_of(target)) != 0 ? errno : 0;
}

static int open_beside(struct whole_file *file, bool locked)
{
	int fd = locked ? -1 : open_unnamed(file->temporary), reason;

	file->place = fd >= 0 ? WHOLE_FILE_UNNAMED : WHOLE_FILE_NAMED;
	if (fd < 0)
		fd = open_named(file->temporary, locked);
	if (fd < 0)
		return -errno;
	reason = take_after(fd, file->target);
	if (!reason && (file->stream = fdopen(fd, "w")))
		return 0;
	if (!reason)
		reason = errno;
	close(fd);
	if (file->place == WHOLE_FILE_NAMED)
		unlink(file->temporary);
	return -reason;
}

static int open_in_place(struct whole_file *file)
{
	file->place = WHOLE_FILE_IN_PLACE;
	file->stream = fopen(file->target, "we");
	return file->stream ? 0 : -errno;
}

static void finish(struct whole_file *file)
{
	free(file->target);
	free(file->temporary);
}

static int open_whole(struct whole_file *file, const char *path, bool locked, struct diagnostic *diagnostic)
{
	char *target = whole_file_target(path), *temporary = NULL;
	int error = 0;

	if (!target || asprintf(&temporary, "%s.%s", target, locked ? "mprof-new" : "XXXXXX") < 0) {
		free(target);
		diagnostic_set(diagnostic, ENOMEM, "out of memory");
		return -ENOMEM;
	}
	*file = (struct whole_file){.path = path, .target = target, .temporary = temporary};
	if (!is_written_in_place(file->target, 0))
		error = open_beside(file, locked);
	if (is_written_in_place(file->target, error))
		error = open_in_place(file);
	if (error) {
		finish(file);
		complain(diagnostic, path, -error);
	}
	return error;
}

int whole_file_open(struct whole_file *file, const char *path, struct diagnostic *diagnostic)
{
	return open_whole(file, path, false, diagnostic);
}

/* 0 or errno. */
static int commit(struct whole_file *file)
{
	bool in_place = file->place == WHOLE_FILE_IN_PLACE;
	int reason = in_place ? flush(file->stream) : flush_to_disk(file->stream);

	if (!reason && file->place == WHOLE_FILE_UNNAMED) {
		reason = give_name(fileno(file->stream), file->temporary);
		file->place = reason ? WHOLE_FILE_UNNAMED : WHOLE_FILE_NAMED;
	}
	if (fclose(file->stream) != 0 && !reason)
		reason = errno;
	if (!reason && !in_place && rename(file->temporary, file->target) != 0)
		reason = errno;
	if (reason && file->place == WHOLE_FILE_NAMED)
		unlink(file->temporary);
	if (!reason && !in_place)
		sync_folder(file->temporary);
	return reason;
}

int whole_file_commit(struct whole_file *file, struct diagnostic *diagnostic)
{
	int reason = commit(file);

	finish(file);
	return reason ? complain(diagnostic, file->path, reason) : 0;
}

void whole_file_drop(struct whole_file *file)
{
	fclose(file->stream);
	if (file->place == WHOLE_FILE_NAMED)
		unlink(file->temporary);
	finish(file);
}

static int write_whole(const char *path, bool locked, int (*print)(FILE *, void *), void *context,
		       struct diagnostic *diagnostic)
{
	struct whole_file file;
	int error = open_whole(&file, path, locked, diagnostic);

	if (error)
		return error;
	errno = 0;
	error = print(file.stream, context);
	if (!error)
		return whole_file_commit(&file, diagnostic);
	whole_file_drop(&file);
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
