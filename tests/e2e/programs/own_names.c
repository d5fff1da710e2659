/* A program with functions of its own by the names of libc's, as many do that never mean to replace any:
 * whoever calls one ends it.  It allocates, in a child too, and becomes itself again when it is given an
 * argument. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMES(X)                                                                                                            \
	X(access)                                                                                                           \
	X(chdir)                                                                                                            \
	X(clock_gettime)                                                                                                    \
	X(clock_nanosleep) X(clone) X(close) X(connect) X(dladdr) X(dlerror) X(dlopen) X(dlsym) X(dlvsym) X(                \
		dl_iterate_phdr) X(faccessat) X(fcntl) X(fcntl64) X(fstat) X(fstat64) X(fstatat) X(fstatat64)               \
		X(ftruncate) X(ftruncate64) X(getauxval) X(getcontext) X(getcwd) X(getegid) X(getenv) X(geteuid) X(         \
			getgid) X(getpid) X(getppid) X(getrandom) X(getrlimit) X(getrlimit64) X(getrusage) X(getuid)        \
			X(gnu_get_libc_version) X(ioctl) X(kill) X(lseek) X(lseek64) X(lstat) X(lstat64) X(                 \
				madvise) X(makecontext) X(memchr) X(memcmp) X(memcpy) X(memmove) X(mempcpy)                 \
				X(memset) X(mmap) X(mmap64) X(mprotect) X(munmap) X(nanosleep) X(open) X(open64) X(         \
					openat) X(openat64) X(poll) X(ppoll) X(prctl) X(pread) X(pread64) X(pthread_atfork) \
					X(pthread_key_create) X(pthread_self) X(pthread_setcancelstate) X(                  \
						pthread_setspecific) X(pthread_sigmask) X(pwrite) X(pwrite64)               \
						X(read) X(readlink) X(readlinkat) X(rename) X(sched_yield) X(               \
							select) X(setsid) X(sigaction) X(sigaddset) X(sigemptyset)          \
							X(sigfillset) X(sigismember) X(signal) X(sigpending) X(             \
								sigprocmask) X(sigtimedwait) X(snprintf) X(stat)            \
								X(stat64) X(statfs) X(statfs64) X(stpcpy) X(                \
									strcat) X(strchr) X(strcmp) X(strcpy) X(strcspn)    \
									X(strerror) X(strerrordesc_np) X(strlen) X(         \
										strncmp) X(strncpy) X(strnlen) X(strrchr)   \
										X(strspn) X(strstr) X(strtoul) X(           \
											swapcontext) X(symlink)             \
											X(syscall) X(sysinfo) X(            \
												time) X(truncate)           \
												X(uname) X(unlink) X(       \
													unlinkat)           \
													X(usleep)           \
														X(write)

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

#define NAME(name)                                                                                           \
	__asm__(".globl " #name "\n.type " #name ",@function\n" #name                                        \
		":\n\tleaq 1f(%rip), %rdi\n\tjmp called\n1:\t"                                               \
		".asciz \"" #name "\"\n\t.balign 16");
NAMES(NAME)

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
