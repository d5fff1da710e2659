/* Replaces itself by itself, four times. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void counted_work(int blocks)
{
	for (int i = 0; i < blocks; i++)
		free(malloc(100));
}

int main(int argc, char **argv)
{
	int left = argc > 1 ? atoi(argv[1]) : 4;
	counted_work(left + 1);
	if (left == 0) {
		puts("arrived");
		return 0;
	}
	char number[12];
	snprintf(number, sizeof(number), "%d", left - 1);
	execl(argv[0], argv[0], number, (char *)NULL);
	return 1;
}
