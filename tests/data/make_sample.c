/* make_sample.c - writes the sample trace to a file: make_sample FILE [stored|summary|collector], the latter
 * two stored, too. */
#include "data/sample.h"

#include <stdio.h>
#include <string.h>

static int write_file(const char *path, const struct buffer *bytes)
{
	FILE *file = fopen(path, "wb");
	int failed = !file || fwrite(bytes->data, 1, bytes->length, file) != bytes->length;

	if (file && fclose(file) != 0)
		failed = 1;
	if (failed)
		perror(path);
	return failed;
}

int main(int argc, char **argv)
{
	struct buffer trace = {0}, stored = {0};

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: make_sample FILE [stored|summary|collector]\n");
		return 2;
	}
	if (argc == 3 && strcmp(argv[2], "summary") == 0)
		sample_trace_with_summary(&trace);
	else if (argc == 3 && strcmp(argv[2], "collector") == 0)
		sample_trace_with_collector(&trace);
	else
		sample_trace(&trace);
	sample_stored(&trace, &stored);
	int failed = write_file(argv[1], argc == 3 ? &stored : &trace);
	buffer_finish(&trace);
	buffer_finish(&stored);
	return failed;
}
