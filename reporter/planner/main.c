/*
 * main.c - mprof-plan PID[@ADDRESS] OUT GLOB... and mprof-plan --object PATH OUT GLOB...: writes the plan of
 * the lines of chosen functions; with an address, of the object that is mapped there in the process.  The
 * drainer starts it, and the program waits for it.  Writes nothing, and ends with PLAN_EXIT_EMPTY, if
 * that object has none of the functions.
 */
#include "planner/planner.h"

#include "trace/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_WRONG 2

static int usage(void)
{
	fprintf(stderr,
		"usage: mprof-plan PID[@ADDRESS] OUT GLOB...\n       mprof-plan --object PATH OUT GLOB...\n");
	return EXIT_WRONG;
}

/* 0: it is no process. */
static pid_t process_number(const char *text, uint64_t *address)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	if (errno != 0 || end == text || number <= 0 || number > INT_MAX)
		return 0;
	if (*end == '@')
		*address = strtoull(end + 1, &end, 16);
	return errno == 0 && *end == '\0' ? (pid_t)number : 0;
}

int main(int argc, char **argv)
{
	struct diagnostic diagnostic = {{0}};
	bool of_object = argc > 1 && strcmp(argv[1], "--object") == 0;
	char **arguments = argv + (of_object ? 2 : 1);
	int count = argc - (of_object ? 2 : 1);
	uint64_t address = 0;
	pid_t pid = count < 3 || of_object ? 0 : process_number(arguments[0], &address);
	if (count < 3 || (!of_object && pid == 0))
		return usage();
	struct planner *planner = planner_create((const char *const *)arguments + 2, (size_t)count - 2);
	int error = of_object     ? planner_add_object(planner, arguments[0], &diagnostic)
		    : address > 0 ? planner_add_opened(planner, pid, address, &diagnostic)
				  : planner_add_process(planner, pid, &diagnostic);
	bool nothing = !error && address > 0 && planner_functions(planner) == 0;
	if (!error && !nothing)
		error = planner_write(planner, arguments[1], &diagnostic);
	if (error)
		fprintf(stderr, "mprof-plan: %s\n", diagnostic.message);
	planner_destroy(planner);
	return error ? EXIT_WRONG : nothing ? PLAN_EXIT_EMPTY : EXIT_SUCCESS;
}
