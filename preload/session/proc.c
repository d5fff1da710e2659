/*
 * proc.c - see proc.h.
 */
#include "proc.h"

#include "base/kernel.h"
#include "base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The file's first bytes as a string; false if there are none. */
static int read_text(const char *path, char *text, size_t capacity)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	ssize_t got = read(fd, text, capacity - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0;
}

static uint64_t number_at(const char *text)
{
	uint64_t number = 0;

	while (*text == ' ' || *text == '\t')
		text++;
	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return number;
}

uint64_t proc_start_time(unsigned long pid)
{
	char path[64], line[1024];
	struct text text;

	text_init(&text, path, sizeof path);
	text_add(&text, "/proc/");
	/* In a pid namespace that has no /proc of its own, our number is somebody else's there. */
	if (pid == (unsigned long)getpid())
		text_add(&text, "self");
	else
		text_add_number(&text, pid);
	text_add(&text, "/stat");
	if (!read_text(path, line, sizeof line))
		return 0;
	/* Field 22.  The name, field 2, may hold anything: count from its closing parenthesis. */
	const char *at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? number_at(at) : 0;
}

static uint64_t number_behind(const char *text, const char *label)
{
	const char *line = strstr(text, label);

	return line ? number_at(line + strlen(label)) : 0;
}

/* The text lies in a page of its own: whoever asks may have a small stack. */
struct proc_status proc_status(void)
{
	struct proc_status status = {0};
	const size_t bytes = 4096;
	long page = kernel_call(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				-1, 0L);

	if (page == -1)
		return status;
	char *text = (char *)page;
	if (read_text("/proc/self/status", text, bytes))
		status = (struct proc_status){.peak_rss_bytes = number_behind(text, "\nVmHWM:") * 1024,
					      .filters = (uint32_t)number_behind(text, "\nSeccomp_filters:"),
					      .threads = (uint32_t)number_behind(text, "\nThreads:"),
					      .tracer = (uint32_t)number_behind(text, "\nTracerPid:")};
	kernel_call(SYS_munmap, page, bytes);
	return status;
}

uint64_t proc_peak_rss_of_pid_bytes(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

/* ---- control groups ------------------------------------------------------------------ */

struct hierarchy {
	const char *label; /* of its line in /proc/self/cgroup */
	const char *mount, *limit;
};

/* A file with one number in it; UINT64_MAX for "max", or if it cannot be read. */
static uint64_t limit_of_group(const struct hierarchy *hierarchy, const char *group, size_t length)
{
	char path[512], line[64];
	struct text text;

	text_init(&text, path, sizeof path);
	text_add(&text, hierarchy->mount);
	text_add_bytes(&text, group, length);
	text_add(&text, hierarchy->limit);
	bool known = text.length + 1 < text.capacity && read_text(path, line, sizeof line) && *line >= '0' &&
		     *line <= '9';
	return known ? number_at(line) : UINT64_MAX;
}

/* Parents' limits hold, too; the last is what is mounted, which in a container may be the group itself. */
static uint64_t limit_in(const struct hierarchy *hierarchy, const char *groups)
{
	const char *group = strstr(groups, hierarchy->label);
	uint64_t least = UINT64_MAX;

	if (!group)
		return least;
	group += strlen(hierarchy->label);
	for (size_t length = strcspn(group, "\n");; length--) {
		while (length > 0 && group[length] != '/' && group[length] != '\n')
			length--;
		uint64_t limit = limit_of_group(hierarchy, group, length);
		least = limit < least ? limit : least;
		if (length == 0)
			return least;
	}
}

uint64_t proc_group_limit_bytes(void)
{
	static const struct hierarchy first = {":memory:", "/sys/fs/cgroup/memory", "/memory.limit_in_bytes"};
	static const struct hierarchy second = {"0::", "/sys/fs/cgroup", "/memory.max"};
	char groups[2048];

	if (!read_text("/proc/self/cgroup", groups, sizeof groups))
		return UINT64_MAX;
	uint64_t a = limit_in(&first, groups), b = limit_in(&second, groups);
	return a < b ? a : b;
}

/* Where /proc does not say: the kernel refuses a thread (EINVAL) where a process would go elsewhere, before
 * it looks at the id that the thread is to have.  Our own is taken, so there never is one. */
static bool thread_would_be_elsewhere(void)
{
	pid_t taken = (pid_t)kernel_call(SYS_gettid);
	struct clone_args thread = {.flags = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD,
				    .set_tid = (uintptr_t)&taken,
				    .set_tid_size = 1};

	return kernel_call(SYS_clone3, &thread, sizeof thread) < 0 && errno == EINVAL;
}

bool proc_children_are_elsewhere(void)
{
	char own[64], childrens[64];
	ssize_t own_length = readlink("/proc/self/ns/pid", own, sizeof own);
	ssize_t length = readlink("/proc/self/ns/pid_for_children", childrens, sizeof childrens);

	if (own_length <= 0)
		return thread_would_be_elsewhere();
	/* Before the first child there is none to name. */
	return length != own_length || memcmp(own, childrens, (size_t)length) != 0;
}

bool proc_is_sandboxed(void)
{
	return kernel_call(SYS_prctl, PR_GET_SECCOMP, 0L, 0L, 0L, 0L) > 0;
}
