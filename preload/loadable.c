/*
 * loadable.c - reading the heads of programs; see loadable.h.
 */
#include "loadable.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 256  /* what the kernel looks at of a script */
#define SCRIPTS_MAX 5   /* interpreters of interpreters, as the kernel has it */
#define SEGMENTS_MAX 64 /* a program names its interpreter among the first */

/* The linker's: this library's own head. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* ---- interpreters ----------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* glibc's dynamic linker goes by these names, and no other does. */
static bool is_of_glibc(const char *interpreter)
{
	static const char *const known[] = {"ld-linux", "ld-lsb", "ld-2.", "ld.so"};
	const char *name = base_name(interpreter);

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strncmp(name, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

/* Cut off at the first blank or line end; what is behind is an argument.  NULL if there is none. */
static const char *interpreter_of_script(char head[HEAD_BYTES + 1])
{
	char *name = head + 2 + strspn(head + 2, " \t");

	name[strcspn(name, " \t\n")] = '\0';
	return *name ? name : NULL;
}

/* False if there is none, or it cannot be read. */
static bool read_interpreter(int fd, const ElfW(Ehdr) * header, char name[HEAD_BYTES + 1])
{
	ElfW(Phdr) segment;

	if (header->e_phentsize != sizeof segment)
		return false;
	for (unsigned i = 0; i < header->e_phnum && i < SEGMENTS_MAX; i++) {
		off_t at = (off_t)(header->e_phoff + i * sizeof segment);
		if (pread(fd, &segment, sizeof segment, at) != (ssize_t)sizeof segment)
			return false;
		if (segment.p_type != PT_INTERP)
			continue;
		size_t bytes = segment.p_filesz < HEAD_BYTES ? segment.p_filesz : HEAD_BYTES;
		ssize_t got = pread(fd, name, bytes, (off_t)segment.p_offset);
		name[got > 0 ? got : 0] = '\0';
		return got > 0;
	}
	return false;
}

/* ---- programs ----------------------------------------------------------------------------- */

static bool is_elf(const char *head, ssize_t got)
{
	return got >= (ssize_t)sizeof(ElfW(Ehdr)) && memcmp(head, ELFMAG, SELFMAG) == 0;
}

/* A dynamic linker may itself be what is executed. */
static enum loadable elf_loadable(int fd, const ElfW(Ehdr) * header, const char *path)
{
	char interpreter[HEAD_BYTES + 1];

	if (header->e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS] ||
	    header->e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA] ||
	    header->e_machine != __ehdr_start.e_machine)
		return LOADABLE_NOT;
	if (read_interpreter(fd, header, interpreter))
		return is_of_glibc(interpreter) ? LOADABLE : LOADABLE_NOT;
	if (strncmp(base_name(path), "ld-", 3) != 0)
		return LOADABLE_IN_VAIN;
	return is_of_glibc(path) ? LOADABLE : LOADABLE_NOT;
}

static enum loadable script_loadable(char head[HEAD_BYTES + 1], int depth);

static enum loadable content_loadable(int fd, const char *path, int depth)
{
	_Alignas(ElfW(Ehdr)) char head[HEAD_BYTES + 1];
	ssize_t got = pread(fd, head, HEAD_BYTES, 0);

	if (is_elf(head, got))
		return elf_loadable(fd, (const ElfW(Ehdr) *)(const void *)head, path);
	if (got < 2 || head[0] != '#' || head[1] != '!')
		return LOADABLE;
	head[got] = '\0';
	return script_loadable(head, depth + 1);
}

/* Only a file's: to open a device or a pipe may have consequences. */
static int open_program(int directory, const char *path, int flags)
{
	bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
	struct stat status;

	if (fstatat(directory, path, &status, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(status.st_mode))
		return -1;
	return openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
}

static enum loadable program_loadable(int directory, const char *path, int flags, int depth)
{
	int fd = open_program(directory, path, flags);

	if (fd < 0)
		return LOADABLE;
	enum loadable fits = content_loadable(fd, path, depth);
	close(fd);
	return fits;
}

static enum loadable script_loadable(char head[HEAD_BYTES + 1], int depth)
{
	const char *interpreter = interpreter_of_script(head);

	if (depth > SCRIPTS_MAX || !interpreter)
		return LOADABLE;
	return program_loadable(AT_FDCWD, interpreter, 0, depth);
}

enum loadable loadable(int directory, const char *path, int flags)
{
	int saved = errno;
	enum loadable fits = *path || !(flags & AT_EMPTY_PATH) ? program_loadable(directory, path, flags, 0)
							       : content_loadable(directory, "", 0);

	errno = saved;
	return fits;
}

enum loadable loadable_fd(int fd)
{
	return loadable(fd, "", AT_EMPTY_PATH);
}

/* ---- PATH --------------------------------------------------------------------------------- */

/* DIRECTORY/FILE, or FILE where the directory is empty; false if that is too long. */
static bool join(char path[PATH_MAX], const char *directory, size_t length, const char *file)
{
	size_t file_bytes = strlen(file) + 1;

	if (length + 1 + file_bytes > PATH_MAX)
		return false;
	memcpy(path, directory, length);
	if (length)
		path[length++] = '/';
	memcpy(path + length, file, file_bytes);
	return true;
}

static bool can_be_executed(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

enum loadable loadable_in_path(const char *file)
{
	const char *directories = getenv("PATH");
	char path[PATH_MAX];
	int saved = errno;
	bool found = false;

	if (strchr(file, '/'))
		return loadable(AT_FDCWD, file, 0);
	for (const char *at = directories ? directories : "/bin:/usr/bin"; at && !found;) {
		size_t length = strcspn(at, ":");

		found = join(path, at, length, file) && can_be_executed(path);
		at = at[length] ? at + length + 1 : NULL;
	}
	errno = saved;
	return found ? loadable(AT_FDCWD, path, 0) : LOADABLE;
}
