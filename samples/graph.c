/*
 * graph.c - a town of 100 by 100 crossings, with streets that lead both ways: built, walked, dropped.
 *
 * What it teaches: when a graph's memory goes.  The walk gives back what it takes.  Dropping
 * the town frees the list of its crossings, 0.1 MiB, and no crossing: each is still the
 * neighbour of another.  The collection frees all of them, as nobody else knows them.
 */
#include <mprof/mprof.h>
#include <mprof/rgc.h>

#include <stdio.h>
#include <stdlib.h>

#define SIDE 100

typedef struct crossing {
	RGC_HEAD;
	rgc_list *streets; /* the crossings at their other ends */
	int distance;      /* streets from the first crossing; 0 until it is known */
} crossing;
RGC_DEFINE_TYPE(crossing, streets);

static void *checked(void *object)
{
	if (!object) {
		perror("graph");
		exit(EXIT_FAILURE);
	}
	return object;
}

static void append(rgc_list *list, void *item)
{
	if (rgc_list_append(list, item) < 0)
		checked(NULL);
}

static void add_crossing(rgc_list *town)
{
	rgc_auto crossing *new = checked(rgc_new(crossing));
	rgc_steal(&new->streets, (rgc_list *)checked(rgc_list_new()));
	append(town, new);
}

static void add_street(rgc_list *town, int from, int to)
{
	crossing *a = rgc_list_get(town, from), *b = rgc_list_get(town, to);
	append(a->streets, b);
	append(b->streets, a);
}

static rgc_list *build(void)
{
	rgc_list *town = checked(rgc_list_new());
	for (int i = 0; i < SIDE * SIDE; i++)
		add_crossing(town);
	for (int i = 0; i < SIDE * SIDE; i++) {
		if (i % SIDE > 0)
			add_street(town, i - 1, i);
		if (i >= SIDE)
			add_street(town, i - SIDE, i);
	}
	return town;
}

/* Breadth first from one corner; the distance of the last that is met, the opposite corner. */
static int walk(rgc_list *town)
{
	rgc_auto rgc_list *met = checked(rgc_list_new());
	crossing *here = rgc_list_get(town, 0);
	append(met, here);
	for (ssize_t next = 0; (size_t)next < rgc_list_length(met); next++) {
		here = rgc_list_get(met, next);
		for (ssize_t i = 0; (size_t)i < rgc_list_length(here->streets); i++) {
			crossing *there = rgc_list_get(here->streets, i);
			if (there->distance || there == rgc_list_get(town, 0))
				continue;
			there->distance = here->distance + 1;
			append(met, there);
		}
	}
	return here->distance;
}

MPROF_PROFILE static ssize_t lifetime(int *distance)
{
	rgc_list *town = build();
	*distance = walk(town);
	rgc_decref(town);
	return rgc_collect(2);
}

int main(void)
{
	int distance;
	ssize_t found = lifetime(&distance);
	printf("%d crossings, %d streets from corner to corner\n", SIDE * SIDE, distance);
	printf("%zd objects, crossings and lists, were left for the collection\n", found);
	return EXIT_SUCCESS;
}
