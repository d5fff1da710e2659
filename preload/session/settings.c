/*
 * settings.c - the MPROF_* environment.  Raw system calls and mapped memory only.
 */
#include "settings.h"

#include "trace/size.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#define READ_MAX (4u << 20) /* more than the kernel lets a command line or environment be, in practice */

struct settings_list settings_read(const char *path)
{
	struct settings_list list = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return list;
	void *map = mmap(NULL, READ_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			 -1, 0);
	if (map != MAP_FAILED) {
		list = (struct settings_list){map, 0, READ_MAX};
		ssize_t got;
		while (list.count_bytes < READ_MAX - 1 &&
		       ((got = read(fd, list.bytes + list.count_bytes, READ_MAX - 1 - list.count_bytes)) >
				0 ||
			(got < 0 && errno == EINTR)))
			list.count_bytes += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	return list;
}

void settings_release(struct settings_list *list)
{
	if (list->mapped_bytes)
		munmap(list->bytes, list->mapped_bytes);
	*list = (struct settings_list){0};
}

const char *settings_value(const struct settings_list *environment, const char *name)
{
	size_t length = strlen(name);

	if (!environment->bytes) {
		for (char **entry = __environ; entry && *entry; entry++)
			if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
				return *entry + length + 1;
		return NULL;
	}
	const char *end = environment->bytes + environment->count_bytes;
	for (const char *entry = environment->bytes; entry < end; entry += strlen(entry) + 1)
		if (strncmp(entry, name, length) == 0 && entry[length] == '=')
			return entry + length + 1;
	return NULL;
}

static void refuse(struct settings *settings, const char *name, const char *expected)
{
	settings->bad = name;
	settings->expected = expected;
}

/* "1" or "0"; an empty value counts as none. */
static bool flag(const struct settings_list *environment, const char *name, bool otherwise,
		 struct settings *settings)
{
	const char *value = settings_value(environment, name);

	if (!value || !*value)
		return otherwise;
	if ((value[0] == '0' || value[0] == '1') && !value[1])
		return value[0] == '1';
	refuse(settings, name, "0 or 1");
	return otherwise;
}

/* 0 where there is none, or one that means nothing. */
static uint64_t size(const struct settings_list *environment, const char *name, uint64_t most,
		     const char *expected, struct settings *settings)
{
	const char *value = settings_value(environment, name);
	uint64_t size_bytes = 0;

	if (!value || !*value || (size_parse(value, &size_bytes) && size_bytes <= most))
		return size_bytes;
	refuse(settings, name, expected);
	return 0;
}

struct settings settings_parse(const struct settings_list *environment)
{
	struct settings settings = {.bad = NULL};

	settings.out = settings_value(environment, "MPROF_OUT");
	if (settings.out && !*settings.out)
		settings.out = NULL;
	settings.lines = settings_value(environment, "MPROF_LINES");
	if (settings.lines && (!*settings.lines || strcmp(settings.lines, "0") == 0))
		settings.lines = NULL;
	settings.follow = flag(environment, "MPROF_FOLLOW", true, &settings);
	settings.quiet = flag(environment, "MPROF_QUIET", false, &settings);
	settings.aggregate = flag(environment, "MPROF_AGGREGATE", false, &settings);
	settings.sample_bytes = size(environment, "MPROF_SAMPLE", SAMPLE_BYTES_MAX,
				     "a size of at most 1T, such as 512KiB", &settings);
	settings.sample_seed = size(environment, "MPROF_SAMPLE_SEED", UINT64_MAX, "a number", &settings);
	return settings;
}

/* ---- output patterns ---------------------------------------------------------- */

static bool expand_one(struct text *path, char letter, const struct settings_names *names)
{
	struct utsname host;

	switch (letter) {
	case 'e':
		text_add(path, names->program);
		return false;
	case 'p':
		text_add_number(path, names->pid);
		return true;
	case 'h':
		text_add(path, uname(&host) == 0 ? host.nodename : "localhost");
		return false;
	case 't':
		text_add_number(path, names->time_seconds);
		return false;
	case '%':
		text_add(path, "%");
		return false;
	default:
		text_add(path, "%");
		text_add_bytes(path, &letter, 1);
		return false;
	}
}

/* out.mprof becomes out.PID.mprof */
static void tell_apart(struct text *path, unsigned long pid)
{
	static const char suffix[] = ".mprof";
	bool suffixed = path->length >= sizeof suffix - 1 &&
			strcmp(path->buffer + path->length - (sizeof suffix - 1), suffix) == 0;

	if (suffixed)
		path->length -= sizeof suffix - 1;
	text_add(path, ".");
	text_add_number(path, pid);
	if (suffixed)
		text_add(path, suffix);
}

void settings_expand(struct text *path, const char *pattern, const struct settings_names *names)
{
	bool has_pid = false;

	for (; *pattern; pattern++) {
		if (pattern[0] == '%' && pattern[1])
			has_pid |= expand_one(path, *++pattern, names);
		else
			text_add_bytes(path, pattern, 1);
	}
	if (names->child && !has_pid)
		tell_apart(path, names->pid);
}

/* ---- LD_PRELOAD -------------------------------------------------------------------- */

static const char preload_variable[] = "LD_PRELOAD=";

static bool names_library(const char *entry, size_t length, const char *library_name)
{
	size_t name_length = strlen(library_name);

	return length >= name_length && memcmp(entry + length - name_length, library_name, name_length) == 0;
}

bool settings_preloaded(const struct settings_list *environment, const char *library_name)
{
	const char *libraries = settings_value(environment, "LD_PRELOAD");

	return libraries && strstr(libraries, library_name);
}

static bool came_by_environment;

void settings_remember_origin(const struct settings_list *environment, const char *library_name)
{
	came_by_environment = settings_preloaded(environment, library_name);
}

bool settings_came_by_environment(void)
{
	return came_by_environment;
}

bool settings_preloads(const char *entry, const char *library_name)
{
	if (strncmp(entry, preload_variable, sizeof preload_variable - 1) != 0)
		return false;
	for (const char *in = entry + sizeof preload_variable - 1; *in;) {
		size_t length = strcspn(in, ": ");
		if (names_library(in, length, library_name))
			return true;
		in += length + (in[length] != '\0');
	}
	return false;
}

bool settings_strike(char *out, const char *entry, const char *library_name)
{
	const char *in = entry + sizeof preload_variable - 1;
	char *libraries = out + sizeof preload_variable - 1;

	memmove(out, entry, sizeof preload_variable - 1);
	for (out = libraries; *in;) {
		size_t length = strcspn(in, ": ");
		bool more = in[length] != '\0';
		if (!names_library(in, length, library_name)) {
			memmove(out, in, length + more);
			out += length + more;
		}
		in += length + more;
	}
	*out = '\0';
	return out > libraries;
}

void settings_unfollow(char **environment, const char *library_name)
{
	for (; environment && *environment; environment++)
		if (settings_preloads(*environment, library_name))
			settings_strike(*environment, *environment, library_name);
}
