/*
 * neighbour.c - see neighbour.h.
 *
 * Control groups.  A group with a process in it cannot be removed, and what the drainer takes would count
 * against a limit that is the program's.  So the drainer joins the group of the program's parent, which is
 * who put the program into one of its own, if anybody did.  It goes no further up: limits that hold for the
 * launcher are meant for all that it starts.  PID 1's groups are the service manager's own.  A launcher that
 * is recorded itself may have entered a group since, and its children begin there: then it is the launcher's
 * drainer that tells where it came from.
 *
 * Want of memory.  A host that is protected from being killed does not protect its drainer, but nor is that
 * offered in the host's place: events wait in memory when nobody drains them, so it would win nothing.
 */
#include "drain/neighbour.h"

#include "drain/watch.h"

#include "trace/session.h"

#include <fcntl.h>
#include <linux/ioprio.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TIMER_SLACK_NS 50000 /* the kernel's own choice; real-time programs have none */
#define MEMBERSHIPS_BYTES 16384
#define MEMORY_POLICY_DEFAULT 0
#define SESSIONS_MOST 4 /* of one pid: of programs that it was before */

/* A small file as a string; empty if it cannot be read. */
static void read_text(const char *path, char *text, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? read(fd, text, bytes - 1) : 0;
	text[got > 0 ? got : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return written;
}

/* ---- control groups ------------------------------------------------------ */

static pid_t parent_of(pid_t pid)
{
	char path[64], text[1024];
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	read_text(path, text, sizeof(text));
	const char *after = strrchr(text, ')');
	int parent = 0;
	return after && sscanf(after, ") %*c %d", &parent) == 1 ? parent : 0;
}

static void read_memberships(const char *who, char text[MEMBERSHIPS_BYTES])
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%s/cgroup", who);
	read_text(path, text, MEMBERSHIPS_BYTES);
}

static bool list_has(const char *list, const char *part)
{
	size_t length = strlen(part);
	for (const char *at = list; (at = strstr(at, part)); at += length)
		if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
			return true;
	return false;
}

/* Whether a line of mountinfo is a mount of the hierarchy; `root` is what of it is mounted. */
static bool is_mounted_here(const char *line, const char *controllers, char root[PATH_MAX],
			    char mount[PATH_MAX])
{
	char type[32], options[1024];
	const char *second = strstr(line, " - ");
	if (!second || sscanf(line, "%*s %*s %*s %4095s %4095s", root, mount) != 2 ||
	    sscanf(second, " - %31s %*s %1023s", type, options) != 2)
		return false;
	if (*controllers == '\0')
		return strcmp(type, "cgroup2") == 0;
	return strcmp(type, "cgroup") == 0 && list_has(options, controllers);
}

/* The directory of a group, if that hierarchy is mounted. */
static bool find_group(const char *controllers, const char *group, char directory[PATH_MAX])
{
	char line[2 * PATH_MAX], root[PATH_MAX], mount[PATH_MAX];
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	bool found = false;
	while (mounts && !found && fgets(line, sizeof(line), mounts)) {
		if (!is_mounted_here(line, controllers, root, mount))
			continue;
		size_t above = strcmp(root, "/") == 0 ? 0 : strlen(root);
		found = strncmp(group, root, above) == 0 &&
			snprintf(directory, PATH_MAX, "%s%s", mount, group + above) < PATH_MAX;
	}
	if (mounts)
		fclose(mounts);
	return found;
}

/* A line of /proc/PID/cgroup: number:controllers:group. */
static void join(char *membership)
{
	char directory[PATH_MAX], procs[PATH_MAX + 16];
	strsep(&membership, ":");
	const char *controllers = strsep(&membership, ":");
	/* A group outside of what this namespace shows begins with "/..". */
	if (!membership || strncmp(membership, "/..", 3) == 0 ||
	    !find_group(controllers, membership, directory))
		return;
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", directory);
	write_text(procs, "0");
}

/* The drainer of the session in this file, if it is this process's; else 0. */
static pid_t drainer_in(const char *path, pid_t pid, struct session_header *header)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool read = fd >= 0 && pread(fd, header, sizeof(*header), 0) == (ssize_t)sizeof(*header);
	if (fd >= 0)
		close(fd);
	if (!read || header->magic != SESSION_MAGIC || header->version != SESSION_VERSION ||
	    header->pid != pid)
		return 0;
	/* Relaxed: a copy of its own. */
	return atomic_load_explicit(&header->drainer_pid, memory_order_relaxed);
}

static pid_t drainer_of(pid_t pid)
{
	char path[64];
	struct session_header *header = malloc(sizeof(*header));
	pid_t drainer = 0;
	for (unsigned number = 0; header && drainer <= 0 && number < SESSIONS_MOST; number++) {
		snprintf(path, sizeof(path), "/dev/shm/mprof.%u.%d.%u", getuid(), pid, number);
		drainer = drainer_in(path, pid, header);
	}
	free(header);
	return drainer;
}

static void join_the_launcher(pid_t host)
{
	char launchers[MEMBERSHIPS_BYTES], own[MEMBERSHIPS_BYTES], number[16];
	pid_t launcher = watch_has_proc() ? parent_of(host) : 0;
	if (launcher <= 1)
		return;
	pid_t drainer = drainer_of(launcher);
	if (drainer > 1)
		launcher = drainer;
	snprintf(number, sizeof(number), "%d", launcher);
	read_memberships(number, launchers);
	read_memberships("self", own);
	/* The kernel lists the same hierarchies in the same order. */
	char *theirs = launchers, *ours = own;
	for (char *line; (line = strsep(&theirs, "\n"));) {
		const char *same = strsep(&ours, "\n");
		if (!same || strcmp(line, same) != 0)
			join(line);
	}
}

/* ---- the rest ------------------------------------------------------------ */

static void be_protected_no_better(void)
{
	char text[16];
	read_text("/proc/self/oom_score_adj", text, sizeof(text));
	if (atoi(text) < 0)
		write_text("/proc/self/oom_score_adj", "0");
}

static void be_served_no_better(void)
{
	long priority = syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);
	if (priority >= 0 && IOPRIO_PRIO_CLASS(priority) == IOPRIO_CLASS_RT)
		syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
}

/* Nor is its memory where the host's is bound to be.  Asked first, since filters that kill allow that. */
static void be_bound_to_no_node(void)
{
	int policy;
	if (syscall(SYS_get_mempolicy, &policy, NULL, 0, NULL, 0) == 0 && policy != MEMORY_POLICY_DEFAULT)
		syscall(SYS_set_mempolicy, MEMORY_POLICY_DEFAULT, NULL, 0);
}

void neighbour_become(pid_t host)
{
	umask(0077);
	be_served_no_better();
	be_bound_to_no_node();
	be_protected_no_better();
	join_the_launcher(host);
}
