/* Executes by pointers that lead nowhere, which the kernel refuses. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char **nowhere(uintptr_t address)
{
	return (char **)address;
}

static void told(int result)
{
	printf("%d %s\n", result, strerror(errno));
}

/* Pointers up to the end of a page with nothing behind it. */
static char **without_end(char *entry)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char **last = (char **)(page + 4096) - 1;

	munmap(page + 4096, 4096);
	*last = entry;
	return last;
}

int main(void)
{
	char *argv[] = {"x", NULL}, *bad[] = {"A=1", (char *)nowhere(8), NULL}, **environment = environ;

	setvbuf(stdout, NULL, _IONBF, 0);
	told(execve((char *)nowhere(UINTPTR_MAX), argv, environment));
	told(execveat(AT_FDCWD, (char *)nowhere(16), argv, environment, AT_EMPTY_PATH));
	told(execveat(AT_FDCWD, (char *)nowhere(16), argv, environment, 0));
	told(execve("/bin/true", argv, nowhere(8)));
	told(execve("/bin/true", argv, nowhere(1)));
	told(execve("/bin/true", argv, nowhere(UINTPTR_MAX - 7)));
	told(execve("/bin/true", argv, bad));
	told(execve("/bin/true", argv, without_end("B=2")));
	told(execve("", argv, environment));
	told(execve("/bin/true", argv, NULL));
	return 1;
}
