/* recursion.c - lines of a function that calls itself: each activation counts, and memory is that after its
 * own line. */
#include <mprof/mprof.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
	struct node *left, *right;
	char payload[1000];
};

MPROF_PROFILE static struct node *grow(int depth)
{
	if (depth == 0)
		return NULL;
	struct node *node = malloc(sizeof(*node));
	if (!node)
		return NULL;
	node->left = grow(depth - 1);
	node->right = grow(depth - 1);
	return node;
}

MPROF_PROFILE static int fell(struct node *node)
{
	if (!node)
		return 0;
	int below = fell(node->left) + fell(node->right);
	free(node);
	return below + 1;
}

int main(void)
{
	printf("%d nodes\n", fell(grow(10)));
	return EXIT_SUCCESS;
}
