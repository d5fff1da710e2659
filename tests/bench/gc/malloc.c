/* malloc.c - the case of gc_compare.py about memory, sizes, with malloc alone: argv CASE SCALE. */
#include "sizes.h"

static void *new_sized(long bytes)
{
	return malloc((size_t)bytes);
}

static void drop_sized(void *made)
{
	free(made);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scale = atol(argv[2]);
	run_sizes(argv[1]);
	return 0;
}
