/* Pairs of malloc and free in three functions, argv[1] of them, over a live set that grows and shrinks. */
#include <stdlib.h>

#define LIVE 100

static void *volatile block;
static void *live[LIVE];

static void __attribute__((noinline)) pair(size_t bytes)
{
	block = malloc(bytes);
	free(block);
}

static void __attribute__((noinline)) hold(long turn)
{
	void **slot = &live[turn * 7 % LIVE];
	free(*slot);
	*slot = malloc((size_t)(turn * 31 % 5000));
}

int main(int argc, char **argv)
{
	long pairs = argc > 1 ? atol(argv[1]) : 1000;
	for (long i = 0; i < pairs; i++) {
		if (i % 3)
			pair(48);
		else
			hold(i);
	}
	return 0;
}
