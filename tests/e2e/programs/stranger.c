/* A program for another C library: says what it was started with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **argv)
{
	const char *preload = getenv("LD_PRELOAD");

	printf("stranger %s, LD_PRELOAD %s\n", count > 1 ? argv[count - 1] : "", preload ? preload : "unset");
	return getenv("HOME") ? 7 : 8;
}
