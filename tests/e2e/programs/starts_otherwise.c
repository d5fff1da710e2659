/* A library that is started instead of the C library, and has something to do from three lines first. */
#include <dlfcn.h>
#include <stdlib.h>

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
			   void (*loader)(void), void *end);
start_function __libc_start_main;

__attribute__((noinline)) static void counted_leaf(void)
{
	void *volatile block = malloc(40);
	free(block);
}

__attribute__((noinline)) static void helper(void)
{
	counted_leaf();
	__asm__ volatile("");
}

__attribute__((noinline)) static void caller(void)
{
	helper();
	__asm__ volatile("");
}

int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*loader)(void), void *end)
{
	start_function *real = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
	caller(); /* one */
	__asm__ volatile("");
	caller(); /* two */
	__asm__ volatile("");
	caller(); /* three */
	return real(main, argc, argv, init, fini, loader, end);
}
