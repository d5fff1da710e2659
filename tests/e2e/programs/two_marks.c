/* A function that is marked, and one that is not. */
#include "mprof/mprof.h"
#include <stdlib.h>

void *volatile kept[2];

MPROF_PROFILE static void marked(void)
{
	kept[0] = malloc(1000);
}

static void __attribute__((noinline)) unmarked(void)
{
	kept[1] = malloc(2000);
}

int main(void)
{
	marked();
	unmarked();
	return 0;
}
