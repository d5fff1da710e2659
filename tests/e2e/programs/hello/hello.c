#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
	char *line = malloc(1000);

	snprintf(line, 1000, "hello %d", argc);
	puts(line);
	setenv("GREETING", line, 1);
	free(line);
	if (argc > 1)
		printf("%p\n", (void *)strcpy(malloc(100), argv[1]));
	return 0;
}
