/* copies.c - functions that are inlined: in several others, in each other, in themselves, in loops and
 * branches; and left by jumps.  What they do is called, so that no compiler makes one line of two. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#define APART __attribute__((noinline))
#define INLINED static inline __attribute__((always_inline))

static volatile unsigned done;
static jmp_buf out;

APART static void act(unsigned n)
{
	done += n;
}

INLINED void twice(unsigned n)
{
	act(n);     // twice_first
	act(n + 1); // twice_second
}

INLINED unsigned chooses(unsigned n)
{
	if (n % 3 == 0) {
		act(1); // chooses_third
		return 1;
	}
	act(2); // chooses_others
	return 2;
}

INLINED void loops(unsigned n)
{
	act(n); // loops_before
	for (unsigned i = 0; i < n; i++) {
		act(i);   // loops_body
		twice(i); // loops_nested
	}
	act(n); // loops_behind
}

INLINED void leaves(unsigned n)
{
	act(n); // leaves_before
	if (n == 5)
		longjmp(out, 1); // leaves_jump
	act(n);                  // leaves_behind
}

static inline unsigned recurs(unsigned n)
{
	act(n); // recurs_line
	return n == 0 ? 0 : recurs(n - 1) + 1;
}

APART static void host(unsigned n)
{
	act(n);   // host_before
	twice(n); // host_twice
	loops(n);
	act(n); // host_behind
}

APART static unsigned other_host(unsigned n)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < n; i++) {
		sum += chooses(i);
		if (i % 2)
			twice(i);
		act(sum); // other_host_line
	}
	return sum;
}

APART static void jumped_out_of(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		leaves(i);
}

APART static void jumps(void)
{
	if (setjmp(out) == 0)
		jumped_out_of(9);
}

int main(void)
{
	for (unsigned i = 0; i < 7; i++)
		host(i);
	jumps();
	unsigned sum = other_host(10) + recurs(done % 7 + 9);
	act(sum);
	printf("%u\n", done);
	return 0;
}
