/*
 * test_tracer.c - traces functions of one object, and compares what was counted with what its source says.
 *
 * Usage: test_tracer MPROF_PLAN OBJECT SOURCE exact|calls
 *
 * The plan is made by mprof-plan; everything from there on is the shim's own code, in this process.  Each
 * function runs before it is patched and after, with the same result.  Where code is optimized only calls
 * count as in the source ("calls").
 */
#include "testing.h"

#include "preload/tracer/tracer.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void *object;
int failures;

void expect(bool true_so, const char *what)
{
	if (true_so)
		return;
	printf("not so: %s\n", what);
	failures++;
}

void *function(const char *name)
{
	return dlsym(object, name);
}

/* ---- how long a hit takes, to be looked at; nothing depends on it --------------------------------- */

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double storm_ns(void)
{
	unsigned (*storm)(unsigned) = CALL(unsigned (*)(unsigned), "traced_storm");
	double best = 1e18;

	for (int i = 0; i < 20 && storm; i++) {
		uint64_t from = clock_ns();
		storm(20000);
		double ns = (double)(clock_ns() - from);
		best = ns < best ? ns : best;
	}
	return best;
}

/* ---- the whole -------------------------------------------------------------------------------------- */

static bool make_plan(const char *planner, const char *path, const char *plan)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		execl(planner, planner, "--object", path, plan, "traced_*", (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	int fd = open(plan, O_RDONLY | O_CLOEXEC);
	struct stat about;
	if (status != 0 || fd < 0 || fstat(fd, &about) != 0)
		return false;
	plan_bytes = (size_t)about.st_size;
	header = mmap(NULL, plan_bytes, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return header != MAP_FAILED;
}

int main(int argc, char **argv)
{
	char plan[] = "/tmp/test_tracer.XXXXXX";
	uint64_t bare[SCENARIOS] = {0}, traced[SCENARIOS] = {0};

	if (argc != 5)
		return 2;
	object = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
	close(mkstemp(plan));
	if (!object || !make_plan(argv[1], argv[2], plan)) {
		unlink(plan);
		printf("no plan of %s\n", argv[2]);
		return 1;
	}
	run_all(bare);
	step_through(false);
	double bare_ns = storm_ns();
	check_refusals(plan);
	check_damaged();
	int sites = tracer_start(plan);
	unlink(plan);
	printf("%d sites%s%s\n", sites, tracer_refusal() ? ": " : "",
	       tracer_refusal() ? tracer_refusal() : "");
	if (sites <= 0)
		return 1;
	record_this_thread(true);
	run_all(traced);
	record_this_thread(false);
	for (size_t i = 0; i < SCENARIOS; i++)
		if (bare[i] != traced[i]) {
			printf("%s: %llx, not %llx\n", scenario_name(i), (unsigned long long)traced[i],
			       (unsigned long long)bare[i]);
			failures++;
		}
	check_source(argv[3], strcmp(argv[4], "exact") == 0);
	check_ticks();
	check_storm();
	step_through(true);
	check_told();
	uint64_t before = all_hits();
	double ns = storm_ns() - bare_ns;
	if (bare_ns < 1e17)
		printf("%.1f ns a visit\n", ns / ((double)(all_hits() - before) / 20));
	return failures != 0;
}
