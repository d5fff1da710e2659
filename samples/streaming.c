/*
 * streaming.c - summing a file: all of its lines at once, or one at a time.
 *
 * What it teaches: both functions print the same sum.  materialised() holds every line
 * until the end (look at its Mem usage: it climbs to the size of the file and more);
 * streamed() reuses one buffer, so its lines hardly show, however long the file is.
 */
#include <mprof/mprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES 100000

static FILE *numbers_file(void)
{
	FILE *file = tmpfile();
	if (!file) {
		perror("tmpfile");
		exit(EXIT_FAILURE);
	}
	for (int i = 0; i < LINES; i++)
		fprintf(file, "%d and words that nobody reads, as files have them\n", i);
	return file;
}

MPROF_PROFILE static long long materialised(FILE *file)
{
	static char *lines[LINES];
	char buffer[128];
	long long sum = 0;
	for (size_t i = 0; i < LINES && fgets(buffer, sizeof(buffer), file); i++)
		lines[i] = strdup(buffer);
	for (size_t i = 0; i < LINES && lines[i]; i++)
		sum += atoll(lines[i]);
	for (size_t i = 0; i < LINES; i++)
		free(lines[i]);
	return sum;
}

MPROF_PROFILE static long long streamed(FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	long long sum = 0;
	while (getline(&line, &room, file) > 0)
		sum += atoll(line);
	free(line);
	return sum;
}

int main(void)
{
	FILE *file = numbers_file();
	rewind(file);
	printf("materialised: %lld\n", materialised(file));
	rewind(file);
	printf("streamed:     %lld\n", streamed(file));
	fclose(file);
	return EXIT_SUCCESS;
}
