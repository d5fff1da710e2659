/*
 * file.c - a trace file as heading and blocks: what is there, whole, and unharmed.
 *
 * Reads with pread in pieces no larger than a block, never by mapping: a file that somebody truncates
 * while it is read must be an error, not SIGBUS.
 */
#include "reader/private.h"

#include "trace/crc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A session path's NUL included. */
#define PATH_ROOM sizeof(((struct trace_heading *)0)->session_path)
#define PIECE_BYTES 65536u

/* Reads exactly `count` bytes; -ENODATA if the file ends before. */
static int read_at(int fd, void *to, size_t count, uint64_t offset)
{
	char *at = to;

	while (count > 0) {
		ssize_t got = pread(fd, at, count, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -ENODATA;
		at += got;
		offset += (uint64_t)got;
		count -= (size_t)got;
	}
	return 0;
}

/* The same through a window while all blocks are passed: a trace may be very many small ones. */
static int read_near(struct trace *trace, void *to, size_t count, uint64_t offset)
{
	bool inside = offset >= trace->window_at && offset - trace->window_at <= trace->window_bytes &&
		      count <= trace->window_bytes - (offset - trace->window_at);
	uint64_t left = trace->info.file_bytes - offset;
	size_t bytes = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;

	if (!trace->opened && !inside && count <= bytes) {
		trace->window_bytes = 0;
		int error = read_at(trace->fd, trace->window, bytes, offset);
		if (error)
			return error;
		trace->window_at = offset;
		trace->window_bytes = bytes;
		inside = true;
	}
	if (trace->opened || !inside)
		return read_at(trace->fd, to, count, offset);
	memcpy(to, trace->window + (offset - trace->window_at), count);
	return 0;
}

/* ---- heading ------------------------------------------------------------- */

/* On failure *fd may be open; it is the caller's to close either way, unless -1. */
static int open_regular(const char *path, int *fd, uint64_t *bytes, struct diagnostic *diagnostic)
{
	struct stat status;

	*bytes = 0;
	/* O_NONBLOCK: a FIFO without a writer must not hang us. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return diagnostic_set(diagnostic, errno, "%s: cannot open: %s", path, strerror(errno));
	if (fstat(*fd, &status) < 0)
		return diagnostic_set(diagnostic, errno, "%s: cannot stat: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return diagnostic_set(diagnostic, EISDIR, "%s: is a directory, not a trace file", path);
	if (!S_ISREG(status.st_mode))
		return diagnostic_set(diagnostic, EINVAL, "%s: not a regular file, so not a trace", path);
	if (status.st_size == 0)
		return diagnostic_set(diagnostic, ENODATA,
				      "%s: empty file: nothing was recorded, or it is being created", path);
	*bytes = (uint64_t)status.st_size;
	return 0;
}

static int heading_damaged(const char *path, const char *what, struct diagnostic *diagnostic)
{
	return diagnostic_set(diagnostic, EBADMSG,
			      "%s: damaged at offset 0: %s; the trace must be recorded anew", path, what);
}

/* `there`: how many bytes of the header the file has; the others are zero. */
static int check_identity(const struct format_file_header *header, size_t there, const char *path,
			  struct diagnostic *diagnostic)
{
	size_t magic = sizeof(header->magic);

	if (memcmp(header->magic, FORMAT_MAGIC, there < magic ? there : magic) != 0)
		return memcmp(header->magic, FORMAT_MAGIC, 5) != 0
			       ? diagnostic_set(diagnostic, EINVAL, "%s: not an mprof trace", path)
			       : diagnostic_set(diagnostic, EINVAL,
						"%s: a trace that was altered on its way, perhaps copied "
						"as text; copy it again in binary mode",
						path);
	if (there < sizeof(*header))
		return heading_damaged(path, "cut off inside the file header", diagnostic);
	if (header->version < FORMAT_OLDEST || header->version > FORMAT_VERSION)
		return diagnostic_set(diagnostic, ENOTSUP,
				      "%s: trace format version %u, but this mprof (%s) reads %d to %d; "
				      "use the mprof that recorded it, or a newer one",
				      path, header->version, MPROF_VERSION, FORMAT_OLDEST, FORMAT_VERSION);
	return 0;
}

/* Reads header and session path into `text`; 0 or a negative errno. */
static int read_heading(int fd, uint64_t bytes, const char *path, struct format_file_header *header,
			char text[PATH_ROOM], struct diagnostic *diagnostic)
{
	memset(header, 0, sizeof(*header));
	size_t there = bytes < sizeof(*header) ? (size_t)bytes : sizeof(*header);
	int error = read_at(fd, header, there, 0);
	if (error)
		return diagnostic_set(diagnostic, -error, "%s: cannot read: %s", path, strerror(-error));
	error = check_identity(header, there, path, diagnostic);
	if (error)
		return error;
	uint64_t padded = ((uint64_t)header->session_path_bytes + 7) & ~UINT64_C(7);
	if (header->session_path_bytes >= PATH_ROOM || header->header_bytes != sizeof(*header) + padded)
		return heading_damaged(path, "impossible lengths in the file header", diagnostic);
	if (header->header_bytes > bytes)
		return heading_damaged(path, "cut off inside the file header", diagnostic);
	error = read_at(fd, text, (size_t)padded, sizeof(*header));
	if (error)
		return diagnostic_set(diagnostic, -error, "%s: cannot read: %s", path, strerror(-error));
	struct format_file_header plain = *header;
	plain.crc = 0;
	if (crc32_update(crc32_update(0, &plain, sizeof(plain)), text, (size_t)padded) != header->crc)
		return heading_damaged(path, "wrong checksum of the file header", diagnostic);
	text[header->session_path_bytes] = '\0';
	return 0;
}

int trace_read_heading(const char *path, struct trace_heading *out, struct diagnostic *diagnostic)
{
	struct format_file_header header;
	char session_path[PATH_ROOM] = "";
	uint64_t bytes;
	int fd, result = open_regular(path, &fd, &bytes, diagnostic);

	if (!result)
		result = read_heading(fd, bytes, path, &header, session_path, diagnostic);
	if (fd >= 0)
		close(fd);
	if (result)
		return result;
	*out = (struct trace_heading){.pid = (int)header.pid,
				      .started_realtime_ns = header.started_realtime_ns};
	memcpy(out->session_path, session_path, strlen(session_path));
	return 0;
}

bool trace_is_at(const char *path)
{
	char magic[sizeof(((struct format_file_header *)0)->magic)];
	struct diagnostic ignored;
	uint64_t bytes;
	int fd;
	bool is = open_regular(path, &fd, &bytes, &ignored) == 0 &&
		  read_at(fd, magic, sizeof(magic), 0) == 0 &&
		  memcmp(magic, FORMAT_MAGIC, sizeof(magic)) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

/* Without an END, which has not been looked for.  Drainers hold the lock; a program whose drainer was killed
 * may start another. */
static bool is_recording(const char *session_path, int pid)
{
	int fd = *session_path ? open(session_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
	if (fd < 0)
		return false;
	bool drained = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return drained || kill(pid, 0) == 0 || errno == EPERM;
}

int file_open(struct trace *trace, const char *path, struct diagnostic *diagnostic)
{
	struct format_file_header header;
	char session_path[PATH_ROOM] = "";

	int error = open_regular(path, &trace->fd, &trace->info.file_bytes, diagnostic);
	if (error)
		return error;
	error = read_heading(trace->fd, trace->info.file_bytes, path, &header, session_path, diagnostic);
	if (error)
		return error;
	trace->blocks_at = header.header_bytes;
	trace->blocks_end = trace->info.file_bytes;
	trace->info.pid = (int)header.pid;
	trace->info.recording = is_recording(session_path, trace->info.pid);
	trace->info.started_realtime_ns = header.started_realtime_ns;
	trace->summary.version = header.version;
	return 0;
}

/* ---- blocks -------------------------------------------------------------- */

static int damaged(const struct trace *trace, uint64_t at, const char *what, struct diagnostic *diagnostic)
{
	return diagnostic_set(diagnostic, EBADMSG,
			      "%s: damaged at offset %" PRIu64
			      ": %s; copy the trace again, or record it anew",
			      trace->info.path, at, what);
}

static int unreadable(const struct trace *trace, uint64_t at, int error, struct diagnostic *diagnostic)
{
	if (error == -ENODATA)
		return damaged(trace, at, "the file became shorter while it was read", diagnostic);
	return diagnostic_set(diagnostic, -error, "%s: cannot read at offset %" PRIu64 ": %s",
			      trace->info.path, at, strerror(-error));
}

static bool all_zero(const void *bytes, size_t count)
{
	const uint8_t *at = bytes;

	/* Each byte equals the one before it, and the first is zero. */
	return count == 0 || (at[0] == 0 && memcmp(at, at + 1, count - 1) == 0);
}

/* Whether the file is nothing but zeroes from `at` on: 1, 0 or a negative errno. */
static int zero_tail(struct trace *trace, uint64_t at)
{
	buffer_clear(&trace->stored);
	if (!buffer_reserve(&trace->stored, PIECE_BYTES))
		return -ENOMEM;
	while (at < trace->blocks_end) {
		uint64_t left = trace->blocks_end - at;
		size_t piece = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
		int error = read_at(trace->fd, trace->stored.data, piece, at);
		if (error)
			return error;
		if (!all_zero(trace->stored.data, piece))
			return 0;
		at += piece;
	}
	return 1;
}

/* The beginning of names that somebody was adding behind the end. */
static bool is_torn_extra(struct trace *trace, uint64_t at)
{
	uint16_t kind;

	return trace->info.ended && trace->blocks_end - at >= sizeof(kind) &&
	       read_near(trace, &kind, sizeof(kind), at) == 0 && format_is_extra(kind);
}

/* What is no block: zeroes are what a file system makes of what was not written in time. */
static int cut_off(struct trace *trace, uint64_t at, bool zeroes, struct diagnostic *diagnostic)
{
	if (trace->opened)
		return damaged(trace, at, "the file changed while it was read", diagnostic);
	if (is_torn_extra(trace, at))
		trace->info.torn_bytes = trace->blocks_end - at;
	else if (trace->info.ended && !zeroes)
		trace->info.foreign_bytes = trace->blocks_end - at;
	else
		trace->info.damaged_at = at;
	trace->blocks_end = at;
	return 0;
}

int file_next(struct trace *trace, struct block_at *block, struct diagnostic *diagnostic)
{
	uint64_t left = trace->blocks_end - block->next;
	int error;

	block->at = block->next;
	if (left == 0)
		return 0;
	if (left < sizeof(block->header))
		return cut_off(trace, block->at, false, diagnostic);
	error = read_near(trace, &block->header, sizeof(block->header), block->at);
	if (error)
		return unreadable(trace, block->at, error, diagnostic);
	if (all_zero(&block->header, sizeof(block->header))) {
		int zero = zero_tail(trace, block->at);
		if (zero < 0)
			return unreadable(trace, block->at, zero, diagnostic);
		return zero ? cut_off(trace, block->at, true, diagnostic)
			    : damaged(trace, block->at, "no block header", diagnostic);
	}
	if (block_check_header(&block->header) < 0)
		return damaged(trace, block->at, "impossible block header", diagnostic);
	if (block->header.stored_bytes > left - sizeof(block->header))
		return cut_off(trace, block->at, false, diagnostic);
	block->next = block->at + sizeof(block->header) + block->header.stored_bytes;
	return 1;
}

static const char *kind_name(unsigned kind)
{
	static const char *const names[] = {
		[BLOCK_META] = "META",           [BLOCK_MODULES] = "MODULES", [BLOCK_UNLOADED] = "UNLOADED",
		[BLOCK_NODES] = "NODES",         [BLOCK_LABELS] = "LABELS",   [BLOCK_THREADS] = "THREADS",
		[BLOCK_EVENTS] = "EVENTS",       [BLOCK_NOTES] = "NOTES",     [BLOCK_RSS] = "RSS",
		[BLOCK_SNAPSHOT] = "SNAPSHOT",   [BLOCK_CURSOR] = "CURSOR",   [BLOCK_SUMMARY] = "SUMMARY",
		[BLOCK_MOVES] = "MOVES",         [BLOCK_SERIES] = "SERIES",   [BLOCK_INTERVALS] = "INTERVALS",
		[BLOCK_BREAKDOWN] = "BREAKDOWN", [BLOCK_STRAYS] = "STRAYS",   [BLOCK_END] = "END",
		[BLOCK_NAMES] = "NAMES",         [BLOCK_SOURCES] = "SOURCES", [BLOCK_LINES] = "LINES",
	};

	return kind < sizeof(names) / sizeof(*names) && names[kind] ? names[kind] : "unknown";
}

int file_bad_block(const struct trace *trace, const struct block_at *block, int error,
		   struct diagnostic *diagnostic)
{
	char what[100];

	if (error == -ENOMEM)
		return diagnostic_set(diagnostic, ENOMEM, "%s: not enough memory to read it",
				      trace->info.path);
	snprintf(what, sizeof(what), "the contents of a block (%s) are inconsistent",
		 kind_name(block->header.kind));
	return damaged(trace, block->at, what, diagnostic);
}

int file_load(struct trace *trace, const struct block_at *block, struct diagnostic *diagnostic)
{
	size_t bytes = block->header.stored_bytes;

	buffer_clear(&trace->stored);
	if (!buffer_reserve(&trace->stored, bytes))
		return file_bad_block(trace, block, -ENOMEM, diagnostic);
	int error = read_near(trace, trace->stored.data, bytes, block->at + sizeof(block->header));
	if (error)
		return unreadable(trace, block->at, error, diagnostic);
	if (block_check_payload(&block->header, trace->stored.data) < 0)
		return damaged(trace, block->at, "wrong checksum of a block", diagnostic);
	error = block_decode(trace->codec, &block->header, trace->stored.data, &trace->raw);
	return error ? file_bad_block(trace, block, error, diagnostic) : 0;
}
