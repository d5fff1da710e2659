/*
 * wrappers.c - functions that hand memory on, by names that tell and by names that do not; and some that seem
 * to.
 *
 * What hold() is given is in blame_ functions, by the line that a person would blame.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef CALLED
#define CALLED __attribute__((noinline, noclone)) static
#endif

static void *volatile held[200];
static int count;

CALLED void hold(void *block)
{
	held[count++] = block;
}

/* Two in a row, of which the names tell nothing: the inner is called by the outer only. */
CALLED void *obtain_raw(size_t size)
{
	void *block = malloc(size);

	if (!block)
		abort();
	return block;
}

CALLED void *obtain(size_t size)
{
	return memset(obtain_raw(size), 0, size);
}

/* By its name, although one function calls it. */
CALLED void *xmalloc(size_t size)
{
	return memset(malloc(size), 0, size);
}

/* Many call it, but for blocks of one size: it makes things. */
CALLED char *blame_maker(void)
{
	char *thing = malloc(48);

	thing[0] = 0;
	return thing;
}

/* Its name speaks of malloc, and it does much else. */
CALLED void blame_tests_of_malloc(void)
{
	hold(malloc(11));
	hold(malloc(12));
	hold(malloc(13));
	hold(malloc(14));
}

CALLED void blame_text(void)
{
	hold(obtain(1000));
	hold(blame_maker());
}

CALLED void blame_image(void)
{
	hold(obtain(20000));
	hold(blame_maker());
}

CALLED void blame_sound(void)
{
	hold(obtain(5));
	hold(blame_maker());
}

CALLED void blame_film(void)
{
	hold(obtain(300));
	hold(blame_maker());
}

CALLED void blame_load(void)
{
	hold(xmalloc(77));
}

int main(void)
{
	blame_text();
	blame_image();
	blame_sound();
	blame_film();
	blame_load();
	blame_tests_of_malloc();
	printf("%d\n", count);
	return 0;
}
