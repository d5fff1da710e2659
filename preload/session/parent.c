/*
 * parent.c - see parent.h.  Start-up only; raw system calls, nothing allocated.
 */
#include "parent.h"

#include "base/moment.h"
#include "numbers.h"
#include "proc.h"
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void session_path_of(char path[SESSION_PATH_BYTES], const char *directory, bool hidden, uid_t user,
			    unsigned long pid, unsigned long number)
{
	struct text text;

	text_init(&text, path, SESSION_PATH_BYTES);
	text_add(&text, directory);
	text_add(&text, hidden ? "/.mprof." : "/mprof.");
	text_add_number(&text, (unsigned long)user);
	text_add(&text, ".");
	text_add_number(&text, pid);
	text_add(&text, ".");
	text_add_number(&text, number);
}

void parent_session_path(char path[SESSION_PATH_BYTES], const char *directory, bool hidden, unsigned long pid,
			 unsigned long number)
{
	session_path_of(path, directory, hidden, getuid(), pid, number);
}

/* Everybody may put links there: one of our own is followed, and leads to no other. */
static int open_through_link(const char *link)
{
	char target[SESSION_PATH_BYTES];
	struct stat status;
	ssize_t length = lstat(link, &status) == 0 && status.st_uid == geteuid()
				 ? readlink(link, target, sizeof target - 1)
				 : -1;

	if (length <= 0)
		return -1;
	target[length] = '\0';
	return open(target, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

/* Maps the header of a session, or NULL if there is none that is ready. */
static struct session_header *map_header(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ELOOP)
		fd = open_through_link(path);
	if (fd < 0)
		return NULL;
	void *map = MAP_FAILED;
	if (fstat(fd, &status) == 0 && status.st_size >= (off_t)sizeof(struct session_header))
		map = mmap(NULL, sizeof(struct session_header), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	struct session_header *session = map;
	/* Acquire: pairs with the release of `ready` in start.c; the header is filled. */
	if (session->magic == SESSION_MAGIC && session->version == SESSION_VERSION &&
	    atomic_load_explicit(&session->ready, memory_order_acquire))
		return session;
	munmap(map, sizeof(struct session_header));
	return NULL;
}

static bool is_running(const struct session_header *session, unsigned long pid, uint64_t start_time)
{
	uint32_t state = atomic_load_explicit(&session->end_state, memory_order_relaxed);

	return session->pid == (int32_t)pid && session->pid_start_time == start_time &&
	       (state == SESSION_RUNNING || state == SESSION_EXECUTING);
}

static void mark_replaced(struct session_header *session)
{
	atomic_store_explicit(&session->end_ticks, moment_ticks(session), memory_order_relaxed);
	/* Release: pairs with the drainer's acquire; it sees the time of the end. */
	atomic_store_explicit(&session->end_state, SESSION_REPLACED, memory_order_release);
}

/* The running session of a process among those that were found, if there is one. */
static struct session_header *map_running(const char *directory, const struct numbers *process,
					  uint64_t start_time)
{
	char path[SESSION_PATH_BYTES];

	for (uint32_t left = process->found; left; left &= left - 1) {
		parent_session_path(path, directory, false, process->pid, (unsigned long)__builtin_ctz(left));
		struct session_header *session = map_header(path);
		if (session && is_running(session, process->pid, start_time))
			return session;
		if (session)
			munmap(session, sizeof *session);
	}
	return NULL;
}

struct session_header *parent_map_session(const char *directory, unsigned long pid)
{
	struct numbers process = {.pid = pid};

	numbers_find(directory, getuid(), &process, 1);
	return process.found ? map_running(directory, &process, proc_start_time(pid)) : NULL;
}

static bool take_trace_of(struct files_facts *facts, const char *directory, const struct numbers *process,
			  uint64_t start_time, bool replaced)
{
	struct session_header *session = map_running(directory, process, start_time);

	if (!session)
		return false;
	memcpy(facts->parent_trace_path, session->trace_path, sizeof facts->parent_trace_path);
	facts->parent_trace_path[sizeof facts->parent_trace_path - 1] = '\0';
	if (replaced)
		mark_replaced(session);
	munmap(session, sizeof *session);
	return true;
}

void parent_find(struct files_facts *facts, const char *directory)
{
	struct numbers own_and_parents[] = {{.pid = facts->pid}, {.pid = facts->parent_pid}};
	const struct numbers *own = &own_and_parents[0], *parents = &own_and_parents[1];

	facts->parent_trace_path[0] = '\0';
	numbers_find(directory, getuid(), own_and_parents, 2);
	if (!take_trace_of(facts, directory, own, facts->pid_start_time, true) && parents->found)
		take_trace_of(facts, directory, parents, proc_start_time(parents->pid), false);
}

static bool has_session_of(const char *directory, uid_t user, unsigned long pid)
{
	struct numbers process = {.pid = pid};
	char path[SESSION_PATH_BYTES];
	struct stat status;

	numbers_find(directory, user, &process, 1);
	for (uint32_t left = process.found; left; left &= left - 1) {
		session_path_of(path, directory, false, user, pid, (unsigned long)__builtin_ctz(left));
		if (lstat(path, &status) == 0)
			return true;
	}
	return false;
}

static uid_t user_of(unsigned long pid)
{
	char path[64];
	struct text text;
	struct stat status;

	text_init(&text, path, sizeof path);
	text_add(&text, "/proc/");
	text_add_number(&text, pid);
	return stat(path, &status) == 0 ? status.st_uid : 0;
}

/* Sessions that this process may not look into: root's, or its parent's. */
static bool is_out_of_reach(const struct files_facts *facts, const char *directory, bool has_own)
{
	return (!has_own && has_session_of(directory, 0, facts->pid)) ||
	       has_session_of(directory, 0, facts->parent_pid) ||
	       has_session_of(directory, user_of(facts->parent_pid), facts->parent_pid);
}

static bool parent_preloads(unsigned long pid)
{
	char path[64];
	struct text text;

	text_init(&text, path, sizeof path);
	text_add(&text, "/proc/");
	text_add_number(&text, pid);
	text_add(&text, "/environ");
	struct settings_list environment = settings_read(path);
	bool preloads = environment.bytes && settings_preloaded(&environment, "libmprof.so");
	settings_release(&environment);
	return preloads;
}

bool parent_is_recorded(const struct files_facts *facts, const char *directory, bool has_own)
{
	return facts->parent_trace_path[0] || is_out_of_reach(facts, directory, has_own) ||
	       parent_preloads(facts->parent_pid);
}
