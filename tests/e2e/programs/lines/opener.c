/* Opens each library, calls its function in two threads, and closes it: as often as the first argument says.
 * Before that it opens all of them at once, in threads of their own, if that is negative. */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int (*function_of(void *library, const char *path))(int)
{
	const char *slash = strrchr(path, '/');
	char name[64];

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : path);
	name[strcspn(name, ".")] = '\0';
	return (int (*)(int))(long)dlsym(library, name);
}

static void *call(void *function)
{
	return (void *)(long)((int (*)(int))(long)function)(10);
}

static void *open_and_call(void *path)
{
	void *library = dlopen(path, RTLD_NOW);

	return library ? call((void *)(long)function_of(library, path)) : NULL;
}

static long use(const char *path)
{
	void *library = dlopen(path, RTLD_NOW), *results[2];
	pthread_t threads[2];

	if (!library)
		exit(1);
	void *function = (void *)(long)function_of(library, path);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, call, function);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], &results[i]);
	dlclose(library);
	return (long)results[0] + (long)results[1];
}

int main(int argc, char **argv)
{
	int rounds = atoi(argv[1]);
	pthread_t threads[64];
	long sum = 0;

	for (int i = 2; rounds < 0 && i < argc; i++)
		pthread_create(&threads[i], NULL, open_and_call, argv[i]);
	for (int i = 2; rounds < 0 && i < argc; i++)
		pthread_join(threads[i], NULL);
	for (int round = 0; round < abs(rounds); round++)
		for (int i = 2; i < argc; i++)
			sum += use(argv[i]);
	printf("%ld\n", sum);
	fflush(stdout);
	if (getenv("KILLED"))
		raise(SIGKILL);
	return 0;
}
