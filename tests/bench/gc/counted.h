/* counted.h - the cases of gc_compare.py for collectors that count references: argv CASE SCALE.
 *
 * Who includes it has said what a node is, and defines what is only declared here. */
#ifndef BENCH_GC_COUNTED_H
#define BENCH_GC_COUNTED_H

#include "containers.h"
#include "sizes.h"

#include <stdlib.h>

static int begin(void); /* 0, or the program's exit status */
static void collect(void);
static void stop_collecting(void); /* unless asked to */
static void watch_pauses(void);    /* of young collections, from now on */

static node *new_node(void);
static node *new_pair(void);        /* that refer to each other */
static node *make_list(long count); /* by next */
static node *make_ring(long count); /* by next and prev */
static node *make_tree(int depth);
static void drop(node *made);
static void replace(node **slot, node *made);

/* A memoized function, and a call of it with one of MEMO_ARGUMENTS, to no purpose but the call. */
#define MEMO_ARGUMENTS 100
static void memo_begin(long maxsize);
static void memo_call(long argument);

static void fill_list(long count, long (*value_at)(long index, long count)); /* the one list, with integers */
static void sort_list(bool call); /* `call`: with a function of the program's that compares, if possible */

static long random_value(long index, long count)
{
	(void)index, (void)count;
	return random_slot(1L << 24);
}

static long rising(long index, long count)
{
	(void)count;
	return index;
}

static long falling(long index, long count)
{
	return count - index;
}

static void run_sort(const char *name, long (*value_at)(long index, long count), bool call)
{
	long count = scaled(1);
	fill_list(count, value_at);
	double start = cpu_ns();
	sort_list(call);
	print_case(name, start, (double)count);
}

#define TEXTS 16
static const char *const texts[TEXTS] = {"id",      "name",    "type",     "size",       "width",  "height",
					 "colour",  "weight",  "date",     "price",      "author", "parent",
					 "created", "updated", "children", "description"};
static void fill_dict(void); /* the one dictionary, with each of them as a key */
static void look_up(const char *text);

static void run_text(const char *name)
{
	long count = scaled(10);
	fill_dict();
	double start = cpu_ns();
	for (long i = 0; i < count; i++)
		look_up(texts[i % TEXTS]);
	print_case(name, start, (double)count);
}

static node *new_target(void); /* a node that may have weak references */
static void *new_weak(node *target);

/* Weak references to as many objects, and the end of these before theirs. */
static void run_weak(const char *name)
{
	long count = scaled(1);
	stop_collecting();
	node **targets = calloc((size_t)count, sizeof(*targets));
	void **weak = calloc((size_t)count, sizeof(*weak));
	for (long i = 0; i < count; i++)
		targets[i] = new_target();
	double start = cpu_ns();
	for (long i = 0; i < count; i++)
		weak[i] = new_weak(targets[i]);
	if (!strcmp(name, "weak")) {
		print_resident(name, (cpu_ns() - start) / (double)count);
		return;
	}
	start = cpu_ns();
	for (long i = 0; i < count; i++)
		drop(targets[i]);
	print_case(name, start, (double)count);
}

static void make_pair(void)
{
	drop(new_pair());
}

static void run_replaced(const char *name)
{
	long live = scaled(0.5), pairs = scaled(4);
	node **slots = calloc((size_t)live, sizeof(*slots));
	for (long i = 0; i < live; i++)
		slots[i] = new_pair();
	watch_pauses();
	double start = cpu_ns();
	for (long i = 0; i < pairs; i++) {
		if (i % 4 == 0)
			replace(&slots[random_slot(live)], new_pair());
		else
			make_pair();
	}
	print_pauses(name, start, pairs);
	for (long i = 0; i < live; i++)
		drop(slots[i]);
	free(slots);
}

static void run_live(bool full)
{
	long pairs = scaled(4);
	node *live = make_list(scaled(5));
	collect();
	double start = cpu_ns();
	if (full) {
		collect();
		print_case("full", start, (double)scaled(5));
	} else {
		watch_pauses();
		start = cpu_ns();
		for (long i = 0; i < pairs; i++)
			make_pair();
		print_pauses("e", start, pairs);
	}
	drop(live);
}

/* All arguments in turn: all hits with room for 128, all misses with room for 50. */
static void run_memo(const char *name, long maxsize)
{
	long calls = scaled(4);
	memo_begin(maxsize);
	for (long i = 0; i < MEMO_ARGUMENTS; i++)
		memo_call(i);
	double start = cpu_ns();
	for (long i = 0; i < calls; i++)
		memo_call(i % MEMO_ARGUMENTS);
	print_case(name, start, (double)calls);
}

static void run(const char *name)
{
	double start = cpu_ns();
	node *made;
	switch (strlen(name) == 1 ? *name : 0) {
	case 'a':
		for (long i = scaled(10); i > 0; i--)
			drop(new_node());
		print_case(name, start, (double)scaled(10));
		break;
	case 'b':
		for (long i = scaled(1); i > 0; i--)
			make_pair();
		print_case(name, start, 2.0 * (double)scaled(1));
		break;
	case 'c':
		drop(make_ring(scaled(1)));
		start = cpu_ns();
		collect();
		print_case(name, start, (double)scaled(1));
		break;
	case 'd':
		made = make_tree(tree_depth());
		start = cpu_ns();
		drop(made);
		print_case(name, start, (double)(1L << tree_depth()));
		break;
	case 'f':
		made = make_list(scaled(10));
		start = cpu_ns();
		drop(made);
		print_resident(name, (cpu_ns() - start) / (double)scaled(10));
		break;
	case 'e':
		run_live(false);
		break;
	default:
		if (!strcmp(name, "full"))
			run_live(true);
		else if (!strcmp(name, "e2"))
			run_replaced(name);
		else if (!strcmp(name, "sizes"))
			run_sizes(name);
		else if (!strcmp(name, "text"))
			run_text(name);
		else if (!strncmp(name, "sort", 4))
			run_sort(name, random_value, !strcmp(name, "sortcall"));
		else if (!strcmp(name, "rising"))
			run_sort(name, rising, false);
		else if (!strcmp(name, "falling"))
			run_sort(name, falling, false);
		else if (!strncmp(name, "weak", 4))
			run_weak(name);
		else if (run_container(name))
			break;
		else
			run_memo(name, strcmp(name, "hit") ? 50 : 128);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scale = atol(argv[2]);
	int status = begin();
	if (status == 0)
		run(argv[1]);
	return status;
}

#endif
