/* Cases whose tails an optimizer makes one, which then stands at no line. */
#include <stdlib.h>

static void *keep[16];
static int kept;

__attribute__((noinline)) void fill(int what)
{
	switch (what) {
	case 1:
		keep[kept++] = malloc(300000);
		break;
	case 2:
		keep[kept++] = malloc(500000);
		break;
	case 3:
		keep[kept++] = malloc(700000);
		break;
	default:
		keep[kept++] = malloc(100000);
		break;
	}
}

int main(void)
{
	for (int i = 0; i < 4; i++)
		fill(i);
	return keep[0] == keep[3];
}
