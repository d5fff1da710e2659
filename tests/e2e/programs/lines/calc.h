#include <string.h>
struct node {
	int kind;
	struct node *left, *right;
	void *more;
};
struct node *node_made(int kind, struct node *left, struct node *right);
