/*
 * main.c - mprof-plan PID OUT GLOB... and mprof-plan --object PATH OUT GLOB...: writes the plan of the lines
 * of chosen functions.  The shim starts it, and waits for it.
 */
#include "planner/planner.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
	fprintf(stderr, "usage: mprof-plan PID OUT GLOB...\n       mprof-plan --object PATH OUT GLOB...\n");
	return 2;
}

static pid_t process_number(const char *text)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && number > 0 && number <= INT_MAX ? (pid_t)number
											    : 0;
}

int main(int argc, char **argv)
{
	struct diagnostic diagnostic = {{0}};
	bool of_object = argc > 1 && strcmp(argv[1], "--object") == 0;
	char **arguments = argv + (of_object ? 2 : 1);
	int count = argc - (of_object ? 2 : 1);
	if (count < 3 || (!of_object && process_number(arguments[0]) == 0))
		return usage();
	struct planner *planner = planner_create((const char *const *)arguments + 2, (size_t)count - 2);
	int error = of_object ? planner_add_object(planner, arguments[0], &diagnostic)
			      : planner_add_process(planner, process_number(arguments[0]), &diagnostic);
	if (!error)
		error = planner_write(planner, arguments[1], &diagnostic);
	if (error)
		fprintf(stderr, "mprof-plan: %s\n", diagnostic.message);
	planner_destroy(planner);
	return error ? 2 : 0;
}
