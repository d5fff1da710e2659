/* split.c - one allocation on a known line, for tests of where debug information and source are found. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static void *keeps(size_t size_bytes);

static void *keeps(size_t size_bytes)
{
	return malloc(size_bytes);
}

int main(void)
{
	void *kept = keeps(1000000);

	printf("%d\n", kept != NULL);
	return 0;
}
