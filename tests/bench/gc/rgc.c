/* rgc.c - the cases of gc_compare.py with rgc: argv CASE SCALE. */
#include "clock.h"

#include <mprof/rgc.h>
#include <stdlib.h>

typedef struct node {
	RGC_HEAD;
	struct node *next, *prev;
	long value;
} node;
RGC_DEFINE_TYPE(node, next, prev);

static double longest_ns, total_ns, collections;

static void watch(enum rgc_phase phase, const struct rgc_info *info, void *unused)
{
	(void)unused;
	if (phase != RGC_STOP || info->generation != 0)
		return;
	double ns = (double)info->duration_ns;
	longest_ns = ns > longest_ns ? ns : longest_ns;
	total_ns += ns;
	collections++;
}

static node *new_pair(void)
{
	node *a = rgc_new(node), *b = rgc_new(node);
	rgc_set(&a->next, b);
	rgc_set(&b->prev, a);
	rgc_decref(b);
	return a;
}

static void make_pair(void)
{
	rgc_decref(new_pair());
}

static node *make_list(long count)
{
	node *first = NULL;
	for (long i = 0; i < count; i++) {
		node *next = rgc_new(node);
		rgc_steal(&next->next, first);
		first = next;
	}
	return first;
}

static node *make_ring(long count)
{
	node *first = rgc_new(node), *last = first;
	for (long i = 1; i < count; i++) {
		node *next = rgc_new(node);
		rgc_set(&last->next, next);
		rgc_set(&next->prev, last);
		rgc_decref(next);
		last = next;
	}
	rgc_set(&last->next, first);
	rgc_set(&first->prev, last);
	return first;
}

static node *make_tree(int depth)
{
	node *top = rgc_new(node);
	if (depth > 1) {
		rgc_steal(&top->next, make_tree(depth - 1));
		rgc_steal(&top->prev, make_tree(depth - 1));
	}
	return top;
}

static void print_pauses(const char *name, double start_ns, long pairs)
{
	printf("%s %.3f %.0f %.0f\n", name, (cpu_ns() - start_ns) / (2.0 * (double)pairs),
	       total_ns / (collections > 0 ? collections : 1), longest_ns);
}

static void run_replaced(const char *name)
{
	long live = scaled(0.5), pairs = scaled(4);
	node **slots = calloc((size_t)live, sizeof(*slots));
	for (long i = 0; i < live; i++)
		slots[i] = new_pair();
	longest_ns = total_ns = collections = 0;
	double start = cpu_ns();
	for (long i = 0; i < pairs; i++) {
		if (i % 4 == 0)
			rgc_steal(&slots[random_slot(live)], new_pair());
		else
			make_pair();
	}
	print_pauses(name, start, pairs);
	for (long i = 0; i < live; i++)
		rgc_decref(slots[i]);
	free(slots);
}

static void run_live(bool full)
{
	long live = scaled(5), pairs = scaled(4);
	rgc_auto node *first = make_list(live);
	rgc_collect(2);
	double start = cpu_ns();
	if (full) {
		rgc_collect(2);
		print_case("full", start, (double)live);
		return;
	}
	longest_ns = total_ns = collections = 0;
	for (long i = 0; i < pairs; i++)
		make_pair();
	print_pauses("e", start, pairs);
}

static void *echo(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords, (void)data;
	return rgc_tuple_ref(arguments, 0);
}

/* 100 arguments in turn: all hits with room for 128, all misses with room for 50. */
static void run_memo(const char *name, ssize_t maxsize)
{
	long calls = scaled(4);
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(echo, NULL, maxsize, false);
	rgc_int *numbers[100];
	for (int i = 0; i < 100; i++) {
		numbers[i] = rgc_int_new(1000 + i);
		rgc_decref(rgc_lru_cache_call1(cache, numbers[i]));
	}
	double start = cpu_ns();
	for (long i = 0; i < calls; i++)
		rgc_decref(rgc_lru_cache_call1(cache, numbers[i % 100]));
	print_case(name, start, (double)calls);
}

static void run(const char *name)
{
	double start = cpu_ns();
	node *made;
	switch (strlen(name) == 1 ? *name : 0) {
	case 'a':
		for (long i = scaled(10); i > 0; i--)
			rgc_decref(rgc_new(node));
		print_case(name, start, (double)scaled(10));
		break;
	case 'b':
		for (long i = scaled(1); i > 0; i--)
			make_pair();
		print_case(name, start, 2.0 * (double)scaled(1));
		break;
	case 'c':
		rgc_decref(make_ring(scaled(1)));
		start = cpu_ns();
		rgc_collect(2);
		print_case(name, start, (double)scaled(1));
		break;
	case 'd':
		made = make_tree(tree_depth());
		start = cpu_ns();
		rgc_decref(made);
		print_case(name, start, (double)(1L << tree_depth()));
		break;
	case 'f':
		made = make_list(scaled(10));
		start = cpu_ns();
		rgc_decref(made);
		print_case(name, start, (double)scaled(10));
		break;
	case 'e':
		run_live(false);
		break;
	default:
		if (!strcmp(name, "full"))
			run_live(true);
		else if (!strcmp(name, "e2"))
			run_replaced(name);
		else
			run_memo(name, strcmp(name, "hit") ? 50 : 128);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	scale = atol(argv[2]);
	rgc_callback_add(watch, NULL);
	run(argv[1]);
	return 0;
}
