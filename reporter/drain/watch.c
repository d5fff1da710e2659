/*
 * watch.c - see watch.h.
 */
#include "drain/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROC_PATH_BYTES 96

bool watch_has_proc(void)
{
	char target[32];
	ssize_t length = readlink("/proc/self", target, sizeof(target) - 1);
	target[length > 0 ? length : 0] = '\0';
	return length > 0 && atol(target) == getpid();
}

static int open_proc(const struct watch *watch, const char *name)
{
	char path[PROC_PATH_BYTES];
	if (!watch->has_proc)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/%s", watch->session->pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Reads a small file of /proc as a string; false if it cannot be read. */
static bool read_proc(const struct watch *watch, const char *name, char *text, size_t bytes)
{
	int fd = open_proc(watch, name);
	if (fd < 0)
		return false;
	ssize_t got = read(fd, text, bytes - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0;
}

struct process_state {
	char state;
	long threads;
	uint64_t start_time;
	int exit_code; /* 0 unless it is a zombie */
};

/* Field 52, of what follows field 2. */
static int exit_code_in(const char *after)
{
	for (unsigned field = 2; after && field < 52; field++)
		after = strchr(after + 1, ' ');
	return after ? atoi(after) : 0;
}

/* Fields 3, 20, 22 and 52 of /proc/PID/stat; the command in field 2 may hold anything but is last
 * in parentheses. */
static bool read_state(const struct watch *watch, struct process_state *state)
{
	char text[1024];
	if (!read_proc(watch, "stat", text, sizeof(text)))
		return false;
	const char *after = strrchr(text, ')');
	state->exit_code = after ? exit_code_in(after) : 0;
	return after &&
	       sscanf(after + 1,
		      " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %" SCNu64,
		      &state->state, &state->threads, &state->start_time) == 3;
}

static bool has_start_time(const struct watch *watch, const struct process_state *state)
{
	return watch->session->pid_start_time == 0 || state->start_time == watch->session->pid_start_time;
}

/* Without a pidfd, and to tell the process from a later one with the same pid. */
static bool is_our_process(const struct watch *watch)
{
	struct process_state state;
	if (kill(watch->session->pid, 0) < 0 && errno == ESRCH)
		return false;
	if (!read_state(watch, &state))
		return true;
	/* A main thread that ended is a zombie for as long as others go on. */
	bool over = (state.state == 'Z' || state.state == 'X') && state.threads <= 1;
	return !over && has_start_time(watch, &state);
}

void watch_init(struct watch *watch, const struct session_header *session, const char *session_path)
{
	*watch = (struct watch){.session = session, .session_path = session_path, .pidfd = -1, .statm = -1};
	watch->has_proc = watch_has_proc();
	watch->pidfd = (int)syscall(SYS_pidfd_open, session->pid, 0);
	/* Asked behind the open, so that the descriptor is known to be of the right process. */
	if (watch->pidfd >= 0 && !is_our_process(watch)) {
		close(watch->pidfd);
		watch->pidfd = -1;
	}
	watch->statm = open_proc(watch, "statm");
}

/* Of a process that was waited for, the kernel says -1. */
static bool is_inherited(const struct watch *watch)
{
	char path[PROC_PATH_BYTES], text[256];
	int pid;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", SESSION_PIDFD);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	const char *line = strstr(text, "\nPid:");
	return line && sscanf(line, "\nPid: %d", &pid) == 1 && (pid == watch->session->pid || pid == -1);
}

void watch_inherit(struct watch *watch)
{
	if (watch->pidfd == SESSION_PIDFD || !is_inherited(watch))
		return;
	if (watch->pidfd >= 0)
		close(SESSION_PIDFD);
	else
		watch->pidfd = SESSION_PIDFD;
}

void watch_finish(struct watch *watch)
{
	if (watch->pidfd >= 0)
		close(watch->pidfd);
	if (watch->statm >= 0)
		close(watch->statm);
}

bool watch_alive(struct watch *watch)
{
	struct pollfd ended = {.fd = watch->pidfd, .events = POLLIN};
	if (watch->pidfd < 0)
		return is_our_process(watch);
	return poll(&ended, 1, 0) <= 0;
}

bool watch_zombie_status(const struct watch *watch, int *status)
{
	struct process_state state;
	if (!read_state(watch, &state) || state.state != 'Z' || state.threads > 1 ||
	    !has_start_time(watch, &state))
		return false;
	*status = state.exit_code;
	return true;
}

/* The slow way to find the mapping, for one that was split in two. */
static bool listed_in_maps(const struct watch *watch)
{
	char line[8192], path[PROC_PATH_BYTES];
	snprintf(path, sizeof(path), "/proc/%d/maps", watch->session->pid);
	FILE *maps = fopen(path, "re");
	bool found = !maps; /* not allowed to know */
	while (maps && !found && fgets(line, sizeof(line), maps))
		found = strstr(line, watch->session_path) != NULL;
	if (maps)
		fclose(maps);
	return found;
}

static bool is_mapped(const struct watch *watch)
{
	char path[PROC_PATH_BYTES];
	struct stat status;
	uint64_t start = watch->session->mapped_at;
	uint64_t end = start + watch->session->mapped_bytes;
	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, watch->session->pid, start,
		 end);
	return lstat(path, &status) == 0 || errno != ENOENT || listed_in_maps(watch);
}

static bool has_memory(const struct watch *watch)
{
	char text[128];
	ssize_t got = watch->statm >= 0 ? pread(watch->statm, text, sizeof(text) - 1, 0) : 0;
	text[got > 0 ? got : 0] = '\0';
	return watch->statm < 0 || (got > 0 && atol(text) > 0);
}

bool watch_replaced(struct watch *watch)
{
	struct process_state state;
	if (watch->session->mapped_at == 0 || !watch->has_proc || is_mapped(watch))
		return false;
	/* A main thread that ended has no maps of its own while others go on; nor has a process that is just
	 * ending, before it is a zombie. */
	return read_state(watch, &state) && state.state != 'Z' && state.state != 'X' && has_memory(watch);
}

bool watch_thread_alive(const struct watch *watch, uint32_t tid)
{
	return syscall(SYS_tgkill, watch->session->pid, tid, 0) == 0 || errno != ESRCH;
}

uint64_t watch_rss_pages(struct watch *watch)
{
	char text[128];
	unsigned long long resident;
	ssize_t got = watch->statm >= 0 ? pread(watch->statm, text, sizeof(text) - 1, 0) : 0;
	if (got <= 0)
		return 0;
	text[got] = '\0';
	return sscanf(text, "%*u %llu", &resident) == 1 ? resident : 0;
}

bool watch_is_confined(const struct watch *watch)
{
	char text[4096];
	unsigned long filters = 0, mode = 0;
	if (!read_proc(watch, "status", text, sizeof(text)))
		return false;
	const char *line = strstr(text, "\nSeccomp:");
	if (line && sscanf(line, "\nSeccomp: %lu", &mode) == 1 && mode == SECCOMP_MODE_STRICT)
		return true; /* which is no filter */
	line = strstr(text, "\nSeccomp_filters:");
	return line && sscanf(line, "\nSeccomp_filters: %lu", &filters) == 1 &&
	       filters > watch->session->filters;
}

uint64_t watch_peak_rss_bytes(const struct watch *watch)
{
	char text[4096];
	unsigned long long kib;
	if (!read_proc(watch, "status", text, sizeof(text)))
		return 0;
	const char *line = strstr(text, "\nVmHWM:");
	return line && sscanf(line, "\nVmHWM: %llu kB", &kib) == 1 ? kib * 1024 : 0;
}
