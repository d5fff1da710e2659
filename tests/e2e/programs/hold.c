/* Holds so many MiB, all of it written to, and then allocates and frees so many small blocks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	size_t bytes = argc > 2 ? strtoul(argv[1], NULL, 10) << 20 : 0;
	char *held = malloc(bytes);

	memset(held, 1, bytes);
	for (long i = 0; i < atol(argv[2]); i++) {
		void *volatile block = malloc(10);
		free(block);
	}
	puts(bytes == 0 || held[bytes / 2] == 1 ? "fine" : "lost");
	return 0;
}
