/* A body that stands in another file, and a table of code made by a header of macros. */
#include <stdlib.h>

static void *keep[32];
static int kept;

static void from_a_file(size_t size)
{
	keep[kept++] = malloc(10);
#include "body.inc"
	keep[kept++] = malloc(20);
}

static void from_two_files(int what)
{
	switch (what) {
#include "cases.inc"
	default:
		keep[kept++] = malloc(40);
	}
}

int main(void)
{
	from_a_file(300000);
	from_two_files(1);
	from_two_files(2);
	from_two_files(3);
	return keep[0] == 0;
}
