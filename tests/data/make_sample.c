/* make_sample.c - writes the sample trace to a file: make_sample FILE. */
#include "data/sample.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct buffer trace = {0};

	if (argc != 2) {
		fprintf(stderr, "usage: make_sample FILE\n");
		return 2;
	}
	sample_trace(&trace);
	FILE *file = fopen(argv[1], "wb");
	int failed = !file || fwrite(trace.data, 1, trace.length, file) != trace.length;
	if (file && fclose(file) != 0)
		failed = 1;
	if (failed)
		perror(argv[1]);
	buffer_finish(&trace);
	return failed;
}
