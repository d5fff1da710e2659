/*
 * recorder_double.c - in place of the recorder: how often it was told that a line ended.  It is compiled as
 * anything is, and leaves no vector register as it was, as the recorder may.
 */
#include "testing.h"

#include "preload/record/lines.h"

#include <stdatomic.h>
#include <stdio.h>

__thread struct thread *thread_self;

static atomic_ulong told;
static atomic_bool never_rests; /* something happens after each */
static struct session_header session;
static _Alignas(64) struct session_chunk chunk;

void lines_ended(uint32_t row)
{
	(void)row;
	atomic_fetch_add(&told, 1);
	if (never_rests)
		atomic_fetch_add(&session.events_taken, 1);
	__asm__ volatile(
		"pcmpeqd %%xmm0, %%xmm0; movdqa %%xmm0, %%xmm1; movdqa %%xmm0, %%xmm2; movdqa %%xmm0, %%xmm3;"
		"movdqa %%xmm0, %%xmm4; movdqa %%xmm0, %%xmm5; movdqa %%xmm0, %%xmm6; movdqa %%xmm0, %%xmm7;"
		"movdqa %%xmm0, %%xmm8; movdqa %%xmm0, %%xmm9; movdqa %%xmm0, %%xmm10; movdqa %%xmm0, "
		"%%xmm11;"
		"movdqa %%xmm0, %%xmm12; movdqa %%xmm0, %%xmm13; movdqa %%xmm0, %%xmm14; movdqa %%xmm0, "
		"%%xmm15"
		:
		:
		: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
		  "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

/* Named where the compiler does not see that it is not called. */
uint64_t thread_slow_stamp(const struct thread *thread)
{
	return thread->last_stamp;
}

void record_this_thread(bool on)
{
	static __thread struct thread recorded;

	atomic_fetch_add(&session.events_taken, 1);
	recorded = (struct thread){.session = &session, .chunk = &chunk};
	thread_self = on ? &recorded : NULL;
	never_rests = on;
}

static unsigned long told_in(int (*traced)(int))
{
	unsigned long before = told;

	traced(10);
	return told - before;
}

void check_told(void)
{
	int (*one)(int) = CALL(int (*)(int), "traced_for");

	if (!one)
		return;
	expect(told > 1000, "ends of lines were told");
	record_this_thread(true);
	never_rests = false;
	unsigned long first = told_in(one), second = told_in(one);
	atomic_fetch_add(&session.events_taken, 1);
	unsigned long third = told_in(one);
	printf("%lu ends told, then %lu, then %lu\n", first, second, third);
	expect(first > 2 && second == 0 && third == first, "each once, until something happens");
	record_this_thread(false);
	unsigned long fourth = told_in(one);
	expect(fourth == third && told_in(one) == 0, "a thread without events tells each once");
}
