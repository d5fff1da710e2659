/*
 * run_names.c - see naming.h.
 */
#include "run_names.h"

#include "profile/remember.h"

#include <string.h>
#include <time.h>

#define ENOUGH_NS UINT64_C(1000000000)

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void run_names_add(const struct trace_list *traces)
{
	const struct profile_options options = {0};
	const char *first = traces->count > 0 ? trace_list_program(traces) : NULL;
	uint64_t started_ns = now_ns();

	if (first)
		remember_names(first, &options);
	for (size_t i = 0; i < traces->count && now_ns() - started_ns < ENOUGH_NS; i++)
		if (strcmp(traces->entries[i].path, first) != 0)
			remember_names(traces->entries[i].path, &options);
}
