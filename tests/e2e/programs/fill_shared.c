/* Fills all of /dev/shm once it has allocated, and then allocates on. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	static char page[65536];

	free(malloc(1));
	int fd = open("/dev/shm/filled", O_CREAT | O_WRONLY, 0600);
	for (size_t bytes = sizeof page; bytes > 0; bytes /= 2)
		while (write(fd, page, bytes) > 0) {
		}
	for (long i = 0; i < 1000000; i++) {
		void *volatile block = malloc((size_t)(i % 99));
		free(block);
	}
	unlink("/dev/shm/filled");
	puts("done");
	return 0;
}
