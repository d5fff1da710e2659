/* The library that deepbind.c opens. */
#include <stdlib.h>

void *make(void);
void *make(void)
{
	return malloc(10);
}
