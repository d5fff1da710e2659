/*
 * deep_rgc.c - ends structures of great depth, of every type, by their counts and by the collector:
 * [CASE...]. The test runs it with a stack of 64 KiB.
 */
#include <mprof/rgc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH 10000000L
#define TREE_LEVELS 20

typedef struct node {
	RGC_HEAD;
	struct node *left, *right;
} node;
RGC_DEFINE_TYPE(node, left, right);

typedef struct branch {
	RGC_HEAD;
	rgc_list *children;
} branch;
RGC_DEFINE_TYPE(branch, children);

static void fail(const char *what)
{
	fprintf(stderr, "deep_rgc: %s\n", what);
	exit(1);
}

static void expect_empty(const char *what)
{
	if (rgc_heap_bytes() != 0)
		fail(what);
}

static node *make_chain(long length)
{
	node *first = NULL;
	for (long i = 0; i < length; i++) {
		node *next = rgc_new(node);
		if (!next)
			fail("no memory");
		next->left = first;
		first = next;
	}
	return first;
}

static node *make_tree(int levels)
{
	node *root = rgc_new(node);
	if (!root)
		fail("no memory");
	if (levels > 1) {
		root->left = make_tree(levels - 1);
		root->right = make_tree(levels - 1);
	}
	return root;
}

/* Each wraps `inner`, whose reference it consumes. */
static void *in_list(void *inner)
{
	rgc_list *list = rgc_list_new();
	if (!list || rgc_list_append_steal(list, inner))
		fail("no memory for a list");
	return list;
}

static void *in_tuple(void *inner)
{
	rgc_tuple *tuple = rgc_tuple_new(1);
	if (!tuple || rgc_tuple_init_steal(tuple, 0, inner))
		fail("no memory for a tuple");
	return tuple;
}

static void *in_dict(void *inner)
{
	rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_int *key = rgc_int_new(1);
	if (!dict || !key || rgc_dict_set(dict, key, inner))
		fail("no memory for a dictionary");
	rgc_decref(inner);
	return dict;
}

static void *in_deque(void *inner)
{
	rgc_deque *deque = rgc_deque_new(RGC_DEQUE_UNBOUNDED);
	if (!deque || rgc_deque_append_left_steal(deque, inner))
		fail("no memory for a deque");
	return deque;
}

static void *in_defaultdict(void *inner)
{
	rgc_defaultdict *outer = rgc_defaultdict_new(in_list, inner);
	if (!outer)
		fail("no memory for a defaultdict");
	rgc_decref(inner);
	return outer;
}

static void *in_set(void *inner)
{
	rgc_set *set = rgc_set_new();
	rgc_auto branch *item = rgc_new(branch); /* hashable, whatever is in it */
	if (!set || !item || rgc_set_add(set, item) != 1)
		fail("no memory for a set");
	item->children = in_list(inner);
	return set;
}

/* Which has a weak reference to itself. */
static void *in_watched(void *inner)
{
	node *outer = rgc_new(node);
	void *weak = outer ? rgc_weak_new(outer, NULL, NULL) : NULL;
	if (!weak)
		fail("no memory for a weak reference");
	outer->left = inner;
	outer->right = weak;
	return outer;
}

/* A tree that leans to one side; dropping what lies there comes before the leaf, or after. */
static void *in_left(void *inner)
{
	node *outer = rgc_new(node);
	if (!outer || !(outer->right = rgc_new(node)))
		fail("no memory for a tree");
	outer->left = inner;
	return outer;
}

static void *in_right(void *inner)
{
	node *outer = in_left(inner);
	struct node *leaf = outer->right;
	outer->right = outer->left;
	outer->left = leaf;
	return outer;
}

static void *in_branch(void *inner)
{
	branch *outer = rgc_new(branch);
	if (!outer || !(outer->children = in_list(inner)) ||
	    rgc_list_append_steal(outer->children, rgc_new(branch)))
		fail("no memory for a branch");
	return outer;
}

/* As many levels as half of the memory has room for. */
static long fitting_depth(long wanted, long bytes_each)
{
	long room = sysconf(_SC_AVPHYS_PAGES) * (sysconf(_SC_PAGESIZE) / 2) / bytes_each;
	if (room >= wanted)
		return wanted;
	printf("%ld levels, for want of memory\n", room);
	return room;
}

/* Once around nothing, and once around a list that contains it all. */
static void end_nested(void *(*wrap)(void *inner), long wanted, long bytes_each, const char *what)
{
	long depth = fitting_depth(wanted, bytes_each);
	for (int cyclic = 0; cyclic < 2; cyclic++) {
		rgc_list *innermost = rgc_list_new();
		void *outer = innermost;
		for (long i = 0; i < depth; i++)
			outer = wrap(outer);
		if (cyclic && rgc_list_append(innermost, outer))
			fail("no memory for a list");
		rgc_decref(outer);
		if (cyclic && rgc_collect(2) < depth)
			fail("what is nested is not found");
		expect_empty(what);
	}
}

/* Once around what is innermost on the left. */
static void collect_ring(node *first, long objects, const char *what)
{
	node *last = first;
	while (last->left)
		last = last->left;
	last->left = first; /* consumes the reference */
	if (rgc_collect(2) != objects)
		fail("what refers to itself is not found");
	expect_empty(what);
}

static void end_chain(void)
{
	rgc_decref(make_chain(DEPTH));
	expect_empty("a chain");
	collect_ring(make_chain(DEPTH), DEPTH, "a ring");
}

static void end_tree(void)
{
	rgc_decref(make_tree(TREE_LEVELS));
	expect_empty("a tree");
	collect_ring(make_tree(TREE_LEVELS), (1 << TREE_LEVELS) - 1, "a tree in a cycle");
}

static const struct {
	const char *name;
	void (*end)(void);
	void *(*wrap)(void *inner);
	long levels, bytes_each;
} cases[] = {
	{"chain", end_chain, NULL, 0, 0},
	{"tree", end_tree, NULL, 0, 0},
	{"left", NULL, in_left, DEPTH, 96},
	{"right", NULL, in_right, DEPTH, 96},
	{"watched", NULL, in_watched, DEPTH / 2, 144}, /* two objects each */
	{"list", NULL, in_list, DEPTH, 112},
	{"tuple", NULL, in_tuple, DEPTH, 48},
	{"dict", NULL, in_dict, DEPTH, 280},
	{"deque", NULL, in_deque, DEPTH / 10, 700},
	{"defaultdict", NULL, in_defaultdict, DEPTH / 5, 160}, /* two objects each */
	{"branch", NULL, in_branch, DEPTH / 2, 208},           /* two objects each */
	{"set", NULL, in_set, DEPTH / 10, 1000},               /* three, and a long way to each */
};

static bool is_chosen(const char *name, int argc, char **argv)
{
	bool chosen = argc == 1;
	for (int i = 1; i < argc; i++)
		chosen |= !strcmp(name, argv[i]);
	return chosen;
}

int main(int argc, char **argv)
{
	int ended = 0;
	rgc_disable();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (!is_chosen(cases[i].name, argc, argv))
			continue;
		if (cases[i].end)
			cases[i].end();
		else
			end_nested(cases[i].wrap, cases[i].levels, cases[i].bytes_each, cases[i].name);
		ended++;
	}
	printf("%d ended\n", ended);
	return ended ? 0 : 1;
}
