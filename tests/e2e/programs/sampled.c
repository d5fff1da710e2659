/* Blocks of every kind, the same in each run: what is sampled of it can be held against what it did. */
#include "mprof/mprof.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS 40000

static void *volatile kept[BLOCKS];

static size_t size_of(int i)
{
	return 16 + (size_t)i * 7919 % 3000;
}

__attribute__((noinline)) static void counted_keep(void)
{
	for (int i = 0; i < BLOCKS; i++)
		kept[i] = malloc(size_of(i));
}

__attribute__((noinline)) static void counted_temporary(void)
{
	for (int i = 0; i < BLOCKS; i++) {
		void *volatile block = calloc(1, size_of(i));
		free(block);
	}
}

__attribute__((noinline)) static void counted_grow(void)
{
	for (int round = 0; round < 200; round++) {
		char *volatile block = NULL;

		for (size_t size = 1; size < 100000; size = size * 3 / 2 + 100)
			block = realloc(block, size);
		free(block);
	}
}

__attribute__((noinline)) static void counted_aligned(void)
{
	for (int i = 0; i < BLOCKS; i++) {
		void *volatile block = aligned_alloc(64, (size_of(i) + 63) / 64 * 64), *volatile other;

		other = malloc(24);
		free(block);
		free(other);
	}
}

__attribute__((noinline)) static void counted_track(void)
{
	static char pool[BLOCKS];

	for (int i = 0; i < BLOCKS; i++)
		mprof_track_alloc(pool + i, size_of(i));
	for (int i = 0; i < BLOCKS; i += 2)
		mprof_track_free(pool + i);
}

static void *half_freer(void *unused)
{
	for (int i = 0; i < BLOCKS; i += 2)
		free(kept[i]);
	return unused;
}

/* A child frees all that it inherits, which is nobody's business, and has blocks of its own. */
static void child(void)
{
	for (int i = 1; i < BLOCKS; i += 2)
		free(kept[i]);
	counted_temporary();
	exit(3);
}

int main(void)
{
	pthread_t thread;
	int status;

	mprof_mark("begin");
	counted_keep();
	counted_temporary();
	counted_grow();
	counted_aligned();
	counted_track();
	pthread_create(&thread, NULL, half_freer, NULL);
	pthread_join(thread, NULL);
	pid_t pid = fork();
	if (pid == 0)
		child();
	waitpid(pid, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	fflush(stdout);
	return 0;
}
