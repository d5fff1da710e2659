/* churn.c - temporary allocations of known counts: 20 of 30 by join, 5 of 5 by way of strdup, none by keep.
 */
#include <stdlib.h>
#include <string.h>

static char *volatile sink, *volatile kept[10];

__attribute__((noinline)) static char *join(size_t size)
{
	return sink = malloc(size);
}

__attribute__((noinline)) static void name(void)
{
	sink = strdup("name");
	free(sink);
}

__attribute__((noinline)) static char *keep(void)
{
	return sink = malloc(10);
}

int main(void)
{
	for (volatile int i = 0; i < 20; i++)
		free(join(100));
	for (volatile int i = 0; i < 10; i++)
		kept[i] = join(100);
	for (volatile int i = 0; i < 5; i++)
		name();
	for (volatile int i = 0; i < 10; i++) {
		char *one = keep();

		free(kept[i]);
		kept[i] = one;
	}
	return 0;
}
