/*
 * jumps.c - functions whose last call an optimizing compiler makes a jump, so that they leave no frame.
 *
 * Each path allocates a size of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLED __attribute__((noinline))

static void *volatile kept[20];
static int count;

CALLED static void keep(void *block)
{
	kept[count++] = block;
}

CALLED static void *direct(size_t size)
{
	return malloc(size);
}

CALLED static void *middle(size_t size)
{
	__asm__ volatile("");
	return direct(size + 1);
}

CALLED static void *chain(size_t size)
{
	printf("%zu\n", size);
	return middle(size + 1);
}

CALLED static void *left(size_t size)
{
	__asm__ volatile("nop");
	return direct(size + 10);
}

CALLED static void *right(size_t size)
{
	__asm__ volatile("nop; nop");
	return direct(size + 20);
}

CALLED static void *either(size_t size)
{
	if (size & 1)
		return left(size);
	__asm__ volatile("");
	return right(size);
}

CALLED static void *filled(size_t size)
{
	void *block = malloc(size);

	memset(block, 1, size);
	kept[0] = block;
	return block;
}

CALLED static void *framed(size_t size)
{
	return filled(size + 1);
}

CALLED static void *both(size_t size)
{
	keep(malloc(size));
	return direct(size + 1);
}

CALLED static void *down(size_t size, int depth)
{
	if (depth > 0)
		return down(size + 1, depth - 1);
	return direct(size);
}

CALLED static char *copied(const char *text)
{
	return strdup(text);
}

static void *(*volatile pointer)(size_t) = direct;

CALLED static void *pointed(size_t size)
{
	return pointer(size);
}

CALLED static void drop(void *block)
{
	free(block);
}

int main(void)
{
	char text[700];

	memset(text, 'x', 699);
	text[699] = 0;
	setvbuf(stdout, NULL, _IONBF, 0);
	keep(direct(1000));
	keep(chain(2000));
	keep(either(3001));
	keep(either(3100));
	keep(framed(4000));
	keep(both(5000));
	keep(down(6000, 3));
	keep(copied(text));
	keep(pointed(8000));
	drop(kept[1]);
	return 0;
}
