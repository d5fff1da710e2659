/* Loads two plugins in turn, calls them, and unloads them. */
#include <dlfcn.h>
#include <stdio.h>

static void call(const char *path, const char *name)
{
	void *library = dlopen(path, RTLD_NOW);
	void (*function)(void) = library ? (void (*)(void))dlsym(library, name) : NULL;
	if (!function) {
		fprintf(stderr, "%s\n", dlerror());
		return;
	}
	function();
	dlclose(library);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (int i = 0; i < 200; i++) {
		call(argv[1], "counted_left");
		call(argv[2], "counted_right");
	}
	puts("unloaded");
	return 0;
}
