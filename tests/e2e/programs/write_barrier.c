/*
 * Makes all its writable memory read-only again and again, and opens it page by page as it is written to, as
 * checkpointers and some garbage collectors do.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int faults;
static char maps[1 << 16];
static char stack[65536];

static void on_fault(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	faults++;
	mprotect((void *)((uintptr_t)info->si_addr & ~(uintptr_t)4095), 4096, PROT_READ | PROT_WRITE);
}

static int holds(unsigned long start, unsigned long end, const void *address)
{
	return start <= (uintptr_t)address && (uintptr_t)address < end;
}

static void protect_line(const char *line)
{
	unsigned long start, end;
	char access[8];

	if (sscanf(line, "%lx-%lx %7s", &start, &end, access) != 3 || strncmp(access, "rw", 2) != 0)
		return;
	if (strstr(line, "[stack]") || strstr(line, "libc.so") || strstr(line, "ld-linux") ||
	    holds(start, end, maps) || holds(start, end, stack) ||
	    holds(start, end, stack + sizeof stack - 1) || holds(start, end, __builtin_thread_pointer()))
		return;
	mprotect((void *)start, end - start, PROT_READ);
}

static void protect_all(void)
{
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t length = 0;

	for (ssize_t got; (got = read(fd, maps + length, sizeof maps - 1 - length)) > 0;)
		length += (size_t)got;
	close(fd);
	maps[length] = '\0';
	for (char *line = maps, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		protect_line(line);
	}
}

__attribute__((noinline)) static void counted_work(void)
{
	void *blocks[100];

	for (int i = 0; i < 100; i++)
		blocks[i] = malloc(10);
	for (int i = 0; i < 100; i++)
		free(blocks[i]);
}

int main(void)
{
	stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_sigaction = on_fault,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

	sigaltstack(&alternate, NULL);
	sigaction(SIGSEGV, &action, NULL);
	for (int round = 0; round < 20; round++) {
		protect_all();
		for (int i = 0; i < 1000; i++)
			counted_work();
	}
	puts(faults > 0 ? "done" : "no faults");
	return 0;
}
