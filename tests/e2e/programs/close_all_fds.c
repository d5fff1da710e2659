/* Closes every descriptor that it did not open; the next ones must have the numbers that they
 * have without a profiler. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void counted_work(void)
{
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
}

int main(void)
{
	int before = open("/dev/null", O_RDONLY);
	counted_work();
	closefrom(3);
	int first = open("/dev/null", O_RDONLY), second = open("/dev/null", O_RDONLY);
	counted_work();
	printf("%d %d %d\n", before, first, second);
	return 0;
}
