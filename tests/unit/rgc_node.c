/* rgc_node.c - see rgc_node.h. */
#include "rgc_node.h"

void (*on_finalize)(guard *self);

static void guard_finalize(void *self)
{
	if (on_finalize)
		on_finalize(self);
}

RGC_DEFINE_PUBLIC_TYPE((NULL, NULL, NULL, NULL), node, next, prev);
RGC_DEFINE_PUBLIC_TYPE((NULL, NULL, NULL, NULL), leaf);
RGC_DEFINE_PUBLIC_TYPE((guard_finalize, NULL, NULL, NULL), guard, next);

node *make_pair(void)
{
	node *a = rgc_new(node);
	rgc_steal(&a->next, rgc_new(node));
	rgc_steal(&a->next->prev, a);
	return a;
}

guard *make_guard_pair(long first, long second)
{
	guard *a = rgc_new(guard), *b = rgc_new(guard);
	a->value = first;
	b->value = second;
	a->next = b;
	b->next = a;
	return a;
}
