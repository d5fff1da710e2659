/* pairs.c - malloc and free of one small block, over and over: argv are thousands of pairs and the stack's
 * depth. */
#include <stdio.h>
#include <stdlib.h>

static void *volatile block;

static long __attribute__((noinline)) at_depth(long levels, long pairs)
{
	if (levels > 1) {
		long depth = at_depth(levels - 1, pairs);
		__asm__ volatile("" : "+r"(depth)); /* neither a tail call nor a loop */
		return depth + 1;
	}
	for (long i = 0; i < pairs; i++) {
		block = malloc(48);
		free(block);
	}
	return 1;
}

int main(int argc, char **argv)
{
	long pairs = argc > 1 ? atol(argv[1]) * 1000 : 1000000;
	long depth = argc > 2 ? atol(argv[2]) : 10;
	if (at_depth(depth, pairs) != depth)
		return 1;
	printf("%ld events\n", 2 * pairs);
	return 0;
}
