/*
 * calls.c - the shim's own system call wrappers: see text.c for why.
 *
 * They do what libc's do but for one thing: no thread is ever cancelled in them.
 */
#include "preload/base/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define OWN __attribute__((visibility("hidden"), used))

#define SIGNAL_BYTES ((size_t)8) /* the kernel's signal set */

/* ---- files -------------------------------------------------------------------------- */

OWN int openat(int directory, const char *path, int flags, ...)
{
	va_list list;

	va_start(list, flags);
	unsigned mode = flags & O_CREAT ? va_arg(list, unsigned) : 0;
	va_end(list);
	return (int)kernel_call(SYS_openat, directory, path, flags, mode);
}

OWN int open(const char *path, int flags, ...)
{
	va_list list;

	va_start(list, flags);
	unsigned mode = flags & O_CREAT ? va_arg(list, unsigned) : 0;
	va_end(list);
	return (int)kernel_call(SYS_openat, AT_FDCWD, path, flags, mode);
}

OWN int close(int fd)
{
	return (int)kernel_call(SYS_close, fd);
}

OWN ssize_t read(int fd, void *buffer, size_t bytes)
{
	return kernel_call(SYS_read, fd, buffer, bytes);
}

OWN ssize_t pread(int fd, void *buffer, size_t bytes, off_t at)
{
	return kernel_call(SYS_pread64, fd, buffer, bytes, at);
}

OWN ssize_t write(int fd, const void *buffer, size_t bytes)
{
	return kernel_call(SYS_write, fd, buffer, bytes);
}

OWN ssize_t pwrite(int fd, const void *buffer, size_t bytes, off_t at)
{
	return kernel_call(SYS_pwrite64, fd, buffer, bytes, at);
}

OWN int ftruncate(int fd, off_t bytes)
{
	return (int)kernel_call(SYS_ftruncate, fd, bytes);
}

OWN int fstat(int fd, struct stat *status)
{
	return (int)kernel_call(SYS_fstat, fd, status);
}

OWN int fstatat(int directory, const char *path, struct stat *status, int flags)
{
	return (int)kernel_call(SYS_newfstatat, directory, path, status, flags);
}

OWN int stat(const char *path, struct stat *status)
{
	return fstatat(AT_FDCWD, path, status, 0);
}

OWN int lstat(const char *path, struct stat *status)
{
	return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

OWN int statfs(const char *path, struct statfs *status)
{
	return (int)kernel_call(SYS_statfs, path, status);
}

/* Flags came with Linux 5.8.  Before, the real user's rights are asked for, which are nearly always the same.
 */
OWN int faccessat(int directory, const char *path, int mode, int flags)
{
	long result = flags ? kernel_call(SYS_faccessat2, directory, path, mode, flags) : -1;

	if (flags && (result == 0 || (errno != ENOSYS && errno != EPERM)))
		return (int)result;
	return (int)kernel_call(SYS_faccessat, directory, path, mode);
}

OWN int access(const char *path, int mode)
{
	return (int)kernel_call(SYS_faccessat, AT_FDCWD, path, mode);
}

OWN ssize_t readlink(const char *path, char *buffer, size_t bytes)
{
	return kernel_call(SYS_readlinkat, AT_FDCWD, path, buffer, bytes);
}

OWN int symlink(const char *target, const char *path)
{
	return (int)kernel_call(SYS_symlinkat, target, AT_FDCWD, path);
}

OWN int unlink(const char *path)
{
	return (int)kernel_call(SYS_unlinkat, AT_FDCWD, path, 0);
}

OWN int poll(struct pollfd *files, nfds_t count, int milliseconds)
{
	struct timespec patience = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

	return (int)kernel_call(SYS_ppoll, files, count, milliseconds < 0 ? NULL : &patience, NULL,
				SIGNAL_BYTES);
}

/* ---- memory ------------------------------------------------------------------------- */

OWN void *mmap(void *place, size_t bytes, int protection, int flags, int fd, off_t at)
{
	return (void *)kernel_call(SYS_mmap, place, bytes, protection, flags, fd, at);
}

OWN int munmap(void *memory, size_t bytes)
{
	return (int)kernel_call(SYS_munmap, memory, bytes);
}

OWN int madvise(void *memory, size_t bytes, int advice)
{
	return (int)kernel_call(SYS_madvise, memory, bytes, advice);
}

/* ---- processes ---------------------------------------------------------------------- */

OWN pid_t getpid(void)
{
	return (pid_t)kernel_call(SYS_getpid);
}

OWN pid_t getppid(void)
{
	return (pid_t)kernel_call(SYS_getppid);
}

OWN uid_t getuid(void)
{
	return (uid_t)kernel_call(SYS_getuid);
}

OWN uid_t geteuid(void)
{
	return (uid_t)kernel_call(SYS_geteuid);
}

OWN gid_t getegid(void)
{
	return (gid_t)kernel_call(SYS_getegid);
}

OWN int getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
	return (int)kernel_call(SYS_prlimit64, 0, resource, NULL, limit);
}

OWN int getrusage(__rusage_who_t who, struct rusage *usage)
{
	return (int)kernel_call(SYS_getrusage, who, usage);
}

OWN int sysinfo(struct sysinfo *info)
{
	return (int)kernel_call(SYS_sysinfo, info);
}

OWN int uname(struct utsname *name)
{
	return (int)kernel_call(SYS_uname, name);
}

OWN int nanosleep(const struct timespec *time, struct timespec *left)
{
	return (int)kernel_call(SYS_nanosleep, time, left);
}

OWN int sched_yield(void)
{
	return (int)kernel_call(SYS_sched_yield);
}

/* ---- signals ------------------------------------------------------------------------ */

/* The first word of libc's set is the kernel's. */
static unsigned long *bits_of(sigset_t *set)
{
	return (unsigned long *)set;
}

static unsigned long bit_of(int signal_number)
{
	return 1UL << (signal_number - 1);
}

OWN int sigemptyset(sigset_t *set)
{
	*set = (sigset_t){0};
	return 0;
}

OWN int sigaddset(sigset_t *set, int signal_number)
{
	*bits_of(set) |= bit_of(signal_number);
	return 0;
}

OWN int sigismember(const sigset_t *set, int signal_number)
{
	return (*(const unsigned long *)set & bit_of(signal_number)) != 0;
}

OWN int sigpending(sigset_t *pending)
{
	sigemptyset(pending);
	return (int)kernel_call(SYS_rt_sigpending, pending, SIGNAL_BYTES);
}

OWN int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *patience)
{
	return (int)kernel_call(SYS_rt_sigtimedwait, set, info, patience, SIGNAL_BYTES);
}

/* As the system call: the error in errno. */
OWN int pthread_sigmask(int how, const sigset_t *set, sigset_t *before)
{
	if (before)
		sigemptyset(before);
	return (int)kernel_call(SYS_rt_sigprocmask, how, set, before, SIGNAL_BYTES);
}
