/* A program with functions of its own by the names of libc's, as many do that never mean to replace any:
 * whoever calls one ends it.  It allocates, in a child too, and becomes itself again when it is given an
 * argument. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long kernel(long number, long a, long b, long c)
{
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static void say(const char *text)
{
	long length = 0;
	while (text[length])
		length++;
	kernel(SYS_write, 1, (long)text, length);
	kernel(SYS_write, 1, (long)"\n", 1);
}

__attribute__((used)) void called(const char *name)
{
	say(name);
	kernel(SYS_exit_group, 9, 0, 0);
}

__asm__(".irp name, "
	"access, bcmp, chdir, clock_gettime, clock_nanosleep, clone, close, connect, "
	"dladdr, dlerror, dlopen, dlsym, dlvsym, dl_iterate_phdr, faccessat, fcntl, "
	"fcntl64, fstat, fstat64, fstatat, fstatat64, ftruncate, ftruncate64, getauxval, "
	"getcontext, getcwd, getegid, getenv, geteuid, getgid, getpid, getppid, "
	"getrandom, getrlimit, getrlimit64, getrusage, getuid, gnu_get_libc_version, "
	"ioctl, kill, lseek, lseek64, lstat, lstat64, madvise, makecontext, memchr, "
	"memcmp, memcpy, memmove, mempcpy, memset, mmap, mmap64, mprotect, munmap, "
	"nanosleep, open, open64, openat, openat64, poll, ppoll, prctl, pread, pread64, "
	"pthread_atfork, pthread_key_create, pthread_self, pthread_setcancelstate, "
	"pthread_setspecific, pthread_sigmask, pwrite, pwrite64, read, readlink, "
	"readlinkat, rename, sched_yield, select, setsid, sigaction, sigaddset, "
	"sigemptyset, sigfillset, sigismember, signal, sigpending, sigprocmask, "
	"sigtimedwait, snprintf, stat, stat64, statfs, statfs64, stpcpy, strcat, strchr, "
	"strcmp, strcpy, strcspn, strerror, strerrordesc_np, strlen, strncmp, strncpy, "
	"strnlen, strrchr, strspn, strstr, strtoul, swapcontext, symlink, syscall, "
	"sysinfo, time, truncate, uname, unlink, unlinkat, usleep, write, execve, execv, "
	"execvpe"
	"\n.globl \\name\n"
	".type \\name, @function\n"
	"\\name:\n\t"
	"leaq 1f(%rip), %rdi\n\t"
	"jmp called\n"
	"1:\t.asciz \"\\name\"\n\t"
	".balign 16\n"
	".endr");

static void __attribute__((noinline)) counted_pairs(int pairs)
{
	for (int i = 0; i < pairs; i++) {
		void *volatile block = malloc((size_t)i + 1);
		free(block);
	}
}

int main(int argc, char **argv)
{
	counted_pairs(100);
	pid_t child = fork();
	if (child == 0) {
		counted_pairs(10);
		return 0;
	}
	int status;
	if (waitpid(child, &status, 0) != child || status != 0)
		return 1;
	if (argc == 1) {
		execl(argv[0], argv[0], "again", (char *)NULL);
		return 2;
	}
	say("mine");
	return 0;
}
