/* Events before main and after it: constructors, destructors, atexit. */
#include <stdio.h>
#include <stdlib.h>

static void *early, *late;

__attribute__((constructor(101))) static void counted_first_constructor(void)
{
	early = malloc(111);
}

__attribute__((constructor)) static void counted_constructor(void)
{
	late = malloc(222);
}

static void counted_atexit(void)
{
	free(late);
	free(malloc(333));
}

__attribute__((destructor(101))) static void counted_last_destructor(void)
{
	free(early);
	free(malloc(444));
}

int main(void)
{
	atexit(counted_atexit);
	puts("main");
	return 0;
}
