/*
 * mapping.c - see mapping.h.
 */
#include "drain/mapping.h"

#include "trace/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool region_fits(const struct session_header *h, uint64_t offset, uint64_t count, uint64_t bytes)
{
	return offset % 64 == 0 && offset >= sizeof(*h) && offset <= h->file_bytes && count > 0 &&
	       count <= (h->file_bytes - offset) / bytes;
}

static bool header_valid(const struct session_header *h, size_t bytes)
{
	return h->file_bytes <= bytes && h->stamp_shift < 28 &&
	       region_fits(h, h->threads_offset, h->threads_max, sizeof(struct session_thread)) &&
	       region_fits(h, h->modules_offset, h->modules_max, sizeof(struct session_module)) &&
	       region_fits(h, h->text_offset, h->text_max, 1) &&
	       region_fits(h, h->nodes_offset, h->nodes_max, sizeof(struct session_node)) &&
	       region_fits(h, h->chunks_offset, h->chunks_max, sizeof(struct session_chunk)) &&
	       memchr(h->link_path, '\0', sizeof(h->link_path)) &&
	       memchr(h->trace_path, '\0', sizeof(h->trace_path)) &&
	       memchr(h->parent_trace_path, '\0', sizeof(h->parent_trace_path));
}

static int check_header(const struct mapping *mapping, struct diagnostic *diagnostic)
{
	const struct session_header *h = mapping->header;
	/* Acquire pairs with the shim's release of `ready`: the header's constants are seen. */
	if (h->magic != SESSION_MAGIC || !atomic_load_explicit(&h->ready, memory_order_acquire))
		return diagnostic_set(diagnostic, EINVAL, "%s: not a session of mprof", mapping->path);
	if (h->version != SESSION_VERSION)
		return diagnostic_set(diagnostic, ENOTSUP,
				      "%s: session version %u, this is mprof for version %u", mapping->path,
				      h->version, SESSION_VERSION);
	if (!header_valid(h, mapping->bytes))
		return diagnostic_set(diagnostic, EINVAL, "%s: damaged session header", mapping->path);
	return 0;
}

static int map_file(struct mapping *mapping, struct diagnostic *diagnostic)
{
	struct stat status;
	if (fstat(mapping->fd, &status) < 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", mapping->path, strerror(errno));
	if (status.st_size < (off_t)sizeof(struct session_header))
		return diagnostic_set(diagnostic, EINVAL, "%s: too short for a session", mapping->path);
	mapping->bytes = (size_t)status.st_size;
	void *memory = mmap(NULL, mapping->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, mapping->fd, 0);
	if (memory == MAP_FAILED)
		return diagnostic_set(diagnostic, errno, "%s: %s", mapping->path, strerror(errno));
	mapping->header = memory;
	return check_header(mapping, diagnostic);
}

int mapping_open(struct mapping *mapping, const char *path, struct diagnostic *diagnostic)
{
	*mapping = (struct mapping){.fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW), .path = path};
	if (mapping->fd < 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	int error = map_file(mapping, diagnostic);
	if (error < 0)
		mapping_close(mapping);
	return error;
}

void mapping_close(struct mapping *mapping)
{
	if (mapping->header)
		munmap(mapping->header, mapping->bytes);
	if (mapping->fd >= 0)
		close(mapping->fd);
	*mapping = (struct mapping){.fd = -1};
}

int mapping_lock(struct mapping *mapping)
{
	struct stat status;
	if (flock(mapping->fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (fstat(mapping->fd, &status) < 0)
		return -errno;
	return status.st_nlink > 0 ? 0 : -ENOENT;
}

const char *mapping_plan_path(const struct mapping *mapping, uint32_t index, char path[MAPPING_PLAN_BYTES])
{
	if (index == 0)
		snprintf(path, MAPPING_PLAN_BYTES, "%s" PLAN_ENDING, mapping->path);
	else
		snprintf(path, MAPPING_PLAN_BYTES, "%s" PLAN_ENDING ".%u", mapping->path, index);
	return path;
}

void mapping_remove(const struct mapping *mapping)
{
	char plan[MAPPING_PLAN_BYTES];
	for (uint32_t i = 0; i < PLANS_MAX; i++)
		if (unlink(mapping_plan_path(mapping, i, plan)) != 0)
			break;
	(void)unlink(mapping->path);
	if (*mapping->header->link_path)
		(void)unlink(mapping->header->link_path);
}

size_t mapping_text(const struct mapping *mapping, uint32_t offset, const char **text)
{
	struct session_header *h = mapping->header;
	uint32_t length;
	*text = "";
	if (offset == 0 || offset > h->text_max || h->text_max - offset < sizeof(length) + 1)
		return 0;
	memcpy(&length, session_text(h, offset), sizeof(length));
	if (length > h->text_max - offset - sizeof(length) - 1)
		return 0;
	*text = session_text(h, offset) + sizeof(length);
	return length;
}
