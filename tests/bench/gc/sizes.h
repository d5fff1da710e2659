/* sizes.h - the case of gc_compare.py about memory: who includes it defines what is only declared here. */
#ifndef BENCH_GC_SIZES_H
#define BENCH_GC_SIZES_H

#include "clock.h"

#include <stdlib.h>

static void *new_sized(long bytes); /* of so many bytes in all */
static void drop_sized(void *made);

/* As many of each size in turn, none of which is alive when the next one comes. */
static void run_sizes(const char *name)
{
	long count = scaled(1), sizes = 0;
	void **slots = calloc((size_t)count, sizeof(*slots));
	double start = cpu_ns();
	for (long bytes = 32; bytes <= 144; bytes += 16, sizes++) {
		for (long i = 0; i < count; i++)
			slots[i] = new_sized(bytes);
		for (long i = 0; i < count; i++)
			drop_sized(slots[i]);
	}
	double end = cpu_ns();
	free(slots);
	print_resident(name, (end - start) / (double)(sizes * count));
}

#endif
