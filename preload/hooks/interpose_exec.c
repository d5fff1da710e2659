/*
 * interpose_exec.c - the exec family, and posix_spawn, system and popen, which execute within libc.
 *
 * An exec is told from a kill: what a program becomes may not be recorded (static, set-user-ID, other
 * environment), and then nobody else could say why the memory went away.  And what cannot load this library
 * is not asked to: it would not start.  Async-signal-safe, as exec must be; a vfork child changes nothing but
 * its stack, and one that is mapped for a moment.
 */
#include "base/confined.h"
#include "base/kernel.h"
#include "session/loadable.h"
#include "real.h"
#include "record/session_end.h"
#include "session/settings.h"
#include "record/unrecorded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY_NAME "libmprof.so"

#define HOOK(name, result, parameters) extern __attribute__((visibility("default"))) result name parameters;
#include "hooks.def"

/* The simpler ones lead to the others here, also where the program has a function of such a name. */
#define OWN(name)                                                                                            \
	extern __typeof__(name) own_##name __attribute__((alias(#name), visibility("hidden"), leaf, nothrow));
OWN(execve)
OWN(execv)
OWN(execvpe)
OWN(execvp)
#undef OWN

/* ---- the environment of what cannot load us ------------------------------------------------- */

/* The program's pointers may lead nowhere, which is the kernel's to say: it is asked once a page, by a call
 * that reads a set of signals before it refuses to do what there is no number for. */
static bool is_readable(const void *at, uintptr_t *known_page)
{
	uintptr_t page = (uintptr_t)at / 4096, word = (uintptr_t)at & ~(uintptr_t)7;

	if (page == *known_page)
		return true;
	if (!word || (kernel_call(SYS_rt_sigprocmask, -1L, word, NULL, 8L) < 0 && errno == EFAULT))
		return false;
	*known_page = page;
	return true;
}

/* What an environment says of us. */
struct mention {
	size_t room;  /* for the environment without us; 0: we are not in it, or it is none */
	bool missing; /* it can be read, and we are not in it */
};

static struct mention mention_in(char *const envp[])
{
	size_t bytes = 0, count = 1;
	uintptr_t pointers = UINTPTR_MAX, strings = UINTPTR_MAX; /* no pages' numbers */
	bool readable = true;
	int saved = errno;

	for (; envp; envp++, count++) {
		readable = is_readable(envp, &pointers) && (!*envp || is_readable(*envp, &strings));
		if (!readable || !*envp)
			break;
		if (settings_preloads(*envp, LIBRARY_NAME))
			bytes += strlen(*envp) + 1;
	}
	errno = saved;
	return (struct mention){readable && bytes ? bytes + count * sizeof(char *) : 0, readable && !bytes};
}

/* Who has locked itself in may not be asked, and says nothing. */
static struct mention mention_of_us(char *const envp[])
{
	return confined() ? (struct mention){0, false} : mention_in(envp);
}

/* What is started without us, where it is the environment that brought us here. */
static bool goes_without_us(const struct mention *mention, enum loading loading)
{
	return loading != LOADING_WORKS || (mention->missing && settings_came_by_environment());
}

/* Strings that name us are written behind the pointers; the others stay where they are. */
static char *const *strangers_environment(char **room, char *const envp[])
{
	char **out = room, *text;
	size_t count = 1;

	while (envp[count - 1])
		count++;
	for (text = (char *)(room + count); *envp; envp++) {
		if (!settings_preloads(*envp, LIBRARY_NAME))
			*out++ = *envp;
		else if (settings_strike(text, *envp, LIBRARY_NAME))
			*out++ = text, text += strlen(text) + 1;
	}
	*out = NULL;
	return room;
}

/* What a program is started with, and whether it will be recorded for all that we know. */
struct departure {
	char *const *environment;
	bool unrecorded;
};

/* In the caller's frame, for the environment without us.  What comes of loading us is asked only if it makes
 * a difference, and may be asked. */
#define DEPARTURE(envp, asked)                                                                               \
	({                                                                                                   \
		struct mention mention_ = mention_of_us(envp);                                               \
		enum loading loading_ = mention_.room ? (asked) : LOADING_WORKS;                             \
		(struct departure){loading_ == LOADING_HARMS                                                 \
					   ? strangers_environment(__builtin_alloca(mention_.room), envp)    \
					   : (envp),                                                         \
				   goes_without_us(&mention_, loading_)};                                    \
	})

/* ---- exec ----------------------------------------------------------------------------------- */

static void beginning(bool unrecorded)
{
	real_ensure();
	session_executing();
	if (unrecorded)
		unrecorded_add(1);
}

/* It failed. */
static int ending(int result, bool unrecorded)
{
	if (unrecorded)
		unrecorded_add(-1);
	session_not_executed();
	return result;
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	struct departure departure = DEPARTURE(envp, loadable(AT_FDCWD, path, 0));

	beginning(departure.unrecorded);
	return ending(real.execve(path, argv, departure.environment), departure.unrecorded);
}

int execv(const char *path, char *const argv[])
{
	return own_execve(path, argv, __environ);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	struct departure departure = DEPARTURE(envp, loadable_in_path(file));

	beginning(departure.unrecorded);
	return ending(real.execvpe(file, argv, departure.environment), departure.unrecorded);
}

int execvp(const char *file, char *const argv[])
{
	return own_execvpe(file, argv, __environ);
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
	struct departure departure = DEPARTURE(envp, loadable_fd(fd));

	beginning(departure.unrecorded);
	return ending(real.fexecve(fd, argv, departure.environment), departure.unrecorded);
}

int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
	struct departure departure = DEPARTURE(envp, loadable(fd, path, flags));

	beginning(departure.unrecorded);
	return ending(real.execveat(fd, path, argv, departure.environment, flags), departure.unrecorded);
}

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
	return own_execv(path, (char *const *)(uintptr_t)argv);
}

int execlp(const char *file, const char *first, ...)
{
	GATHER(argv, first);
	va_end(rest);
	return own_execvp(file, (char *const *)(uintptr_t)argv);
}

int execle(const char *path, const char *first, ...)
{
	GATHER(argv, first);
	char *const *envp = va_arg(rest, char *const *);
	va_end(rest);
	return own_execve(path, (char *const *)(uintptr_t)argv, envp);
}

/* ---- posix_spawn ------------------------------------------------------------------------------ */

static int spawned(int failed, bool unrecorded)
{
	if (!failed && unrecorded)
		unrecorded_add(1);
	return failed;
}

int posix_spawn(int *pid, const char *path, const void *actions, const void *attributes, char *const argv[],
		char *const envp[])
{
	struct departure departure =
		DEPARTURE(envp, actions ? loadable_elsewhere(path, false) : loadable(AT_FDCWD, path, 0));

	real_ensure();
	return spawned(real.posix_spawn(pid, path, actions, attributes, argv, departure.environment),
		       departure.unrecorded);
}

int posix_spawnp(int *pid, const char *file, const void *actions, const void *attributes, char *const argv[],
		 char *const envp[])
{
	struct departure departure =
		DEPARTURE(envp, actions ? loadable_elsewhere(file, true) : loadable_in_path(file));

	real_ensure();
	return spawned(real.posix_spawnp(pid, file, actions, attributes, argv, departure.environment),
		       departure.unrecorded);
}

/* ---- a shell ---------------------------------------------------------------------------------- */

/* system and popen pass the environment on as it is.  Where the shell cannot load us, we are taken out of
 * that for good: few programs could be recorded there, and others may be reading it.  Whether the shell will
 * be unrecorded. */
static bool shell_is_unrecorded(void)
{
	struct mention mention = mention_of_us(__environ);
	enum loading loading = mention.room ? loadable(AT_FDCWD, "/bin/sh", 0) : LOADING_WORKS;

	if (loading == LOADING_HARMS)
		settings_unfollow(__environ, LIBRARY_NAME);
	return goes_without_us(&mention, loading);
}

int system(const char *command)
{
	real_ensure();
	if (command && shell_is_unrecorded())
		unrecorded_add(1);
	return real.system(command);
}

void *popen(const char *command, const char *mode)
{
	real_ensure();
	if (shell_is_unrecorded())
		unrecorded_add(1);
	return real.popen(command, mode);
}
