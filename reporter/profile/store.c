/*
 * store.c - see store.h.
 */
#include "profile/store.h"

#include "base/write_at.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 256u
#define BYTES_MAX (UINT64_C(256) << 20) /* of all files, and so of one */

/* ---- the directory ------------------------------------------------------- */

/* Where caches go, as the XDG base directory specification says: relative paths do not count. */
static char *base_path(void)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *path = NULL;

	if (xdg && *xdg == '/')
		return strdup(xdg);
	if (!home || *home != '/' || asprintf(&path, "%s/.cache", home) < 0)
		return NULL;
	return path;
}

/* A descriptor, -1 if there is no directory; `make` makes it. */
static int open_directory(bool make)
{
	char *base = base_path(), *path = NULL;
	int fd = -1;

	if (base && asprintf(&path, "%s/mprof", base) >= 0) {
		if (make && mkdir(base, 0700) < 0 && errno != EEXIST)
			make = false;
		if (make)
			(void)mkdir(path, 0700);
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		free(path);
	}
	free(base);
	return fd;
}

/* ---- reading ------------------------------------------------------------- */

static bool read_whole(int fd, struct buffer *bytes)
{
	struct stat status;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || (uint64_t)status.st_size > BYTES_MAX)
		return false;
	size_t count = (size_t)status.st_size;
	buffer_clear(bytes);
	if (!buffer_reserve(bytes, count + 1))
		return false;
	while (bytes->length < count) {
		ssize_t got = read(fd, bytes->data + bytes->length, count - bytes->length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		bytes->length += (size_t)got;
	}
	return true;
}

bool store_read(const char *name, struct buffer *bytes)
{
	int directory = open_directory(false), fd = -1;
	bool found = false;

	if (directory >= 0)
		fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0) {
		found = read_whole(fd, bytes);
		(void)futimens(fd, NULL); /* used now; if not, it only goes sooner */
		close(fd);
	}
	if (directory >= 0)
		close(directory);
	return found;
}

/* ---- bounds -------------------------------------------------------------- */

struct file {
	char name[64];
	uint64_t bytes;
	struct timespec used;
};

static int latest_first(const void *left, const void *right)
{
	const struct file *a = left, *b = right;

	if (a->used.tv_sec != b->used.tv_sec)
		return a->used.tv_sec > b->used.tv_sec ? -1 : 1;
	return a->used.tv_nsec > b->used.tv_nsec ? -1 : a->used.tv_nsec < b->used.tv_nsec;
}

/* Calls for each regular file; the descriptor stays the caller's. */
static void each_file(int directory, void visit(void *context, int directory, const struct file *file),
		      void *context)
{
	int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;
	struct stat status;

	if (!entries) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while ((entry = readdir(entries))) {
		struct file file = {0};
		size_t length = strlen(entry->d_name);
		if (length >= sizeof(file.name) ||
		    fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(status.st_mode))
			continue;
		memcpy(file.name, entry->d_name, length);
		file.bytes = (uint64_t)status.st_size;
		file.used = status.st_mtim;
		visit(context, directory, &file);
	}
	closedir(entries);
}

struct listing {
	struct file *files;
	size_t count;
};

static void list_file(void *context, int directory, const struct file *file)
{
	struct listing *listing = context;
	struct file *grown = reallocarray(listing->files, listing->count + 1, sizeof(*grown));

	(void)directory;
	if (!grown)
		return;
	listing->files = grown;
	listing->files[listing->count++] = *file;
}

static void prune(int directory)
{
	struct listing listing = {0};
	uint64_t bytes = 0;

	each_file(directory, list_file, &listing);
	if (listing.count > 1)
		qsort(listing.files, listing.count, sizeof(*listing.files), latest_first);
	for (size_t i = 0; i < listing.count; i++) {
		bytes += listing.files[i].bytes;
		if (i >= FILES_MAX || bytes > BYTES_MAX)
			(void)unlinkat(directory, listing.files[i].name, 0);
	}
	free(listing.files);
}

/* ---- writing and removing ------------------------------------------------ */

/* Under a name of its own first, so that nobody ever reads half a file. */
static void write_file(int directory, const char *name, const struct buffer *bytes)
{
	char temporary[64];

	snprintf(temporary, sizeof(temporary), "writing.%d", (int)getpid());
	int fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	bool whole = write_at(fd, bytes->data, bytes->length, 0) == 0;
	whole &= close(fd) == 0;
	if (!whole || renameat(directory, temporary, directory, name) < 0)
		(void)unlinkat(directory, temporary, 0);
}

void store_write(const char *name, const struct buffer *bytes)
{
	int directory = open_directory(true);

	if (directory < 0)
		return;
	write_file(directory, name, bytes);
	prune(directory);
	close(directory);
}

static void remove_if_prefixed(void *prefix, int directory, const struct file *file)
{
	if (strncmp(file->name, prefix, strlen(prefix)) == 0)
		(void)unlinkat(directory, file->name, 0);
}

void store_remove(const char *prefix)
{
	int directory = open_directory(false);
	char *copy = strdup(prefix);

	if (directory >= 0 && copy)
		each_file(directory, remove_if_prefixed, copy);
	if (directory >= 0)
		close(directory);
	free(copy);
}
