/*
 * write_at.c - bytes written whole, at a place in a file.
 */
#include "write_at.h"

#include <errno.h>
#include <unistd.h>

int write_at(int fd, const void *bytes, size_t count, off_t at)
{
	for (size_t done = 0; done < count;) {
		ssize_t written = pwrite(fd, (const char *)bytes + done, count - done, at + (off_t)done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -ENOSPC;
		done += (size_t)written;
	}
	return 0;
}
