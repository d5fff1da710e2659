/* my_function.c - the first table: which line costs 152.6 MiB, and which gives them back. */
#include <mprof/mprof.h>
#include <stdio.h>
#include <stdlib.h>
static double *filled(size_t count, double value);
MPROF_PROFILE static double *my_function(void)
{
	double *a = filled(1000000, 1);
	double *b = filled(20000000, 2);
	free(b);
	return a;
}

/* noinline: or a compiler may find out that b is never read, and drop the block. */
__attribute__((noinline)) static double *filled(size_t count, double value)
{
	double *numbers = malloc(count * sizeof(*numbers));
	if (!numbers) {
		perror("malloc");
		exit(EXIT_FAILURE);
	}
	for (size_t i = 0; i < count; i++)
		numbers[i] = value;
	return numbers;
}

int main(void)
{
	double *a = my_function();
	printf("a holds 1000000 numbers, the last is %.0f; b is gone\n", a[999999]);
	free(a);
	return EXIT_SUCCESS;
}
