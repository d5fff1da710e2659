/*
 * pipeline.c - three steps of work on numbers: each on all of them, or all on each of them.
 *
 * What it teaches: both functions print the same sum, of the same three steps.  materialised() holds what
 * each step makes until the end: Mem usage climbs with every line, to the 1.3 MiB of three lists and their
 * numbers. In streamed() the first three lines make the steps, at 88 bytes each, and do nothing.  The line
 * that sums up asks for one number at a time, which goes through all steps and ends before the next is made:
 * its Occurrences are those of all lines above together, and its Mem usage stays where it was.
 */
#include <mprof/mprof.h>
#include <mprof/rgc.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NUMBERS 20000

static void *checked(void *object)
{
	if (!object) {
		perror("pipeline");
		exit(EXIT_FAILURE);
	}
	return object;
}

static void *square(void *number, void *unused)
{
	(void)unused;
	return rgc_int_new(rgc_int_get(number) * rgc_int_get(number));
}

static int is_odd(void *number, void *unused)
{
	(void)unused;
	return rgc_int_get(number) % 2 != 0;
}

/* What an iterator gives, all at once; takes the iterator. */
static rgc_list *list_of(rgc_iterator *iterator)
{
	rgc_list *list = checked(rgc_list_from(iterator));
	rgc_decref(iterator);
	return list;
}

static int64_t sum(void *numbers)
{
	rgc_auto rgc_iterator *iterator = checked(rgc_iter(numbers));
	int64_t total = 0;
	void *number;
	int found;
	while ((found = rgc_iter_next(iterator, &number)) == 1) {
		total += rgc_int_get(number);
		rgc_decref(number);
	}
	if (found < 0)
		checked(NULL);
	return total;
}

MPROF_PROFILE static int64_t materialised(void)
{
	rgc_list *numbers = list_of(rgc_range(1000, 1000 + NUMBERS, 1));
	rgc_list *squares = list_of(rgc_map(numbers, square, NULL));
	rgc_list *odd = list_of(rgc_filter(squares, is_odd, NULL));
	int64_t total = sum(odd);
	rgc_decref(odd);
	rgc_decref(squares);
	rgc_decref(numbers);
	return total;
}

MPROF_PROFILE static int64_t streamed(void)
{
	rgc_iterator *numbers = checked(rgc_range(1000, 1000 + NUMBERS, 1));
	rgc_iterator *squares = checked(rgc_map(numbers, square, NULL));
	rgc_iterator *odd = checked(rgc_filter(squares, is_odd, NULL));
	int64_t total = sum(odd);
	rgc_decref(odd);
	rgc_decref(squares);
	rgc_decref(numbers);
	return total;
}

int main(void)
{
	printf("materialised: %" PRId64 "\n", materialised());
	printf("streamed:     %" PRId64 "\n", streamed());
	return EXIT_SUCCESS;
}
