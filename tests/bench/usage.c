/*
 * usage.c - runs a program and says what it, its helpers and whatever they left behind took, by the kernel's
 * own account.
 *
 * usage [-e NAME=VALUE]... [-b COMMAND]... OUTPUT PROGRAM [ARGUMENT]...
 * -e is set for the program alone; -b is a shell command that runs beside it (a recorder's interpreter).
 * OUTPUT gets one line per process, when it ends: kind (program or helper), seconds since the start, CPU
 * seconds and peak RSS in KiB, both with the children that it waited for, and the wait status.  Orphans, such
 * as a drainer, are helpers too.
 *
 * A program of its own and not a part of the runner: a child starts with its parent's peak RSS, which is
 * small here.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ASSIGNMENTS_MAX 16

static double monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Returns twice: 0 in the child. */
static pid_t start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(2, "fork");
	return pid;
}

static void start_helper(const char *command)
{
	if (start() == 0) {
		execl("/bin/sh", "sh", "-c", command, NULL);
		err(127, "/bin/sh");
	}
}

static pid_t start_program(char **argv, char **assignments, int count)
{
	pid_t pid = start();

	if (pid != 0)
		return pid;
	for (int i = 0; i < count; i++)
		putenv(assignments[i]);
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

static void wait_for_all(pid_t program, double started, FILE *output)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, 0, &usage)) > 0)
		fprintf(output, "%s %.6f %.6f %ld %d\n", pid == program ? "program" : "helper",
			monotonic() - started, seconds(usage.ru_utime) + seconds(usage.ru_stime),
			usage.ru_maxrss, status);
}

int main(int argc, char **argv)
{
	char *assignments[ASSIGNMENTS_MAX];
	int count = 0, option;
	double started;
	pid_t program;
	FILE *output;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	while ((option = getopt(argc, argv, "+e:b:")) != -1)
		if (option == 'b')
			start_helper(optarg);
		else if (option == 'e' && count < ASSIGNMENTS_MAX)
			assignments[count++] = optarg;
		else
			errx(2,
			     "usage: usage [-e NAME=VALUE]... [-b COMMAND]... OUTPUT PROGRAM [ARGUMENT]...");
	if (argc - optind < 2)
		errx(2, "an output and a program are needed");
	output = fopen(argv[optind], "we");
	if (!output)
		err(2, "%s", argv[optind]);
	started = monotonic();
	program = start_program(argv + optind + 1, assignments, count);
	wait_for_all(program, started, output);
	return fclose(output) == 0 ? 0 : 2;
}
