/* Forks by the bare system call while another thread is in dlopen, and so holds the loader's lock for ever
 * as far as the child knows; the child allocates.  As a plugin (-DPLUGIN): a constructor that takes its time.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef PLUGIN
extern _Atomic int stage;

__attribute__((constructor)) static void slow(void)
{
	stage = 1;
	while (stage == 1)
		usleep(1000);
}
#else
_Atomic int stage; /* 1: the plugin's constructor runs */

static void *load(void *plugin)
{
	return dlopen(plugin, RTLD_NOW);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int status = 0;

	if (argc < 2 || pthread_create(&thread, NULL, load, argv[1]) != 0)
		return 2;
	while (!stage)
		usleep(1000);
	pid_t child = (pid_t)syscall(SYS_fork);
	if (child == 0) {
		alarm(10);
		/* Position-dependent code has an entry of its own PLT as the address. */
		void *(*volatile allocate)(size_t) = malloc;
		void *block = allocate(4711);
		_exit(block ? 0 : 3);
	}
	waitpid(child, &status, 0);
	stage = 2;
	pthread_join(thread, NULL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
#endif
