/*
 * corpus_driver.c - runs a fuzz target over stored inputs, without a fuzzer: DRIVER DIRECTORY...
 * A crash is a failure; so is an empty corpus, which would test nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static int run_file(const char *path)
{
	struct stat status;
	FILE *file = fopen(path, "rb");
	int failed = -1;

	if (!file || fstat(fileno(file), &status) < 0)
		goto out;
	uint8_t *bytes = malloc((size_t)status.st_size + 1);
	if (bytes && fread(bytes, 1, (size_t)status.st_size, file) == (size_t)status.st_size)
		failed = LLVMFuzzerTestOneInput(bytes, (size_t)status.st_size);
	free(bytes);
out:
	if (failed)
		perror(path);
	if (file)
		fclose(file);
	return failed;
}

/* How many inputs ran; -1 if one could not. */
static int run_directory(const char *directory)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;
	int count = 0;

	if (!entries) {
		perror(directory);
		return -1;
	}
	while (count >= 0 && (entry = readdir(entries)) != NULL) {
		char path[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		printf("%s\n", entry->d_name);
		fflush(stdout); /* so that the last name is the culprit's */
		count = run_file(path) ? -1 : count + 1;
	}
	closedir(entries);
	return count;
}

int main(int argc, char **argv)
{
	int total = 0;

	for (int i = 1; i < argc; i++) {
		int count = run_directory(argv[i]);
		if (count < 0)
			return 1;
		total += count;
	}
	printf("%d inputs\n", total);
	return total == 0;
}
