/* Ends in the way that its argument names, right after a known number of events. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void counted_work(void)
{
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "return";
	counted_work();
	if (strcmp(how, "exit") == 0)
		exit(3);
	if (strcmp(how, "_exit") == 0)
		_exit(4);
	if (strcmp(how, "quick_exit") == 0)
		quick_exit(5);
	if (strcmp(how, "exit_group") == 0)
		syscall(SYS_exit_group, 6);
	if (strcmp(how, "abort") == 0)
		abort();
	if (strcmp(how, "segv") == 0)
		raise(SIGSEGV);
	if (strcmp(how, "term") == 0)
		raise(SIGTERM);
	return 2;
}
