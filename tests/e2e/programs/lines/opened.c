/* A library that is opened: counted from its constructor on.  -DNAME gives its functions other names. */
#include <stdlib.h>

#ifndef NAME
#define NAME opened_work
#endif

static int begun;

static void __attribute__((constructor)) opened_begins(void)
{
	begun++; // begins
}

int NAME(int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++) // rounds
		sum += i;           // round
	void *volatile block = malloc(1000);
	free(block);
	return sum + begun; // ends
}
