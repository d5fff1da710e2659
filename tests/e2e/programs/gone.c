/* Statements that compilers need no code for, and lines that are none.  Tags are looked for by the test. */
#include <stdio.h>
#include <stdlib.h>

int __attribute__((noinline)) work(int n)
{
	int unused;
	int dead = 5 * n; // gone
	int folded = 4;   // gone
	/* a comment = with; code(); */
	if (0)                 // always
		puts("never"); // always
#ifdef NEVER
	puts("not here");
	n = 3;
#else
	n += folded;
#endif
	for (int i = 0; i < n; i++) {
		dead = i; // gone
		if (i > 1000000)
			n--;
	}
	(void)unused;
	dead++; // gone
	char *block = malloc(100);
	fprintf(stderr, "%d", block == NULL);
	while (1) {
		if (n > 10)
			return n;
		n++;
	}
}

int main(void)
{
	return work(3) == 11 ? 0 : 1;
}
