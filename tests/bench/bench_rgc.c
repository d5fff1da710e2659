/*
 * bench_rgc.c - what rgc's objects cost, in nanoseconds of CPU per object: argv name cases (all by default).
 *
 * Each case prints "case ns detail"; run it several times and compare ratios with other collectors' programs.
 */
#include <mprof/rgc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct node {
	RGC_HEAD;
	struct node *next, *prev;
	long value;
} node;
RGC_DEFINE_TYPE(node, next, prev);

#define MILLION 1000000L

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static uint64_t longest_ns; /* young collection */

static void watch(enum rgc_phase phase, const struct rgc_info *info, void *unused)
{
	(void)unused;
	if (phase == RGC_STOP && info->generation == 0 && info->duration_ns > longest_ns)
		longest_ns = info->duration_ns;
}

/* a: allocate and drop, one at a time. */
static void bench_allocate(void)
{
	long count = 10 * MILLION;
	double start = now_ns();
	for (long i = 0; i < count; i++)
		rgc_decref(rgc_new(node));
	printf("a %.2f allocate and drop\n", (now_ns() - start) / (double)count);
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

/* b: cycles of two, left to automatic collection. */
static void bench_pairs(void)
{
	double start = now_ns();
	for (long i = 0; i < MILLION; i++)
		make_pair();
	rgc_collect(2);
	printf("b %.2f pairs, automatic\n", (now_ns() - start) / (double)(2 * MILLION));
}

/* c: one ring. */
static void bench_ring(void)
{
	double start = now_ns();
	node *first = rgc_new(node), *last = first;
	for (long i = 1; i < MILLION; i++) {
		node *next = rgc_new(node);
		rgc_set(&last->next, next);
		rgc_steal(&next->prev, rgc_ref(last));
		rgc_decref(next);
		last = next;
	}
	rgc_set(&last->next, first);
	rgc_set(&first->prev, last);
	rgc_decref(first);
	double made = now_ns();
	ssize_t found = rgc_collect(2);
	printf("c %.2f ring, collect (made in %.2f, found %zd)\n", (now_ns() - made) / (double)MILLION,
	       (made - start) / (double)MILLION, found);
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

/* d: a binary tree, dropped. */
static void bench_tree(void)
{
	node *top = make_tree(20);
	double start = now_ns();
	rgc_decref(top);
	printf("d %.2f tree, drop\n", (now_ns() - start) / (double)((1 << 20) - 1));
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

/* f: a list, dropped. */
static void bench_list(void)
{
	node *first = make_list(10 * MILLION);
	double start = now_ns();
	rgc_decref(first);
	printf("f %.2f list, drop\n", (now_ns() - start) / (double)(10 * MILLION));
}

/* e: garbage beside many live objects; then a full collection of these. */
static void bench_live(void)
{
	node *live = make_list(5 * MILLION);
	rgc_collect(2);
	longest_ns = 0;
	double start = now_ns();
	for (long i = 0; i < 4 * MILLION; i++)
		make_pair();
	double ns = (now_ns() - start) / (double)(8 * MILLION);
	struct rgc_stats stats[RGC_GENERATIONS];
	rgc_get_stats(stats);
	printf("e %.2f pairs beside live objects, young pause %.3f ms on average, %.3f at most\n", ns,
	       (double)stats[0].duration_ns / (double)stats[0].collections / 1e6, (double)longest_ns / 1e6);
	start = now_ns();
	rgc_collect(2);
	printf("g %.2f full collection, per live object\n", (now_ns() - start) / (double)(5 * MILLION));
	rgc_decref(live);
}

/* e2: the same beside live pairs that are replaced at random, so that addresses scatter. */
static void bench_replaced(void)
{
	static node *slots[MILLION / 2];
	uint32_t random = 0;
	for (long i = 0; i < MILLION / 2; i++)
		slots[i] = new_pair();
	double start = now_ns();
	for (long i = 0; i < 4 * MILLION; i++) {
		random = random * 1664525u + 1013904223u;
		if (i % 4 == 0)
			rgc_steal(&slots[(random >> 8) % (MILLION / 2)], new_pair());
		else
			make_pair();
	}
	printf("e2 %.2f pairs, every fourth in place of a live one\n",
	       (now_ns() - start) / (double)(8 * MILLION));
	for (long i = 0; i < MILLION / 2; i++)
		rgc_clear(&slots[i]);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"a", bench_allocate}, {"b", bench_pairs},     {"c", bench_ring}, {"d", bench_tree},
	{"e", bench_live},     {"e2", bench_replaced}, {"f", bench_list},
};

int main(int argc, char **argv)
{
	rgc_callback_add(watch, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool wanted = argc == 1;
		for (int j = 1; j < argc; j++)
			wanted |= strcmp(argv[j], cases[i].name) == 0;
		if (wanted)
			cases[i].run();
	}
	return 0;
}
