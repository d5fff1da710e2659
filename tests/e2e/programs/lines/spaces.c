/* Opens a library as its first argument says, calls its function each time, and prints the sum:
 * namespaces  once as others do, twice in a namespace of its own
 * twice       and a second file, both at once
 * nobody      and once more as another user
 * small_stack on a stack of 8 KB */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

static ucontext_t outer, inner;
static const char *path;
static int sum;

static void *use(void *library)
{
	int (*function)(int) = library ? (int (*)(int))(long)dlsym(library, "opened_work") : NULL;

	if (!function)
		exit(2);
	sum += function(10);
	return library;
}

static void *open_it(const char *file)
{
	return use(dlopen(file, RTLD_NOW));
}

static void on_small_stack(void)
{
	open_it(path);
}

int main(int argc, char **argv)
{
	const char *how = argv[1];
	static char stack[8192];

	path = argv[2];
	if (strcmp(how, "small_stack") == 0) {
		getcontext(&inner);
		inner.uc_stack.ss_sp = stack;
		inner.uc_stack.ss_size = sizeof(stack);
		inner.uc_link = &outer;
		makecontext(&inner, on_small_stack, 0);
		swapcontext(&outer, &inner);
	} else if (strcmp(how, "namespaces") == 0) {
		open_it(path);
		for (int i = 0; i < 2; i++)
			use(dlmopen(LM_ID_NEWLM, path, RTLD_NOW));
	} else if (strcmp(how, "twice") == 0) {
		open_it(path);
		open_it(argv[argc - 1]);
	} else {
		void *first = open_it(path);

		if (setgid(65534) != 0 || setuid(65534) != 0)
			return 77;
		dlclose(first);
		open_it(argv[argc - 1]);
	}
	printf("%d\n", sum);
	return 0;
}
