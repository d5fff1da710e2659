/* Allocates at every instruction of a call through the PLT, from a handler on a stack of its own, and below
 * code that was made at run time and has no unwind information; x86-64 only. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ROUNDS 200

static volatile long steps;

/* ---- one instruction after the other ------------------------------------------- */

static void counted_on_step(int number)
{
	(void)number;
	free(malloc(50));
	steps++;
}

static void set_up(void)
{
	static char memory[1 << 16];
	struct sigaction action = {.sa_handler = counted_on_step, .sa_flags = SA_ONSTACK};

	sigaltstack(&(stack_t){.ss_sp = memory, .ss_size = sizeof(memory)}, NULL);
	sigaction(SIGTRAP, &action, NULL);
}

/* The trap flag: a SIGTRAP after each instruction until it is taken back. */
__attribute__((noinline)) static int counted_stepped(const char *text)
{
	int result;

	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | 0x100);
	result = atoi(text); /* at first by the linker's lazy binding */
	result += atoi(text);
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~UINT64_C(0x100));
	return result;
}

/* ---- code without unwind information ------------------------------------------- */

/* push %rbp; mov %rsp,%rbp; call *%rdi; pop %rbp; ret */
static const unsigned char framed[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
/* sub $8,%rsp; call *%rdi; add $8,%rsp; ret */
static const unsigned char frameless[] = {0x48, 0x83, 0xec, 0x08, 0xff, 0xd7, 0x48, 0x83, 0xc4, 0x08, 0xc3};

static void *code;

__attribute__((noinline)) static void counted_callee(void)
{
	free(malloc(70));
}

static void call_made(const unsigned char *bytes, size_t count)
{
	memcpy(code, bytes, count);
	((void (*)(void (*)(void)))code)(counted_callee);
}

__attribute__((noinline)) static void counted_framed(void)
{
	call_made(framed, sizeof(framed));
}

__attribute__((noinline)) static void counted_frameless(void)
{
	call_made(frameless, sizeof(frameless));
}

int main(void)
{
	set_up();
	int result = counted_stepped("21");
	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code == MAP_FAILED)
		return 77;
	for (int i = 0; i < ROUNDS; i++) {
		counted_framed();
		counted_frameless();
	}
	printf("%d %ld\n", result, steps);
	return 0;
}
