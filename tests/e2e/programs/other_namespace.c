/* A library in a link-map namespace of its own, with a libc of its own, which no preloaded library reaches:
 * argv[1] is built from plugin.c, left. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < 5 && argc > 1; i++) {
		void *library = dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW | RTLD_LOCAL);
		void *function = library ? dlsym(library, "counted_left") : NULL;
		if (!function)
			return fprintf(stderr, "%s\n", dlerror()), 1;
		for (int call = 0; call < 100; call++)
			((void (*)(void))function)();
		dlclose(library);
	}
	puts("done");
	return 0;
}
