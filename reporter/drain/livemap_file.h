/*
 * livemap_file.h - the live map's file as memory that grows, and moves to where there is room.
 *
 * It begins beside the session, in memory that others need as well: in a small file system it stays small
 * there, and in a large one it leaves half of what is free.  Beyond, it goes on beside the trace, on disk.
 * Knows nothing of what is in it.
 */
#ifndef MPROF_REPORTER_DRAIN_LIVEMAP_FILE_H
#define MPROF_REPORTER_DRAIN_LIVEMAP_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum livemap_place { LIVEMAP_NEAR, LIVEMAP_FAR };

/* Where the file may be, and the word that tells where it is: it outlives this process, and whatever is at
 * the other place counts for nothing. */
struct livemap_files {
	const char *paths[2];    /* by enum livemap_place: beside the session, and beside the trace */
	_Atomic uint32_t *place; /* enum livemap_place */
};

struct livemap_file {
	struct livemap_files files;
	int fd;
	char *memory;
	uint64_t bytes;
	bool shares_room;               /* it is near, on another file system than far would be */
	uint64_t retry_ns, retry_at_ns; /* after it could not grow: not before then, and that much later */
};

/* Opens or creates; a new file is of zeroes.  0 or -errno; livemap_file_close in both cases. */
int livemap_file_open(struct livemap_file *file, const struct livemap_files *files);
void livemap_file_close(struct livemap_file *file);

/* Adds so many bytes of zeroes, in whole pages, which can be written without a fault: file->memory may be
 * another one then.  0 or -errno, and all is as it was. */
int livemap_file_grow(struct livemap_file *file, uint64_t more_bytes);

/* Cuts off what is behind so many bytes, at least the first piece. */
void livemap_file_shrink(struct livemap_file *file, uint64_t bytes);

/* Removes the file, wherever it is. */
void livemap_file_remove(const struct livemap_files *files);

#endif
