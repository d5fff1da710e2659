/*
 * loadable.c - reading the heads of programs; see loadable.h.
 */
#include "loadable.h"

#include "base/kernel.h"
#include "base/own_stack.h"
#include "sanitized.h"
#include "base/signals.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
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

static enum loading loading_of_dynamic(int fd, const ElfW(Ehdr) * header, const char *interpreter)
{
	return !is_of_glibc(interpreter) || sanitized(fd, header) ? LOADING_HARMS : LOADING_WORKS;
}

/* A dynamic linker may itself be what is executed. */
static enum loading loading_of_static(const char *path)
{
	if (strncmp(base_name(path), "ld-", 3) != 0)
		return LOADING_IS_IDLE;
	return is_of_glibc(path) ? LOADING_WORKS : LOADING_HARMS;
}

static enum loading loading_of_elf(int fd, const ElfW(Ehdr) * header, const char *path)
{
	char interpreter[HEAD_BYTES + 1];

	if (header->e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS] ||
	    header->e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA] ||
	    header->e_machine != __ehdr_start.e_machine)
		return LOADING_HARMS;
	if (read_interpreter(fd, header, interpreter))
		return loading_of_dynamic(fd, header, interpreter);
	return loading_of_static(path);
}

static enum loading loading_of_script(char head[HEAD_BYTES + 1], int depth);

static enum loading loading_of_content(int fd, const char *path, int depth)
{
	_Alignas(ElfW(Ehdr)) char head[HEAD_BYTES + 1];
	ssize_t got = pread(fd, head, HEAD_BYTES, 0);

	if (is_elf(head, got))
		return loading_of_elf(fd, (const ElfW(Ehdr) *)(const void *)head, path);
	if (got < 2 || head[0] != '#' || head[1] != '!')
		return LOADING_WORKS;
	head[got] = '\0';
	return loading_of_script(head, depth + 1);
}

/* Only a file's: to open a device or a pipe may have consequences. */
static int open_program(int directory, const char *path, int flags, struct stat *status)
{
	bool follow = !(flags & AT_SYMLINK_NOFOLLOW);

	if (fstatat(directory, path, status, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(status->st_mode))
		return -1;
	return openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
}

/* The kernel then has the dynamic linker ignore LD_PRELOAD; not for scripts. */
static bool changes_rights(const struct stat *status)
{
	return ((status->st_mode & S_ISUID) && status->st_uid != geteuid()) ||
	       ((status->st_mode & S_ISGID) && (status->st_mode & S_IXGRP) && status->st_gid != getegid());
}

static enum loading loading_of_program(int directory, const char *path, int flags, int depth)
{
	struct stat status;
	int fd = open_program(directory, path, flags, &status);

	if (fd < 0)
		return LOADING_WORKS;
	enum loading loading = loading_of_content(fd, path, depth);
	close(fd);
	return loading == LOADING_WORKS && changes_rights(&status) ? LOADING_IS_IDLE : loading;
}

static enum loading loading_of_script(char head[HEAD_BYTES + 1], int depth)
{
	const char *interpreter = interpreter_of_script(head);

	return depth > SCRIPTS_MAX || !interpreter ? LOADING_WORKS
						   : loading_of_program(AT_FDCWD, interpreter, 0, depth);
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

static bool find_in_path(const char *file, char path[PATH_MAX])
{
	const char *directories = getenv("PATH");
	bool found = false;

	for (const char *at = directories ? directories : "/bin:/usr/bin"; at && !found;) {
		size_t length = strcspn(at, ":");

		found = join(path, at, length, file) && can_be_executed(path);
		at = at[length] ? at + length + 1 : NULL;
	}
	return found;
}

/* ---- questions ---------------------------------------------------------------------------- */

struct question {
	int directory, flags;
	const char *path;
	bool in_path;   /* its directory is looked for there */
	bool elsewhere; /* it is asked for a process with another directory and other descriptors, perhaps */
	enum loading answer;
};

/* Such a path means something else in each process. */
static bool is_each_processs_own(const char *path)
{
	static const char *const starts[] = {"/proc/self/", "/proc/thread-self/", "/dev/fd/"};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (strncmp(path, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static void judge(void *argument)
{
	struct question *question = argument;
	const char *path = question->path;
	char found[PATH_MAX];
	int failed = kernel_call(SYS_faccessat, question->directory, path, F_OK) == 0 ? 0 : errno;
	bool there = failed != ENOENT && failed != ENOTDIR;

	/* A pointer may lead nowhere, which is the kernel's to say. */
	if (failed == EFAULT)
		return;
	if (question->in_path && !strchr(path, '/')) {
		there = find_in_path(path, found);
		path = there ? found : path;
	}
	if (question->elsewhere && (!there || is_each_processs_own(path)))
		question->answer = LOADING_HARMS;
	else if (there)
		question->answer = loading_of_program(question->directory, path, question->flags, 0);
	else if (!*path && (question->flags & AT_EMPTY_PATH))
		question->answer = loading_of_content(question->directory, "", 0);
}

static enum loading answer(struct question question)
{
	int saved = errno;
	uint64_t before;

	question.answer = LOADING_WORKS;
	signals_block(&before);
	own_stack_run(judge, &question);
	signals_restore(&before);
	errno = saved;
	return question.answer;
}

enum loading loadable(int directory, const char *path, int flags)
{
	return answer((struct question){.directory = directory, .path = path, .flags = flags});
}

enum loading loadable_fd(int fd)
{
	return loadable(fd, "", AT_EMPTY_PATH);
}

enum loading loadable_in_path(const char *file)
{
	return answer((struct question){.directory = AT_FDCWD, .path = file, .in_path = true});
}

enum loading loadable_elsewhere(const char *path, bool in_path)
{
	return answer((struct question){
		.directory = AT_FDCWD, .path = path, .in_path = in_path, .elsewhere = true});
}
