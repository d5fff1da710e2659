/* Built twice, with other names and frame layouts: code that comes and goes at one address. */
#include <stdlib.h>

#ifdef RIGHT
#define BALLAST 3000
void counted_right(void);
void counted_right(void)
#else
#define BALLAST 24
void counted_left(void);
void counted_left(void)
#endif
{
	volatile char ballast[BALLAST];
	ballast[0] = 1;
	void *volatile block = malloc(100 + (size_t)ballast[0]);
	free(block);
}
