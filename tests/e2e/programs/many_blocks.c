/* argv: how many blocks live, how many are replaced one after the other, and perhaps "wait": then it says so
 * on standard output and lives on. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *make(uint64_t number)
{
	return malloc(16 + number % 40);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
	uint64_t replaced = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	void **blocks = calloc(count, sizeof(*blocks));

	if (!blocks)
		return 1;
	for (uint64_t i = 0; i < count; i++)
		blocks[i] = make(i);
	for (uint64_t i = 0; i < replaced; i++) {
		void **block = &blocks[i * 7919 % count];
		free(*block);
		*block = make(i);
	}
	if (argc > 3 && strcmp(argv[3], "wait") == 0) {
		(void)!write(STDOUT_FILENO, "ready\n", 6);
		pause();
	}
	return 0;
}
