/* Loops whose bodies become functions. */
#include <stdlib.h>

static void *keep[8];

static double *filled(int count)
{
	double *array = malloc(count * sizeof(*array));
#pragma omp parallel for
	for (int i = 0; i < count; i++)
		array[i] = i;
	return array;
}

int main(int argc, char **argv)
{
	(void)argv;
#pragma omp parallel for
	for (int i = 0; i < 8; i++) {
		keep[i] = malloc(1000000 * argc);
	}
#pragma omp parallel
	{
#pragma omp single
		keep[0] = filled(40000);
	}
	void *last = malloc(30);
	for (int i = 1; i < 8; i++)
		free(keep[i]);
	return last == NULL;
}
