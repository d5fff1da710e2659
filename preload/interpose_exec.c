/*
 * interpose_exec.c - the exec family, interposed only to tell an exec from a kill.
 *
 * What a program becomes may not be recorded (static, set-user-ID, other environment), and then
 * nobody else could say why the memory went away.  Async-signal-safe, as exec must be; a vfork
 * child changes nothing.
 */
#include "real.h"
#include "session.h"

#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#define HOOK(name, result, parameters) extern __attribute__((visibility("default"))) result name parameters;
#include "hooks.def"

#define EXEC(name, parameters, arguments)                                                                    \
	int name parameters                                                                                  \
	{                                                                                                    \
		real_ensure();                                                                               \
		session_executing();                                                                         \
		int result = real.name arguments;                                                            \
		session_not_executed();                                                                      \
		return result;                                                                               \
	}

EXEC(execve, (const char *path, char *const argv[], char *const envp[]), (path, argv, envp))
EXEC(execv, (const char *path, char *const argv[]), (path, argv))
EXEC(execvp, (const char *file, char *const argv[]), (file, argv))
EXEC(execvpe, (const char *file, char *const argv[], char *const envp[]), (file, argv, envp))
EXEC(fexecve, (int fd, char *const argv[], char *const envp[]), (fd, argv, envp))
EXEC(execveat, (int fd, const char *path, char *const argv[], char *const envp[], int flags),
     (fd, path, argv, envp, flags))

/* The variadic ones gather their arguments and the NULL behind them on the stack. */
static size_t count_arguments(const char *first, va_list rest)
{
	size_t count = 0;

	for (const char *argument = first; argument; argument = va_arg(rest, const char *))
		count++;
	return count;
}

static void gather_arguments(const char **argv, const char *first, va_list *rest)
{
	size_t at = 0;

	for (const char *argument = first; argument; argument = va_arg(*rest, const char *))
		argv[at++] = argument;
	argv[at] = NULL;
}

#define GATHER(argv, first)                                                                                  \
	va_list rest;                                                                                        \
	va_start(rest, first);                                                                               \
	const char **argv = __builtin_alloca((count_arguments(first, rest) + 1) * sizeof *argv);             \
	va_end(rest);                                                                                        \
	va_start(rest, first);                                                                               \
	gather_arguments(argv, first, &rest)

int execl(const char *path, const char *first, ...)
{
	GATHER(argv, first);
	va_end(rest);
	return execv(path, (char *const *)(uintptr_t)argv);
}

int execlp(const char *file, const char *first, ...)
{
	GATHER(argv, first);
	va_end(rest);
	return execvp(file, (char *const *)(uintptr_t)argv);
}

int execle(const char *path, const char *first, ...)
{
	GATHER(argv, first);
	char *const *envp = va_arg(rest, char *const *);
	va_end(rest);
	return execve(path, (char *const *)(uintptr_t)argv, envp);
}
