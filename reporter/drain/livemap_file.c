/*
 * livemap_file.c - see livemap_file.h.
 */
#include "drain/livemap_file.h"

#include "base/write_at.h"
#include "trace/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define PAGE_BYTES UINT64_C(4096)
#define FIRST_BYTES (UINT64_C(64) << 10)
/* A file system below this is somebody's small share, such as the 64 MiB of a container. */
#define SMALL_BYTES (UINT64_C(256) << 20)
#define LEFT_BYTES (UINT64_C(48) << 20) /* to others, at least */
#define RETRY_FIRST_NS UINT64_C(1000000)
#define RETRY_MOST_NS UINT64_C(1000000000)

static enum livemap_place place_of(const struct livemap_files *files)
{
	/* Relaxed: whoever stored it is this process, or dead. */
	return atomic_load_explicit(files->place, memory_order_relaxed) ? LIVEMAP_FAR : LIVEMAP_NEAR;
}

static void set_place(const struct livemap_files *files, enum livemap_place place)
{
	/* Release: the file there is whole before it counts. */
	atomic_store_explicit(files->place, place, memory_order_release);
}

static bool is_want_of_room(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EFBIG;
}

/* ---- room ---------------------------------------------------------------- */

static bool same_file_system(int fd, const char *beside)
{
	char directory[PATH_MAX];
	struct stat here, there;
	int length = snprintf(directory, sizeof(directory), "%s", beside);
	char *slash = strrchr(directory, '/');
	if (length < 0 || (size_t)length >= sizeof(directory) || !slash)
		return false;
	slash[1] = '\0';
	return fstat(fd, &here) == 0 && stat(directory, &there) == 0 && here.st_dev == there.st_dev;
}

/* Whether others have enough if the file grows by so much here. */
static bool leaves_room(const struct livemap_file *file, uint64_t more)
{
	struct statfs system;
	if (!file->shares_room || fstatfs(file->fd, &system) < 0 || system.f_blocks == 0)
		return true;
	uint64_t block = (uint64_t)system.f_bsize, left = system.f_bavail * block;
	return system.f_blocks * block >= SMALL_BYTES && left >= more + LEFT_BYTES &&
	       file->bytes + more <= (left + file->bytes) / 2;
}

/* Pages are reserved, since a store that finds no room would be SIGBUS. */
static int reserve(int fd, uint64_t from, uint64_t bytes)
{
	return -posix_fallocate(fd, (off_t)from, (off_t)bytes);
}

/* Maps pages at once, which is cheaper than one by one; those that are reserved and yet not to be had are no
 * room.  Kernels before 5.14 map them later. */
static int populate(char *memory, uint64_t bytes)
{
	return madvise(memory, bytes, MADV_POPULATE_WRITE) < 0 && errno == EFAULT ? -ENOSPC : 0;
}

/* ---- growing where it is ------------------------------------------------- */

static int extend(struct livemap_file *file, uint64_t more)
{
	uint64_t bytes = file->bytes + more;
	int error = reserve(file->fd, file->bytes, more);
	if (error < 0)
		return error;
	void *memory = mremap(file->memory, file->bytes, bytes, MREMAP_MAYMOVE);
	if (memory == MAP_FAILED)
		return -errno;
	file->memory = memory;
	error = populate(file->memory + file->bytes, more);
	if (error == 0)
		file->bytes = bytes;
	else
		(void)mremap(file->memory, bytes, file->bytes, 0);
	return error;
}

void livemap_file_shrink(struct livemap_file *file, uint64_t bytes)
{
	bytes = bytes < FIRST_BYTES ? FIRST_BYTES : (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	if (bytes >= file->bytes || ftruncate(file->fd, (off_t)bytes) < 0)
		return;
	(void)munmap(file->memory + bytes, file->bytes - bytes);
	file->bytes = bytes;
}

/* ---- moving -------------------------------------------------------------- */

static int create(const char *path)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0600);
	/* What a drainer of this session left that died while it moved. */
	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, flags, 0600);
	return fd < 0 ? -errno : fd;
}

/* Makes `to` a copy of the file with so much more behind. */
static int copy(const struct livemap_file *from, struct livemap_file *to, uint64_t more)
{
	to->bytes = from->bytes + more;
	int error = reserve(to->fd, 0, to->bytes);
	if (error == 0)
		error = write_at(to->fd, from->memory, from->bytes, 0);
	if (error < 0)
		return error;
	void *memory = mmap(NULL, to->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, to->fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	to->memory = memory;
	return populate(to->memory, to->bytes);
}

/* Goes on at the far place, with so much more. */
static int move(struct livemap_file *file, uint64_t more)
{
	struct livemap_file far = {.files = file->files, .fd = create(file->files.paths[LIVEMAP_FAR])};
	int error = far.fd < 0 ? far.fd : copy(file, &far, more);
	if (error < 0) {
		if (far.fd >= 0)
			(void)unlink(file->files.paths[LIVEMAP_FAR]);
		livemap_file_close(&far);
		return error;
	}
	set_place(&file->files, LIVEMAP_FAR);
	livemap_file_close(file);
	(void)unlink(file->files.paths[LIVEMAP_NEAR]);
	*file = far;
	return 0;
}

/* ---- growing ------------------------------------------------------------- */

static int grow(struct livemap_file *file, uint64_t more)
{
	int error = leaves_room(file, more) ? extend(file, more) : -ENOSPC;
	if (!is_want_of_room(error))
		return error;
	/* Why it cannot be there, such as a folder that is gone, makes no difference. */
	return file->shares_room && move(file, more) == 0 ? 0 : -ENOSPC;
}

int livemap_file_grow(struct livemap_file *file, uint64_t more_bytes)
{
	if (file->retry_ns > 0 && clock_monotonic_ns() < file->retry_at_ns)
		return -ENOSPC;
	int error = grow(file, more_bytes);
	if (error == 0) {
		file->retry_ns = 0;
		return 0;
	}
	file->retry_ns = file->retry_ns ? 2 * file->retry_ns : RETRY_FIRST_NS;
	if (file->retry_ns > RETRY_MOST_NS)
		file->retry_ns = RETRY_MOST_NS;
	file->retry_at_ns = clock_monotonic_ns() + file->retry_ns;
	return error;
}

/* ---- opening ------------------------------------------------------------- */

/* Maps what there is, the first piece at least. */
static int map(struct livemap_file *file)
{
	off_t end = lseek(file->fd, 0, SEEK_END);
	if (end < 0)
		return -errno;
	file->bytes = (uint64_t)end < FIRST_BYTES ? FIRST_BYTES : (uint64_t)end;
	/* All of it: who was killed while it grew may have left holes. */
	int error = reserve(file->fd, 0, file->bytes);
	if (error < 0)
		return error;
	void *memory = mmap(NULL, file->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
	if (memory == MAP_FAILED)
		return -errno;
	file->memory = memory;
	return 0;
}

static int open_at(struct livemap_file *file, enum livemap_place place)
{
	file->fd = open(file->files.paths[place], O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file->fd < 0)
		return -errno;
	file->shares_room =
		place == LIVEMAP_NEAR && !same_file_system(file->fd, file->files.paths[LIVEMAP_FAR]);
	return map(file);
}

/* There is nothing yet that would be lost. */
static bool is_empty(const struct livemap_file *file)
{
	struct stat status;
	return file->fd >= 0 && fstat(file->fd, &status) == 0 && status.st_size == 0;
}

int livemap_file_open(struct livemap_file *file, const struct livemap_files *files)
{
	*file = (struct livemap_file){.files = *files, .fd = -1};
	enum livemap_place place = place_of(files);
	(void)unlink(files->paths[!place]);
	int error = open_at(file, place);
	if (place == LIVEMAP_FAR || !is_want_of_room(error) || !is_empty(file))
		return error;
	set_place(files, LIVEMAP_FAR);
	(void)unlink(files->paths[LIVEMAP_NEAR]);
	livemap_file_close(file);
	return open_at(file, LIVEMAP_FAR);
}

void livemap_file_close(struct livemap_file *file)
{
	if (file->memory)
		munmap(file->memory, file->bytes);
	if (file->fd >= 0)
		close(file->fd);
	file->memory = NULL;
	file->fd = -1;
}

void livemap_file_remove(const struct livemap_files *files)
{
	unlink(files->paths[LIVEMAP_NEAR]);
	unlink(files->paths[LIVEMAP_FAR]);
}
