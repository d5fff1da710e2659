/* A C program that runs a plugin, argv[1], and says what C++ it sees itself before and after, and what is
 * left of errors of the dynamic linker. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	const char *before = dlsym(RTLD_DEFAULT, "_Znwm") ? "some" : "none";
	(void)dlerror();
	void *plugin = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	void (*run)(void) = NULL;
	if (plugin)
		*(void **)&run = dlsym(plugin, "run_plugin");
	if (!run) {
		puts(dlerror());
		return 1;
	}
	run();
	const char *error = dlerror();
	printf("C++: %s; error: %s\n", before, error ? error : "none");
	return 0;
}
