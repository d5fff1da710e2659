/* A stack dies, and a smaller one takes the lower half of its place.  There, code without unwind
 * information allocates, with a frame pointer register that leads into what is dead. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE 4096
#define LARGE (16 * PAGE)
#define SMALL (2 * PAGE)

static ucontext_t outside, inside;
static char *space;

void *allocate_with_frame_pointer(void *(*allocate)(size_t), size_t size, void *frame_pointer);
__asm__(".text\n"
	".type allocate_with_frame_pointer, @function\n"
	"allocate_with_frame_pointer:\n"
	"push %rbp\n"
	"mov %rdx, %rbp\n"
	"mov %rdi, %rax\n"
	"mov %rsi, %rdi\n"
	"sub $16, %rsp\n"
	"call *%rax\n"
	"add $16, %rsp\n"
	"pop %rbp\n"
	"ret\n"
	".size allocate_with_frame_pointer, .-allocate_with_frame_pointer\n");

static __attribute__((noinline)) void counted_deep(int depth)
{
	volatile char frame[1000];
	frame[0] = 0;
	if (depth) {
		counted_deep(depth - 1);
	} else {
		void *volatile block = malloc(10);
		free(block);
	}
	(void)frame[999];
}

static void on_large_stack(void)
{
	counted_deep(20);
}

static void on_small_stack(void)
{
	free(allocate_with_frame_pointer(malloc, 10, space + SMALL + PAGE));
	free(allocate_with_frame_pointer(malloc, 10, space + LARGE / 2 - 16));
}

static void run_on(char *stack, size_t bytes, void (*function)(void))
{
	getcontext(&inside);
	inside.uc_stack.ss_sp = stack;
	inside.uc_stack.ss_size = bytes;
	inside.uc_link = &outside;
	makecontext(&inside, function, 0);
	swapcontext(&outside, &inside);
}

int main(void)
{
	space = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (space == MAP_FAILED)
		return 1;
	run_on(space, LARGE, on_large_stack);
	char *half = space + LARGE / 2;
	space = half;
	if (mprotect(half + SMALL, LARGE / 2 - SMALL, PROT_NONE))
		return 1;
	run_on(half, SMALL, on_small_stack);
	puts("alive");
	return 0;
}
