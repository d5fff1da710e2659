/*
 * exe.c - see exe.h.  Raw system calls and mapped memory only.
 *
 * The kernel knows what was executed.  That is the dynamic linker where it was called by name (ld.so
 * PROGRAM), and then it is the mappings that tell.  Where there is no /proc, the dynamic linker knows what it
 * has started.
 */
#include "exe.h"

#include "base/kernel.h"
#include "base/message.h"
#include "settings.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define PATH_BYTES 4096

extern char *__progname_full; /* libc's, by the name that no program has: what was started */

/* ---- by /proc -------------------------------------------------------------------------- */

static uintptr_t number_at(const char **at)
{
	uintptr_t number = 0;

	for (;; ++*at) {
		unsigned digit = (unsigned char)**at;
		digit = digit >= 'a' ? digit - 'a' + 10 : digit - '0';
		if (digit > 15)
			return number;
		number = number * 16 + digit;
	}
}

/* A line: START-END PERMISSIONS OFFSET DEVICE INODE PATH */
static bool line_covers(const char *line, uintptr_t address)
{
	uintptr_t start = number_at(&line);

	if (*line++ != '-')
		return false;
	return address >= start && address < number_at(&line);
}

static void add_mapped(struct text *path, uintptr_t address)
{
	struct settings_list maps = settings_read("/proc/self/maps");

	for (const char *line = maps.bytes; line && *line;) {
		size_t length = strcspn(line, "\n");
		const char *name = memchr(line, '/', length);
		if (name && line_covers(line, address)) {
			text_add_bytes(path, name, length - (size_t)(name - line));
			break;
		}
		line += length + (line[length] != '\0');
	}
	settings_release(&maps);
}

static void add_executed(struct text *path)
{
	char target[PATH_BYTES];
	ssize_t length = readlink("/proc/self/exe", target, sizeof target);

	if (length > 0)
		text_add_bytes(path, target, (size_t)length);
}

/* ---- by the dynamic linker --------------------------------------------------------------- */

static bool is_elf(const char *name)
{
	char magic[SELFMAG];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	bool is = fd >= 0 && read(fd, magic, SELFMAG) == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

/* Of a script that is the script; the program's name is that of its interpreter then. */
static void add_started(struct text *path)
{
	const char *name = (const char *)getauxval(AT_EXECFN);
	char cwd[PATH_BYTES];

	if (!name || !is_elf(name))
		name = __progname_full;
	if (!name || !is_elf(name))
		return;
	if (name[0] != '/' && kernel_call(SYS_getcwd, cwd, sizeof cwd) > 0) {
		text_add(path, cwd);
		text_add(path, "/");
		name += strncmp(name, "./", 2) == 0 ? 2 : 0;
	}
	text_add(path, name);
}

/* ---- the path ------------------------------------------------------------------------------ */

const char *exe_path(void)
{
	static char kept[PATH_BYTES];
	struct text path;

	if (kept[0])
		return kept;
	text_init(&path, kept, sizeof kept);
	/* The kernel says where it has put the dynamic linker, unless that is the program to it. */
	if (getauxval(AT_BASE))
		add_executed(&path);
	else
		add_mapped(&path, getauxval(AT_PHDR));
	if (!path.length)
		add_started(&path);
	return kept;
}
