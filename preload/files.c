/*
 * files.c - where a recording's files are, and making them.  See files.h.
 */
#include "files.h"

#include "exe.h"
#include "parent.h"
#include "proc.h"

#include "trace/crc.h"
#include "trace/format.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SESSION_DIRECTORY PARENT_DIRECTORY
#define SESSION_ROOM_BYTES (48u << 20) /* less free than this: not there */

/* A pid that comes again and again (1 in containers that share /dev/shm) may leave many behind; only
 * the first PARENT_NUMBERS are found by their children. */
#define SESSION_NUMBERS 1000u

#define THREADS_MAX 16384u
#define MODULES_MAX 16384u
#define TEXT_BYTES (32u << 20)
#define NODES_MAX (1u << 24)
#define CHUNKS_MAX (1u << 17) /* 8 GiB of address space; pages only as they are needed */
#define CHUNKS_MIN 64u

/* ---- facts ----------------------------------------------------------------------- */

/* The name that the program was started by: a script's own, not its interpreter's. */
static void find_program(struct files_facts *facts)
{
	const char *started = (const char *)getauxval(AT_EXECFN);
	const char *path = started && *started ? started : facts->exe;
	const char *slash = strrchr(path, '/');
	struct text name;

	text_init(&name, facts->program, sizeof facts->program);
	text_add(&name, slash ? slash + 1 : path);
	if (!name.length)
		text_add(&name, "program");
}

void files_gather(struct files_facts *facts, const char *forked_from)
{
	facts->pid = (unsigned long)getpid();
	facts->parent_pid = (unsigned long)getppid();
	facts->pid_start_time = proc_start_time(facts->pid);
	strcpy(facts->exe, exe_path());
	if (syscall(SYS_getcwd, facts->cwd, sizeof facts->cwd) <= 0)
		strcpy(facts->cwd, "/");
	find_program(facts);
	if (forked_from)
		memcpy(facts->parent_trace_path, forked_from, SESSION_PATH_BYTES);
	else
		parent_find(facts, SESSION_DIRECTORY);
}

/* ---- trace ------------------------------------------------------------------------ */

/* A relative pattern of a recorded parent's child means a place beside the parent's trace:
 * the child may have changed directory since. */
static void add_directory(struct text *path, const struct files_facts *facts)
{
	const char *slash = strrchr(facts->parent_trace_path, '/');

	if (slash)
		text_add_bytes(path, facts->parent_trace_path, (size_t)(slash - facts->parent_trace_path));
	else
		text_add(path, facts->cwd);
	if (path->length == 0 || path->buffer[path->length - 1] != '/')
		text_add(path, "/");
}

static int create_exclusive(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* A name that is taken: the user's own choice is written anew, others get a number. */
static int create_numbered(struct text *path)
{
	size_t stem = path->length - (sizeof ".mprof" - 1);
	int failed = create_exclusive(path->buffer);

	for (unsigned long number = 2; failed == EEXIST && number < 1000; number++) {
		path->length = stem;
		text_add(path, "-");
		text_add_number(path, number);
		text_add(path, ".mprof");
		failed = create_exclusive(path->buffer);
	}
	return failed;
}

int files_create_trace(struct files_facts *facts, const struct settings *settings)
{
	struct settings_names names = {facts->program, facts->pid, (unsigned long)time(NULL),
				       facts->parent_trace_path[0] != '\0'};
	const char *pattern = settings->out ? settings->out : "%e.%p.mprof";
	bool chosen = settings->out && !strchr(pattern, '%') && !names.child;
	struct text path;

	text_init(&path, facts->trace_path, sizeof facts->trace_path);
	if (pattern[0] != '/')
		add_directory(&path, facts);
	settings_expand(&path, pattern, &names);
	if (path.length + 16 >= path.capacity)
		return ENAMETOOLONG;
	if (chosen)
		unlink(path.buffer);
	bool suffixed = path.length > 6 && strcmp(path.buffer + path.length - 6, ".mprof") == 0;
	return suffixed ? create_numbered(&path) : create_exclusive(path.buffer);
}

int files_write_heading(const struct files_facts *facts, const char *session_path,
			uint64_t started_realtime_ns)
{
	struct {
		struct format_file_header header;
		char path[SESSION_PATH_BYTES];
	} heading;
	size_t length = strlen(session_path), padded = (length + 7) & ~(size_t)7;
	int fd = open(facts->trace_path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	memset(&heading, 0, sizeof heading);
	memcpy(heading.header.magic, FORMAT_MAGIC, sizeof heading.header.magic);
	heading.header.version = FORMAT_VERSION;
	heading.header.header_bytes = (uint16_t)(sizeof heading.header + padded);
	heading.header.pid = (uint32_t)facts->pid;
	heading.header.started_realtime_ns = started_realtime_ns;
	heading.header.session_path_bytes = (uint32_t)length;
	memcpy(heading.path, session_path, length);
	heading.header.crc = crc32_update(0, &heading, heading.header.header_bytes);
	ssize_t written = write(fd, &heading, heading.header.header_bytes);
	int failed = written == (ssize_t)heading.header.header_bytes ? 0 : written < 0 ? errno : ENOSPC;
	close(fd);
	return failed;
}

/* ---- session ------------------------------------------------------------------------ */

static uint64_t page_align(uint64_t bytes)
{
	return (bytes + 65535) & ~UINT64_C(65535);
}

static void lay_out(struct session_header *session, uint32_t chunks, uint32_t nodes)
{
	session->magic = SESSION_MAGIC;
	session->version = SESSION_VERSION;
	session->threads_max = THREADS_MAX;
	session->modules_max = MODULES_MAX;
	session->text_max = TEXT_BYTES;
	session->nodes_max = nodes;
	session->chunks_max = chunks;
	session->threads_offset = page_align(sizeof *session);
	session->modules_offset =
		page_align(session->threads_offset + THREADS_MAX * sizeof(struct session_thread));
	session->text_offset =
		page_align(session->modules_offset + MODULES_MAX * sizeof(struct session_module));
	session->nodes_offset = page_align(session->text_offset + TEXT_BYTES);
	session->chunks_offset =
		page_align(session->nodes_offset + (uint64_t)nodes * sizeof(struct session_node));
	session->file_bytes = session->chunks_offset + (uint64_t)chunks * SESSION_CHUNK_BYTES;
	session->text_used = 4;  /* offset 0 means no text */
	session->nodes_used = 1; /* node 0 is the root */
}

/* Limits on file and address space shrink the regions instead of meeting SIGXFSZ or
 * starving the program. */
static uint64_t size_allowed(void)
{
	struct rlimit file, space;
	uint64_t allowed = UINT64_MAX;

	if (getrlimit(RLIMIT_FSIZE, &file) == 0 && file.rlim_cur != RLIM_INFINITY)
		allowed = file.rlim_cur;
	if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY &&
	    space.rlim_cur / 4 < allowed)
		allowed = space.rlim_cur / 4;
	return allowed;
}

static bool lay_out_within(struct session_header *session, uint64_t allowed)
{
	uint32_t chunks = CHUNKS_MAX, nodes = NODES_MAX;

	lay_out(session, chunks, nodes);
	while (session->file_bytes > allowed && (chunks > CHUNKS_MIN || nodes > 65536)) {
		chunks = chunks > CHUNKS_MIN ? chunks / 2 : chunks;
		nodes = nodes > 65536 ? nodes / 2 : nodes;
		lay_out(session, chunks, nodes);
	}
	return session->file_bytes <= allowed;
}

static bool has_room(const char *directory)
{
	struct statfs fs;

	return statfs(directory, &fs) == 0 && access(directory, W_OK) == 0 &&
	       (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize >= SESSION_ROOM_BYTES;
}

static int open_session(const struct files_facts *facts, char path[SESSION_PATH_BYTES])
{
	struct text directory;
	char name[SESSION_PATH_BYTES];
	int fd = -1;

	text_init(&directory, name, sizeof name);
	if (has_room(SESSION_DIRECTORY))
		text_add(&directory, SESSION_DIRECTORY);
	else
		text_add_bytes(&directory, facts->trace_path,
			       (size_t)(strrchr(facts->trace_path, '/') - facts->trace_path));
	for (unsigned long number = 0; number < SESSION_NUMBERS; number++) {
		parent_session_path(path, directory.buffer, facts->pid, number);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0 || errno != EEXIST)
			break;
	}
	return fd;
}

static int map_session(int fd, const struct session_header *layout, struct session_header **session)
{
	if (ftruncate(fd, (off_t)layout->file_bytes) != 0)
		return errno;
	void *map = mmap(NULL, layout->file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (map == MAP_FAILED)
		return errno;
	(void)madvise(map, layout->file_bytes, MADV_DONTFORK);
	(void)madvise(map, layout->file_bytes, MADV_DONTDUMP);
	/* By write, since a full file system answers that with an error and a store with SIGBUS. */
	ssize_t written = pwrite(fd, layout, sizeof *layout, 0);
	if (written != (ssize_t)sizeof *layout) {
		int failed = written < 0 ? errno : ENOSPC;
		munmap(map, layout->file_bytes);
		return failed;
	}
	*session = map;
	(*session)->mapped_at = (uintptr_t)map;
	return 0;
}

int files_create_session(const struct files_facts *facts, char path[SESSION_PATH_BYTES],
			 struct session_header **session)
{
	struct session_header layout;

	memset(&layout, 0, sizeof layout);
	int fd = open_session(facts, path);
	if (fd < 0)
		return errno;
	int failed = lay_out_within(&layout, size_allowed()) ? map_session(fd, &layout, session) : EFBIG;
	close(fd);
	if (failed)
		unlink(path);
	return failed;
}

void files_discard(const struct files_facts *facts, const char *session_path, struct session_header *session)
{
	munmap(session, session->file_bytes);
	unlink(session_path);
	unlink(facts->trace_path);
}

/* ---- drainer -------------------------------------------------------------------------- */

static bool executable(const struct text *path)
{
	return path->length + 1 < path->capacity && access(path->buffer, X_OK) == 0;
}

/* The directory that this library was loaded from, absolute. */
static bool add_library_directory(struct text *path)
{
	struct dl_find_object found;
	char cwd[SESSION_PATH_BYTES];

	if (_dl_find_object((void *)(uintptr_t)add_library_directory, &found) != 0)
		return false;
	const char *name = found.dlfo_link_map->l_name, *slash = strrchr(name, '/');
	if (name[0] != '/') {
		if (syscall(SYS_getcwd, cwd, sizeof cwd) <= 0)
			return false;
		text_add(path, cwd);
		text_add(path, "/");
	}
	text_add_bytes(path, name, slash ? (size_t)(slash - name) : 0);
	return true;
}

bool files_find_drainer(char path[SESSION_PATH_BYTES])
{
	static const char *const beside[] = {"/mprof-drain", "/../reporter/drain/mprof-drain",
					     "/../libexec/mprof/mprof-drain",
					     "/../../libexec/mprof/mprof-drain"};
	const char *named = environ ? getenv("MPROF_DRAINER") : NULL;
	struct text text;

	for (size_t i = 0; i < sizeof beside / sizeof *beside + 2; i++) {
		text_init(&text, path, SESSION_PATH_BYTES);
		if (i == 0 && named && named[0] == '/')
			text_add(&text, named);
		else if (i == sizeof beside / sizeof *beside + 1)
			text_add(&text, MPROF_DRAINER_PATH);
		else if (i == 0 || !add_library_directory(&text))
			continue;
		else
			text_add(&text, beside[i - 1]);
		if (executable(&text))
			return true;
	}
	return false;
}
