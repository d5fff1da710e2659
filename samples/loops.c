/* loops.c - how often each line ran, and what memory there was after it: `mprof run --lines`.  loops.py does
 * the same. */
#include <mprof/mprof.h>
#include <stdio.h>
#include <stdlib.h>

static char *rows[1000];

MPROF_PROFILE static int fill_and_empty(int n)
{
	int kept = 0;
	for (int i = 0; i < n; i++) {
		if (i % 10 == 0) {
			rows[kept] = malloc(1000000);
			kept += 1;
		}
	}
	int emptied = 0;
	while (kept > 0) {
		kept -= 1;
		free(rows[kept]);
		emptied += 1;
	}
	return emptied;
}

int main(void)
{
	printf("%d rows came and went\n", fill_and_empty(200));
	return EXIT_SUCCESS;
}
