/*
 * torture_program.c - the torture of the unit tests as a program of its own, to be recorded.
 */
#include "tests/unit/torture.h"

#include <stdlib.h>

void probe(void)
{
	void *volatile block = malloc(40);
	free(block);
}

int main(void)
{
	torture_virtual_calls(100);
	torture_exceptions(300);
	torture_containers(30);
	torture_odd_frames(500);
	torture_longjmp(300);
	torture_coroutines(20);
	torture_shared_slots(1000);
	torture_hollow_frames(82);
	torture_passing_coroutines(100);
	torture_short_threads(200);
	torture_threads(3);
	torture_recursion(500);
	return 0;
}
