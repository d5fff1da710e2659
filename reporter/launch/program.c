/*
 * program.c - finds a program, and says beforehand why LD_PRELOAD could not work in it.
 */
#include "launch/program.h"

#include "base/text.h"
#include "launch/elf_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SCRIPT_DEPTH_MAX 4 /* as deep as the kernel follows interpreters */

/* A program and what it is started with; NULL: nothing that matters. */
struct started {
	const char *path;
	char *const *arguments;
};

/* ---- PATH ---------------------------------------------------------------------- */

static bool is_program(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

static char *search(const char *name, const char *directories)
{
	char *path = NULL;

	while (directories) {
		const char *end = strchrnul(directories, ':');
		int length = (int)(end - directories);

		if (asprintf(&path, "%.*s%s%s", length, directories, length > 0 ? "/" : "./", name) < 0)
			return NULL;
		if (is_program(path))
			return path;
		free(path);
		path = NULL;
		directories = *end ? end + 1 : NULL;
	}
	return NULL;
}

static int find(const char *name, char **path, struct diagnostic *diagnostic)
{
	const char *directories = getenv("PATH");
	struct stat status;

	if (!strchr(name, '/')) {
		*path = search(name, directories ? directories : "/usr/local/bin:/usr/bin:/bin");
		return *path ? 0 : diagnostic_set(diagnostic, ENOENT, "%s: not found in PATH", name);
	}
	if (stat(name, &status) != 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", name, strerror(errno));
	if (!is_program(name))
		return diagnostic_set(diagnostic, EACCES, "%s: not an executable file", name);
	*path = strdup(name);
	return *path ? 0 : diagnostic_set(diagnostic, ENOMEM, "out of memory");
}

/* ---- can it be recorded ---------------------------------------------------------- */

/* The dynamic linker ignores LD_PRELOAD in programs that run with more rights than their caller. */
static bool gains_rights(const char *path, const struct stat *status)
{
	if (geteuid() == 0)
		return false;
	return (status->st_mode & S_ISUID && status->st_uid != geteuid()) ||
	       (status->st_mode & S_ISGID && status->st_gid != getegid()) ||
	       getxattr(path, "security.capability", NULL, 0) > 0;
}

static int check_image(const char *path, const struct elf_image *image, struct diagnostic *diagnostic)
{
	const char *reason = NULL;

	if (image->sanitizer)
		return diagnostic_set(diagnostic, ENOTSUP,
				      "%s: built with %s, which brings its own malloc; build it without to "
				      "record it",
				      path, image->sanitizer);
	if (!image->machine_matches)
		reason = "built for another machine than mprof";
	else if (!image->interpreter)
		reason = "statically linked, so nothing can be preloaded; link it dynamically to record it";
	else if (!strstr(image->interpreter, "/ld-linux"))
		reason = "built for another C library than mprof";
	return reason ? diagnostic_set(diagnostic, ENOTSUP, "%s: %s", path, reason) : 0;
}

static int check(const struct started *program, int depth, struct diagnostic *diagnostic);

/* ---- the dynamic linker, called by name ------------------------------------------------ */

static bool is_loader(const char *path)
{
	return text_starts(base_name(path), "ld-linux");
}

/* Its options up to the program; NULL if it is to run none. */
static char *const *program_of_loader(char *const *arguments)
{
	static const char *const plain[] = {"--inhibit-cache"};
	static const char *const valued[] = {"--library-path",
					     "--glibc-hwcaps-prepend",
					     "--glibc-hwcaps-mask",
					     "--inhibit-rpath",
					     "--audit",
					     "--preload",
					     "--argv0"};

	while (*arguments && strncmp(*arguments, "--", 2) == 0) {
		size_t words = 0;

		for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
			words = strcmp(*arguments, plain[i]) == 0 ? 1 : words;
		for (size_t i = 0; i < sizeof(valued) / sizeof(*valued); i++)
			words = strcmp(*arguments, valued[i]) == 0 && arguments[1] ? 2 : words;
		if (words == 0)
			return NULL;
		arguments += words;
	}
	return *arguments ? arguments : NULL;
}

static int check_loaded(const struct started *loader, int depth, struct diagnostic *diagnostic)
{
	char *const *program = program_of_loader(loader->arguments + 1);
	struct stat status;

	if (!program || depth >= SCRIPT_DEPTH_MAX)
		return diagnostic_set(diagnostic, ENOTSUP,
				      "%s: a dynamic linker, but no program to run is named", loader->path);
	/* It looks for what is no path as for a library. */
	if (!strchr(*program, '/'))
		return 0;
	if (stat(*program, &status) != 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", *program, strerror(errno));
	return check(&(struct started){*program, program}, depth + 1, diagnostic);
}

/* ---- scripts and programs ---------------------------------------------------------------- */

static int check_script(const char *path, char *head, int depth, struct diagnostic *diagnostic)
{
	char *interpreter = head + 2 + strspn(head + 2, " \t");

	interpreter[strcspn(interpreter, " \t\n")] = '\0';
	if (depth >= SCRIPT_DEPTH_MAX)
		return diagnostic_set(diagnostic, ENOTSUP, "%s: too many interpreters", path);
	if (!is_program(interpreter))
		return diagnostic_set(diagnostic, ENOEXEC,
				      "%s: its interpreter '%s' is not an executable file", path,
				      interpreter);
	return check(&(struct started){interpreter, NULL}, depth + 1, diagnostic);
}

static int check_content(const struct started *program, int fd, int depth, struct diagnostic *diagnostic)
{
	const char *path = program->path;
	char head[256] = "";
	struct elf_image image;
	int error;

	if (read(fd, head, sizeof(head) - 1) < 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	if (head[0] == '#' && head[1] == '!')
		return check_script(path, head, depth, diagnostic);
	error = elf_image_init(&image, fd);
	if (error == -EINVAL)
		return diagnostic_set(diagnostic, ENOEXEC, "%s: neither an ELF program nor a script with #!",
				      path);
	if (error)
		return diagnostic_set(diagnostic, -error, "%s: %s", path, strerror(-error));
	error = program->arguments && is_loader(path) && image.machine_matches && !image.interpreter
			? check_loaded(program, depth, diagnostic)
			: check_image(path, &image, diagnostic);
	elf_image_finish(&image);
	return error;
}

/* A program that may be executed but not read is taken on trust. */
static int check(const struct started *program, int depth, struct diagnostic *diagnostic)
{
	const char *path = program->path;
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	struct stat status;

	if (stat(path, &status) == 0 && gains_rights(path, &status))
		error = diagnostic_set(diagnostic, ENOTSUP,
				       "%s: runs with other rights than yours (set-user-id, set-group-id or "
				       "capabilities), so nothing can be preloaded",
				       path);
	else if (fd >= 0)
		error = check_content(program, fd, depth, diagnostic);
	if (fd >= 0)
		close(fd);
	return error;
}

int program_find(char *const *arguments, char **path, struct diagnostic *diagnostic)
{
	int error;

	*path = NULL;
	error = find(arguments[0], path, diagnostic);
	if (!error)
		error = check(&(struct started){*path, arguments}, 0, diagnostic);
	if (error) {
		free(*path);
		*path = NULL;
	}
	return error;
}
