/*
 * callers.c - functions that allocate for several others, of which each goes its own way.
 */
#include <stdio.h>
#include <stdlib.h>

#define CALLED __attribute__((noinline, noclone))

static void *volatile last;

CALLED static void buffer(size_t size)
{
	last = malloc(size);
	*(volatile char *)last = 1;
}

CALLED static void parse(void)
{
	buffer(10000);
	last = NULL;
}

CALLED static void save(void)
{
	buffer(3000);
	last = NULL;
}

CALLED static void rest(void)
{
	buffer(90);
	last = NULL;
	buffer(10);
	last = NULL;
}

/* By itself, so that there are two functions. */
CALLED static void other(void)
{
	last = malloc(2000);
	*(volatile char *)last = 1;
	last = NULL;
}

/* Of so many functions that it may seem to hand on what malloc gives it. */
CALLED static void *piece(size_t size)
{
	void *made = malloc(size);

	*(volatile char *)made = 1;
	return made;
}

#define USER(name, size)                                                                                     \
	CALLED static void name(void)                                                                        \
	{                                                                                                    \
		last = piece(size);                                                                          \
		last = NULL;                                                                                 \
		puts(#name);                                                                                 \
	}

USER(first_user, 100)
USER(second_user, 2000)
USER(third_user, 40000)
USER(fourth_user, 500000)

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		first_user();
		second_user();
		third_user();
		if (argc > 2)
			fourth_user();
		return 0;
	}
	parse();
	save();
	rest();
	other();
	puts("done");
	return 0;
}
