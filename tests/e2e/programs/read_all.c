/* Reads a byte of every page that it may read, as leak scanners do; prints its peak resident set in KiB. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char maps[1 << 20];

int main(void)
{
	struct rusage usage;
	unsigned long sum = 0, start, end;
	char access;
	for (int i = 0; i < 100000; i++)
		free(malloc(100));
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t used = 0;
	for (ssize_t got; (got = read(fd, maps + used, sizeof maps - 1 - used)) > 0;)
		used += (size_t)got;
	for (char *line = strtok(maps, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, "%lx-%lx %c", &start, &end, &access) != 3 || access != 'r' ||
		    strstr(line, "[v"))
			continue;
		for (const volatile char *page = (char *)start; page < (char *)end; page += 4096)
			sum += (unsigned char)*page;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%ld\n", usage.ru_maxrss);
	return sum == 1;
}
