/* Shuts itself into an empty root and gives up its privileges, then allocates. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void counted_work(void)
{
	for (int i = 0; i < 100000; i++)
		free(malloc(100));
}

int main(int argc, char **argv)
{
	if (argc < 2 || chroot(argv[1]) != 0 || chdir("/") != 0 || setgid(65534) != 0 || setuid(65534) != 0) {
		perror("chroot_and_drop");
		return 1;
	}
	counted_work();
	printf("%d\n", (int)getuid());
	return 0;
}
