/*
 * Stacks of one program in the same memory, one after the other, with what was beyond the next one gone.
 * Frames have frame pointers and stand at the same addresses, so that only what is further out tells them
 * apart.
 *
 * Usage: stacks_in_turn HOW, as in `ways` below.  Prints how many blocks it allocated; 1 if no two frames
 * met.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define KB ((size_t)1024)
#define ALL 1000

static char *memory;               /* 512 KB */
static bool seen[512 * 1024 / 16]; /* where a frame that allocated stood */
static size_t met, blocks;
static uintptr_t innermost;
static ucontext_t outside;

/* Of 1 KB; the last so many allocate. */
__attribute__((noinline)) static void counted_frames(size_t left, size_t allocating)
{
	volatile char room[976];
	innermost = (uintptr_t)__builtin_frame_address(0);
	bool *here = &seen[(innermost - (uintptr_t)memory) / 16];
	room[0] = 0;
	if (left < allocating) {
		met += *here;
		*here = true;
		free(malloc(10));
		blocks++;
	}
	if (left > 0)
		counted_frames(left - 1, allocating);
	__asm__ volatile("" ::"m"(room) : "memory");
}

static size_t deep, allocating;

static void go_deep(void)
{
	counted_frames(deep, allocating);
}

static void in_coroutine(size_t bytes, size_t frames, size_t how_many)
{
	ucontext_t inside;
	deep = frames;
	allocating = how_many;
	getcontext(&inside);
	inside.uc_stack.ss_sp = memory;
	inside.uc_stack.ss_size = bytes;
	inside.uc_link = &outside;
	makecontext(&inside, go_deep, 0);
	swapcontext(&outside, &inside);
}

/* Its frames stand where the last ones stood. */
static void in_shifted_coroutine(size_t bytes, size_t frames)
{
	uintptr_t others = innermost;
	in_coroutine(bytes, frames, 0);
	in_coroutine(bytes - (innermost - others) % KB, frames, ALL);
}

static void in_thread(void *(*body)(void *), size_t from, size_t to)
{
	pthread_attr_t how;
	pthread_t thread;
	if (pthread_attr_init(&how) || pthread_attr_setstack(&how, memory + from, to - from) ||
	    pthread_create(&thread, &how, body, NULL) || pthread_join(thread, NULL))
		exit(2);
}

static void gone(size_t from, size_t to)
{
	if (munmap(memory + from, to - from))
		exit(2);
}

static void *large(void *nothing)
{
	counted_frames(370, ALL);
	return nothing;
}

static void *large_late(void *nothing)
{
	counted_frames(370, 1);
	return nothing;
}

static void *small(void *nothing)
{
	counted_frames(200, ALL);
	return nothing;
}

static void *small_late(void *nothing)
{
	counted_frames(200, 1);
	return nothing;
}

static void *coroutines_below(void *nothing)
{
	in_shifted_coroutine(192 * KB, 90);
	return nothing;
}

static void *coroutines_beside(void *nothing)
{
	in_coroutine(256 * KB, 180, ALL);
	gone(128 * KB, 256 * KB);
	in_shifted_coroutine(128 * KB, 60);
	return nothing;
}

/* Down to less than a large frame from its end, beyond which is a page that cannot be read. */
static void *coroutines_below_a_guard(void *nothing)
{
	counted_frames(200, ALL);
	in_coroutine(252 * KB, 150, 1);
	gone(128 * KB, 252 * KB);
	in_shifted_coroutine(128 * KB, 60);
	return nothing;
}

static void threads(void)
{
	in_thread(large, 0, 512 * KB);
	gone(384 * KB, 512 * KB);
	in_thread(small, 0, 384 * KB);
}

static void late_thread(void)
{
	in_thread(large, 0, 512 * KB);
	gone(384 * KB, 512 * KB);
	in_thread(small_late, 0, 384 * KB);
}

static void thread_with_coroutines(void)
{
	in_thread(large_late, 0, 512 * KB);
	gone(192 * KB, 384 * KB);
	in_thread(coroutines_below, 384 * KB, 512 * KB);
}

static void coroutines(void)
{
	in_thread(coroutines_beside, 256 * KB, 512 * KB);
}

static void full_thread(void)
{
	if (mprotect(memory + 252 * KB, 4 * KB, PROT_NONE))
		exit(2);
	in_thread(coroutines_below_a_guard, 256 * KB, 512 * KB);
}

static const struct {
	const char *name;
	void (*go)(void);
} ways[] = {
	{"threads", threads},
	{"late-thread", late_thread},
	{"thread-with-coroutines", thread_with_coroutines},
	{"coroutines", coroutines},
	{"full-thread", full_thread},
};

int main(int argc, char **argv)
{
	memory = mmap(NULL, 512 * KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return 2;
	for (size_t i = 0; argc > 1 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, argv[1]) == 0)
			ways[i].go();
	printf("%zu\n", blocks);
	return met == 0;
}
