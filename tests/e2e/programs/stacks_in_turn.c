/* Threads with frame pointers, one after the other on the same memory: the next one's stack is smaller, and
 * what was beyond it is gone.  Built so that both stand at the same stack pointers in the same function. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define LARGE (SMALL + 64 * FRAMES)
#define SMALL ((size_t)384 << 10)
#define FRAMES ((size_t)128) /* in two pages */

static uintptr_t seen[2][4 * FRAMES];
static size_t seen_count[2];

/* 64 bytes: two words that every frame has, and what it keeps. */
__attribute__((noinline)) static void counted_frames(size_t left, int turn)
{
	volatile char room[24];
	room[0] = (char)turn;
	seen[turn][seen_count[turn]++] = (uintptr_t)__builtin_frame_address(0);
	free(malloc(10));
	if (left > 0)
		counted_frames(left - 1, turn + room[0] - turn);
	__asm__ volatile("" ::: "memory");
}

static void *first(void *nothing)
{
	counted_frames(2 * FRAMES, 0);
	return nothing;
}

static void *second(void *nothing)
{
	counted_frames(FRAMES, 1);
	return nothing;
}

static int run(void *(*body)(void *), void *stack, size_t bytes)
{
	pthread_attr_t how;
	pthread_t thread;
	return pthread_attr_init(&how) || pthread_attr_setstack(&how, stack, bytes) ||
	       pthread_create(&thread, &how, body, NULL) || pthread_join(thread, NULL);
}

/* How many frames of the second stood where the first had one. */
static size_t common(void)
{
	size_t count = 0, at = 0;
	for (size_t i = 0; i < seen_count[1]; i++) {
		while (at < seen_count[0] && seen[0][at] > seen[1][i])
			at++;
		count += at < seen_count[0] && seen[0][at] == seen[1][i];
	}
	return count;
}

int main(void)
{
	char *stack = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack == MAP_FAILED || run(first, stack, LARGE) || munmap(stack + SMALL, LARGE - SMALL) ||
	    run(second, stack, SMALL))
		return 1;
	puts(common() > FRAMES / 2 ? "in turn" : "not in turn");
	return 0;
}
