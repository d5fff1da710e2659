/* Frees what a library allocates that is bound to the C library directly. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	void *deep = dlopen(argv[argc - 1], RTLD_NOW | RTLD_DEEPBIND);
	void *(*make)(void) = deep ? (void *(*)(void))dlsym(deep, "make") : NULL;
	if (!make)
		return 1;
	for (int i = 0; i < 1000; i++)
		free(make());
	puts("fine");
	return 0;
}
