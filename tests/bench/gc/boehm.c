/* boehm.c - the cases of gc_compare.py with the Boehm collector.  It sweeps while it allocates, so that a
 * collection only marks: in c and d what is marked is the structure itself. */
#include "clock.h"

#include <gc.h>
#include <stdlib.h>

typedef struct node {
	struct node *next, *prev;
	long value, padding;
} node;

static node *volatile root; /* keeps what is not to go, and lets it go */
static double began_ns;

static void watch(GC_EventType event)
{
	if (event == GC_EVENT_START)
		began_ns = clock_ns(CLOCK_MONOTONIC);
	if (event == GC_EVENT_END)
		add_pause(clock_ns(CLOCK_MONOTONIC) - began_ns);
}

static node *new_pair(void)
{
	node *a = GC_MALLOC(sizeof(node)), *b = GC_MALLOC(sizeof(node));
	a->next = b;
	b->prev = a;
	return a;
}

static void make_list(long count)
{
	node *first = NULL;
	for (long i = 0; i < count; i++) {
		node *next = GC_MALLOC(sizeof(node));
		next->next = first;
		root = first = next;
	}
}

static void make_ring(long count)
{
	make_list(count);
	node *last = root;
	for (; last->next; last = last->next)
		last->next->prev = last;
	last->next = root;
	root->prev = last;
}

static node *make_tree(int depth)
{
	node *top = GC_MALLOC(sizeof(node));
	if (depth > 1) {
		top->next = make_tree(depth - 1);
		top->prev = make_tree(depth - 1);
	}
	return top;
}

static void collect(const char *name, double objects)
{
	double start = cpu_ns();
	GC_gcollect();
	print_case(name, start, objects);
}

static void run_replaced(const char *name)
{
	long live = scaled(0.5), pairs = scaled(4);
	node **slots = GC_MALLOC_UNCOLLECTABLE((size_t)live * sizeof(*slots));
	for (long i = 0; i < live; i++)
		slots[i] = new_pair();
	forget_pauses();
	double start = cpu_ns();
	for (long i = 0; i < pairs; i++) {
		node *pair = new_pair();
		if (i % 4 == 0)
			slots[random_slot(live)] = pair;
		else
			root = pair;
	}
	print_pauses(name, start, pairs);
}

static void run_live(void)
{
	static node *volatile live;
	make_list(scaled(5));
	live = root;
	GC_gcollect();
	forget_pauses();
	double start = cpu_ns();
	for (long i = scaled(4); i > 0; i--)
		root = new_pair();
	print_pauses("e", start, scaled(4));
	(void)live;
}

static void run(const char *name)
{
	double start = cpu_ns();
	switch (strlen(name) == 1 ? *name : 0) {
	case 'a':
		for (long i = scaled(10); i > 0; i--)
			root = GC_MALLOC(sizeof(node));
		print_case(name, start, (double)scaled(10));
		break;
	case 'b':
		for (long i = scaled(1); i > 0; i--)
			root = new_pair();
		print_case(name, start, 2.0 * (double)scaled(1));
		break;
	case 'c':
		make_ring(scaled(1));
		collect(name, (double)scaled(1));
		break;
	case 'd':
		root = make_tree(tree_depth());
		collect(name, (double)(1L << tree_depth()));
		break;
	case 'e':
		run_live();
		break;
	default:
		if (!strcmp(name, "e2")) {
			run_replaced(name);
			break;
		}
		/* full */
		make_list(scaled(5));
		collect(name, (double)scaled(5));
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scale = atol(argv[2]);
	GC_INIT();
	GC_set_on_collection_event(watch);
	run(argv[1]);
	return 0;
}
