/* clock.h - CPU time, pauses and memory of a benchmark program, and the line that it prints per case: "CASE
 * ns [average_pause_ns longest_pause_ns]", or "CASE ns resident_bytes". */
#ifndef BENCH_GC_CLOCK_H
#define BENCH_GC_CLOCK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How many objects the cases make, in millionths: 1000000 for a real measurement. */
static long scale = 1000000;

static inline long scaled(double millions)
{
	return (long)(millions * (double)scale);
}

static inline double clock_ns(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline double cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static inline void print_case(const char *name, double start_ns, double objects)
{
	printf("%s %.3f\n", name, (cpu_ns() - start_ns) / objects);
}

/* What the process has of the system. */
static inline double resident_bytes(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* With what it has now that the case is over. */
static inline void print_resident(const char *name, double ns)
{
	printf("%s %.3f %.0f\n", name, ns, resident_bytes());
}

/* The collections since they were last forgotten. */
static struct {
	double count, total_ns, longest_ns;
} pauses;

static inline void forget_pauses(void)
{
	pauses.count = pauses.total_ns = pauses.longest_ns = 0;
}

static inline void add_pause(double ns)
{
	pauses.count++;
	pauses.total_ns += ns;
	pauses.longest_ns = ns > pauses.longest_ns ? ns : pauses.longest_ns;
}

static inline void print_pauses(const char *name, double start_ns, long pairs)
{
	printf("%s %.3f %.0f %.0f\n", name, (cpu_ns() - start_ns) / (2.0 * (double)pairs),
	       pauses.total_ns / (pauses.count > 0 ? pauses.count : 1), pauses.longest_ns);
}

/* Which of the live pairs of case e2 is replaced next: the same in all programs. */
static inline long random_slot(long slots)
{
	static uint32_t state;
	state = state * 1664525u + 1013904223u;
	return (long)(state >> 8) % slots;
}

static inline int tree_depth(void)
{
	int depth = 20;
	for (long at = scale; at < 1000000 && depth > 4; at *= 2)
		depth--;
	return depth;
}

#endif
