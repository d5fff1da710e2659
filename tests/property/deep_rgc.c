/*
 * deep_rgc.c - drops structures of great depth, of every type; the test runs it with a stack of 64 KiB.
 */
#include <mprof/rgc.h>

#include <stdio.h>
#include <stdlib.h>

#define DEPTH 10000000
#define TREE_LEVELS 20

typedef struct node {
	RGC_HEAD;
	struct node *left, *right;
} node;
RGC_DEFINE_TYPE(node, left, right);

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

static void *in_set(void *inner)
{
	rgc_set *set = rgc_set_new();
	rgc_auto rgc_tuple *item = in_tuple(inner);
	rgc_auto rgc_weak *weak = rgc_weak_new(set, NULL, item); /* hashable, whatever is in it */
	if (!set || !weak || rgc_set_add(set, weak) != 1)
		fail("no memory for a set");
	return set;
}

static void drop_nested(void *(*wrap)(void *inner), long depth, const char *what)
{
	void *outer = rgc_list_new();
	for (long i = 0; i < depth; i++)
		outer = wrap(outer);
	rgc_decref(outer);
	expect_empty(what);
}

static void collect_ring(void)
{
	node *first = make_chain(DEPTH), *last = first;
	while (last->left)
		last = last->left;
	last->left = first; /* consumes the reference */
	if (rgc_collect(2) != DEPTH)
		fail("the ring is not found");
	expect_empty("a ring");
}

int main(void)
{
	rgc_disable();
	rgc_decref(make_chain(DEPTH));
	expect_empty("a chain");
	rgc_decref(make_tree(TREE_LEVELS));
	expect_empty("a tree");
	collect_ring();
	drop_nested(in_list, DEPTH / 10, "lists");
	drop_nested(in_tuple, DEPTH / 4, "tuples");
	drop_nested(in_dict, DEPTH / 20, "dictionaries");
	drop_nested(in_set, DEPTH / 40, "sets, tuples and weak references");
	puts("all dropped");
	return 0;
}
