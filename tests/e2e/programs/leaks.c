/*
 * leaks.c - leaks of known sizes by known paths, beside blocks that are freed and what libraries keep.
 *
 * parse: 4 of 10 blocks of 100 bytes; load: 10 of 4 bytes by main, 3 of 6 bytes by way of deep().
 */
#include <stdlib.h>
#include <string.h>

static char *volatile sink;

static void *xmalloc(size_t size)
{
	void *block = malloc(size);

	if (!block)
		abort();
	return block;
}

__attribute__((noinline)) static char *parse(size_t size)
{
	return memset(xmalloc(size), 1, size);
}

__attribute__((noinline)) static char *load(const char *text)
{
	return strcpy(xmalloc(strlen(text) + 1), text);
}

__attribute__((noinline)) static void deep(int depth)
{
	if (depth > 0)
		deep(depth - 1);
	else
		for (volatile int i = 0; i < 3; i++)
			sink = load("hello");
	__asm__ volatile("");
}

int main(void)
{
	setenv("ONE", "two", 1);
	for (int i = 0; i < 10; i++) {
		sink = parse(100);
		if (i % 3 != 0)
			free(sink);
	}
	deep(7);
	for (int i = 0; i < 10; i++)
		sink = load("bye");
	return 0;
}
