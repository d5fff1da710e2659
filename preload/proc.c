/*
 * proc.c - see proc.h.
 */
#include "proc.h"

#include "kernel.h"
#include "message.h"

#include <fcntl.h>
#include <string.h>
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

struct proc_status proc_status(void)
{
	char text[4096];

	if (!read_text("/proc/self/status", text, sizeof text))
		return (struct proc_status){0};
	return (struct proc_status){.peak_rss_bytes = number_behind(text, "\nVmHWM:") * 1024,
				    .filters = (uint32_t)number_behind(text, "\nSeccomp_filters:")};
}

uint64_t proc_peak_rss_of_pid_bytes(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

bool proc_children_are_elsewhere(void)
{
	char own[64], childrens[64];
	ssize_t own_length = readlink("/proc/self/ns/pid", own, sizeof own);
	ssize_t length = readlink("/proc/self/ns/pid_for_children", childrens, sizeof childrens);

	/* Before the first child there is none to name. */
	return own_length > 0 && (length != own_length || memcmp(own, childrens, (size_t)length) != 0);
}

bool proc_is_sandboxed(void)
{
	return kernel_call(SYS_prctl, PR_GET_SECCOMP, 0L, 0L, 0L, 0L) > 0;
}
