/* Becomes a daemon by the book: fork, setsid, fork, chdir, umask, every descriptor closed. */
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void counted_daemon(void)
{
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (fork() > 0)
		return 0;
	setsid();
	if (fork() > 0)
		_exit(0);
	if (chdir("/") != 0)
		_exit(1);
	umask(0);
	closefrom(0);
	counted_daemon();
	int file = open(argv[1], O_WRONLY | O_CREAT | O_EXCL, 0644);
	char text[32];
	snprintf(text, sizeof(text), "%d %d\n", getpid(), file);
	if (write(file, text, strlen(text)) < 0)
		_exit(1);
	return 0;
}
