/*
 * files.c - who is recorded, the trace's file, and where the drainer is.  See files.h.
 */
#include "files.h"

#include "exe.h"
#include "base/kernel.h"
#include "base/moment.h"
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
#include <sys/stat.h>
#include <unistd.h>

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

static void find_root(struct files_facts *facts)
{
	struct stat status;

	if (kernel_call(SYS_newfstatat, AT_FDCWD, "/", &status, 0) != 0)
		return;
	facts->root_device = status.st_dev;
	facts->root_inode = status.st_ino;
}

void files_gather(struct files_facts *facts, const char *forked_from)
{
	facts->pid = (unsigned long)getpid();
	facts->parent_pid = (unsigned long)getppid();
	facts->pid_start_time = proc_start_time(facts->pid);
	find_root(facts);
	strcpy(facts->exe, exe_path());
	/* One that is gone has no name; one out of reach has a name that is no path. */
	if (kernel_call(SYS_getcwd, facts->cwd, sizeof facts->cwd) <= 0 || facts->cwd[0] != '/')
		facts->cwd[0] = '\0';
	find_program(facts);
	if (forked_from)
		memcpy(facts->parent_trace_path, forked_from, SESSION_PATH_BYTES);
	else
		parent_find(facts, SESSIONS_DIRECTORY);
}

/* ---- trace ------------------------------------------------------------------------ */

/* A relative pattern of a recorded parent's child means a place beside the parent's trace:
 * the child may have changed directory since.  Nothing where there is no directory. */
static void add_directory(struct text *path, const struct files_facts *facts)
{
	const char *slash = strrchr(facts->parent_trace_path, '/');

	if (slash)
		text_add_bytes(path, facts->parent_trace_path, (size_t)(slash - facts->parent_trace_path));
	else
		text_add(path, facts->cwd);
	if (path->length && path->buffer[path->length - 1] != '/')
		text_add(path, "/");
}

static bool starts_as_recording(const char *path)
{
	char magic[sizeof FORMAT_MAGIC - 1];
	long fd = kernel_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool is = fd >= 0 && kernel_call(SYS_read, fd, magic, sizeof magic) == sizeof magic &&
		  memcmp(magic, FORMAT_MAGIC, sizeof magic) == 0;

	if (fd >= 0)
		kernel_call(SYS_close, fd);
	return is;
}

/* Only a recording is written anew, or an empty file: a name may be mistyped, or be a device's.  An errno
 * value of what is to stay. */
static int make_way(const char *path)
{
	struct stat status;

	if (kernel_call(SYS_newfstatat, AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	if (S_ISREG(status.st_mode) && (status.st_size == 0 || starts_as_recording(path)))
		return kernel_call(SYS_unlinkat, AT_FDCWD, path, 0) == 0 ? 0 : errno;
	return S_ISDIR(status.st_mode) ? EISDIR : EEXIST;
}

/* Whatever the program's umask: the drainer has to open it, too. */
static int create_exclusive(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return errno;
	kernel_call(SYS_fchmod, fd, 0600);
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
	struct settings_names names = {facts->program, facts->pid,
				       (unsigned long)(moment_realtime_ns() / 1000000000u),
				       facts->parent_trace_path[0] != '\0'};
	const char *pattern = settings->out ? settings->out : "%e.%p.mprof";
	bool chosen = settings->out && !strchr(pattern, '%') && !names.child;
	struct text path;

	text_init(&path, facts->trace_path, sizeof facts->trace_path);
	if (pattern[0] != '/')
		add_directory(&path, facts);
	settings_expand(&path, pattern, &names);
	if (path.buffer[0] != '/')
		return ENOENT;
	if (path.length + 16 >= path.capacity)
		return ENAMETOOLONG;
	int kept = chosen ? make_way(path.buffer) : 0;
	if (kept)
		return kept;
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
		if (kernel_call(SYS_getcwd, cwd, sizeof cwd) <= 0)
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
	const char *named = __environ ? getenv("MPROF_DRAINER") : NULL;
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
