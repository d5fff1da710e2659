#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
	double *values = malloc(1000 * sizeof(*values)), sum = 0;

	(void)argv;
#pragma omp parallel for reduction(+ : sum) num_threads(4)
	for (int i = 0; i < 1000; i++) {
		values[i] = i;
		sum += values[i];
	}
#pragma omp parallel num_threads(2)
#pragma omp single
#pragma omp task
	printf("hello %f\n", sum);
	free(values);
	if (argc > 1)
		printf("%p\n", malloc(100));
}
