/* Enters the control groups whose cgroup.procs are named, and has a child there until its input ends. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile block;

int main(int argc, char **argv)
{
	free(malloc(1));
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_WRONLY);
		if (fd < 0 || write(fd, "0", 1) != 1)
			fprintf(stderr, "not in %s\n", argv[i]);
		if (fd >= 0)
			close(fd);
	}
	pid_t child = fork();
	if (child == 0) {
		block = malloc(100);
		pause();
		_exit(0);
	}
	printf("%d\n", child);
	fflush(stdout);
	while (getchar() != EOF) {
	}
	kill(child, SIGKILL);
	return waitpid(child, NULL, 0) == child ? 0 : 1;
}
