/* Looks at objects that have ended, one of each layout; by the first argument. */
#include <mprof/rgc.h>

#include <stdio.h>
#include <string.h>

typedef struct node {
	RGC_HEAD;
	struct node *next;
	long value;
} node;
RGC_DEFINE_TYPE(node, next);

typedef struct leaf {
	RGC_HEAD;
	long value;
} leaf;
RGC_DEFINE_TYPE(leaf);

int main(int argc, char **argv)
{
	node *kept = rgc_new(node), *ended = rgc_new(node);
	leaf *plain = rgc_new(leaf);
	const char *what = argc > 1 ? argv[1] : "";
	rgc_set(&ended->next, ended);
	rgc_decref(plain);
	rgc_decref(ended);
	rgc_collect(2);
	if (!strcmp(what, "leaf"))
		printf("%ld\n", plain->value);
	if (!strcmp(what, "node"))
		printf("%ld\n", ended->value);
	if (!strcmp(what, "count"))
		printf("%ld\n", kept->value + (ended->rgc_head.type == kept->rgc_head.type));
	if (!strcmp(what, "drop"))
		rgc_decref(plain);
	rgc_decref(kept);
	puts("end");
	return 0;
}
