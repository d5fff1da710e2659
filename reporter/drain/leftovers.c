/*
 * leftovers.c - see leftovers.h.  Never touches the session of a process that lives, nor one with a drainer.
 */
#include "drain/leftovers.h"

#include "drain/drain.h"
#include "drain/live_names.h"
#include "drain/mapping.h"
#include "drain/watch.h"

#include "trace/clock.h"
#include "trace/plan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEASE_TRIES 5
#define STARTUP_NS UINT64_C(5000000000)
#define UNFINISHED_S 60 /* a session takes milliseconds to be made */

/* What its name says: mprof.UID.PID.NUMBER, and then nothing, or what is there beside a session. */
struct name {
	int pid;
	bool is_beside; /* a live map, or a plan */
};

/* The first one has no number. */
static bool is_plan(const char *ending)
{
	unsigned number;
	int length = 0;

	return strcmp(ending, PLAN_ENDING) == 0 ||
	       (sscanf(ending, PLAN_ENDING ".%u%n", &number, &length) == 1 && ending[length] == '\0');
}

static bool parse_name(const char *text, struct name *name)
{
	unsigned uid, number;
	int length = 0;
	if (sscanf(text, "mprof.%u.%d.%u%n", &uid, &name->pid, &number, &length) != 3 || uid != getuid())
		return false;
	name->is_beside = strcmp(text + length, ".live") == 0 || is_plan(text + length);
	return name->is_beside || text[length] == '\0';
}

/* Whether nobody else has the file open or mapped: a pid says nothing of a process in a container that shares
 * this folder.  Only who is alone gets a lease; where there are none, the pid has to do.  Others who just
 * look, as this one does, are soon gone. */
static bool is_alone(int fd)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	for (int tries = 0; tries < LEASE_TRIES; tries++) {
		if (fcntl(fd, F_SETLEASE, F_WRLCK) == 0)
			return fcntl(fd, F_SETLEASE, F_UNLCK) == 0;
		if (errno != EAGAIN)
			return true;
		nanosleep(&moment, NULL);
	}
	return false;
}

/* Whether it is a file of this user that nobody has locked, nor uses. */
static bool is_unattended(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool unattended = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
			  status.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_alone(fd);
	if (fd >= 0)
		close(fd);
	return unattended;
}

/* Its drainer may be about to begin, and is not to be forestalled. */
static bool is_young(const struct session_header *session)
{
	/* Relaxed: whoever takes the lock before a drainer finds the session whole. */
	return atomic_load_explicit(&session->heartbeat, memory_order_relaxed) == 0 &&
	       clock_monotonic_ns() - session->started_monotonic_ns < STARTUP_NS;
}

static bool is_over(const struct mapping *mapping)
{
	struct watch watch;
	if (is_young(mapping->header))
		return false;
	/* Acquire pairs with the shim's release: all it did before is there. */
	if (atomic_load_explicit(&mapping->header->end_state, memory_order_acquire) == SESSION_REPLACED)
		return true;
	/* Of a process that did not know itself (no /proc) its pid says nothing, but that nobody uses the
	 * session does. */
	if (mapping->header->pid_start_time == 0)
		return true;
	watch_init(&watch, mapping->header, mapping->path);
	bool over = !watch_alive(&watch);
	watch_finish(&watch);
	return over;
}

static bool is_gone(const char *path)
{
	return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* A container, or a chroot, that shares this folder with others has paths of its own: what is left there is
 * for those within it. */
static bool is_of_here(const struct session_header *header)
{
	struct stat root;
	if (header->root_inode == 0 || stat("/", &root) != 0)
		return true;
	return header->root_device == root.st_dev && header->root_inode == root.st_ino;
}

/* Nobody can ever report it. */
static void remove_session(const struct mapping *mapping)
{
	struct live_names live;
	if (live_names_init(&live, mapping->header, mapping->path))
		livemap_file_remove(&live.files);
	mapping_remove(mapping);
}

/* Its process died while it made the session, or never got to it. */
static bool is_unfinished(const char *path, int pid)
{
	struct stat status;
	return stat(path, &status) == 0 && time(NULL) - status.st_mtime > UNFINISHED_S && kill(pid, 0) < 0 &&
	       errno == ESRCH;
}

static void take_up(const char *path, int pid)
{
	struct diagnostic ignored = {{0}};
	struct mapping mapping;
	if (!is_unattended(path))
		return;
	int error = mapping_open(&mapping, path, &ignored);
	if (error == -EINVAL && is_unfinished(path, pid))
		(void)unlink(path);
	if (error < 0)
		return;
	bool ours = is_of_here(mapping.header) && mapping_lock(&mapping) == 0 && is_over(&mapping);
	bool unwanted = ours && is_gone(mapping.header->trace_path);
	if (unwanted)
		remove_session(&mapping);
	mapping_close(&mapping);
	if (ours && !unwanted)
		(void)drain_run(path, DRAIN_FINISH, &ignored);
}

/* What is beside a session goes before it, so it is there without one only if somebody removed that. */
static void take_up_beside(char *path)
{
	char *suffix = strrchr(path, '.');
	*suffix = '\0';
	bool orphan = is_gone(path);
	*suffix = '.';
	if (orphan && is_unattended(path))
		(void)unlink(path);
}

/* A session that lies on disk has a link here, which goes with it. */
static bool take_up_link(const char *link, int pid)
{
	char target[SESSION_PATH_BYTES];
	struct stat status;
	ssize_t length = lstat(link, &status) == 0 && S_ISLNK(status.st_mode) && status.st_uid == geteuid()
				 ? readlink(link, target, sizeof(target) - 1)
				 : -1;
	if (length <= 0)
		return false;
	target[length] = '\0';
	if (is_gone(target))
		(void)unlink(link);
	else
		take_up(target, pid);
	return true;
}

void leftovers_finish(const char *session_path)
{
	char path[SESSION_PATH_BYTES];
	const char *slash = strrchr(session_path, '/');
	int folder = slash ? (int)(slash - session_path) : 0;
	snprintf(path, sizeof(path), "%.*s/", folder, session_path);
	DIR *files = slash ? opendir(path) : NULL;
	for (const struct dirent *file; files && (file = readdir(files));) {
		struct name name;
		int length = snprintf(path, sizeof(path), "%.*s/%s", folder, session_path, file->d_name);
		if (length < 0 || (size_t)length >= sizeof(path) || !parse_name(file->d_name, &name))
			continue;
		if (name.is_beside)
			take_up_beside(path);
		else if (!take_up_link(path, name.pid))
			take_up(path, name.pid);
	}
	if (files)
		closedir(files);
}
