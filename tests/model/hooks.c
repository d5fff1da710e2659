/*
 * hooks.c - what code compiled with -fsanitize=thread calls, and the system calls that it makes.
 */
#include "explore.h"
#include "memory.h"
#include "schedule.h"

#include "preload/base/kernel.h"
#include "trace/session.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* ---- plain accesses ---------------------------------------------------------- */

static void plain_read(const volatile void *at, unsigned bytes)
{
	if (memory_follows(at) && !memory_read_plain(schedule_self(), at, bytes))
		schedule_fail("reads what another is not known to have finished writing");
}

static void plain_write(const volatile void *at, unsigned bytes)
{
	if (memory_follows(at) && !memory_write_plain(schedule_self(), at, bytes))
		schedule_fail("writes what another may still use");
}

#define PLAIN(bytes)                                                                                         \
	void __tsan_read##bytes(void *at);                                                                   \
	void __tsan_write##bytes(void *at);                                                                  \
	void __tsan_read##bytes(void *at)                                                                    \
	{                                                                                                    \
		plain_read(at, bytes);                                                                       \
	}                                                                                                    \
	void __tsan_write##bytes(void *at)                                                                   \
	{                                                                                                    \
		plain_write(at, bytes);                                                                      \
	}
PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)

/* Two fields at once, or a struct: as its words. */
void __tsan_read_range(char *at, size_t bytes);
void __tsan_write_range(char *at, size_t bytes);
void __tsan_read16(char *at);
void __tsan_write16(char *at);

void __tsan_read_range(char *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 8)
		plain_read(at + i, 8);
}

void __tsan_write_range(char *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 8)
		plain_write(at + i, 8);
}

void __tsan_read16(char *at)
{
	__tsan_read_range(at, 16);
}

void __tsan_write16(char *at)
{
	__tsan_write_range(at, 16);
}

void __tsan_init(void);
void __tsan_func_entry(void *pc);
void __tsan_func_exit(void);
void __tsan_atomic_signal_fence(int order);

void __tsan_init(void)
{
}

void __tsan_func_entry(void *pc)
{
	(void)pc;
}

void __tsan_func_exit(void)
{
}

void __tsan_atomic_signal_fence(int order)
{
	(void)order;
}

/* ---- atomic accesses --------------------------------------------------------- */

/* What is not followed belongs to one task, or is no concern of the ring's. */
static uint64_t unfollowed(const volatile void *at, unsigned bytes)
{
	return bytes == 4 ? *(const volatile uint32_t *)at : *(const volatile uint64_t *)at;
}

static void set_unfollowed(volatile void *at, unsigned bytes, uint64_t value)
{
	if (bytes == 4)
		*(volatile uint32_t *)at = (uint32_t)value;
	else
		*(volatile uint64_t *)at = value;
}

static uint64_t load(const volatile void *at, unsigned bytes, int order)
{
	if (!memory_follows(at))
		return unfollowed(at, bytes);
	schedule_point();
	unsigned task = schedule_self(), age = explore_choose(memory_choices(task, at), true);
	uint64_t value = memory_load(task, at, bytes, order, age);
	schedule_did(age ? "load, stale" : "load", at, value);
	return value;
}

static void store(volatile void *at, unsigned bytes, uint64_t value, int order)
{
	if (!memory_follows(at)) {
		set_unfollowed(at, bytes, value);
		return;
	}
	schedule_point();
	memory_store(schedule_self(), at, bytes, value, order);
	schedule_did("store", at, value);
}

/* Ahead of a read-modify-write: the newest value, with a turn for others before it. */
static uint64_t newest(volatile void *at, unsigned bytes)
{
	if (memory_follows(at))
		schedule_point();
	return unfollowed(at, bytes);
}

static void change(volatile void *at, unsigned bytes, uint64_t old, uint64_t value, int order)
{
	if (!memory_follows(at)) {
		set_unfollowed(at, bytes, value);
		return;
	}
	memory_exchange(schedule_self(), at, bytes, value, order);
	schedule_did("change", at, old);
}

/* A failed compare-exchange is a load. */
static void fail(volatile void *at, unsigned bytes, uint64_t old, int order)
{
	if (!memory_follows(at))
		return;
	memory_load(schedule_self(), at, bytes, order, 0);
	schedule_did("failed change", at, old);
}

#define ATOMIC(bits, type)                                                                                   \
	type __tsan_atomic##bits##_load(const volatile type *at, int order);                                 \
	void __tsan_atomic##bits##_store(volatile type *at, type value, int order);                          \
	type __tsan_atomic##bits##_exchange(volatile type *at, type value, int order);                       \
	type __tsan_atomic##bits##_fetch_add(volatile type *at, type value, int order);                      \
	type __tsan_atomic##bits##_fetch_sub(volatile type *at, type value, int order);                      \
	int __tsan_atomic##bits##_compare_exchange_strong(volatile type *at, type *expected, type value,     \
							  int order, int otherwise);                         \
	int __tsan_atomic##bits##_compare_exchange_weak(volatile type *at, type *expected, type value,       \
							int order, int otherwise);                           \
	type __tsan_atomic##bits##_load(const volatile type *at, int order)                                  \
	{                                                                                                    \
		return (type)load(at, sizeof *at, order);                                                    \
	}                                                                                                    \
	void __tsan_atomic##bits##_store(volatile type *at, type value, int order)                           \
	{                                                                                                    \
		store(at, sizeof *at, value, order);                                                         \
	}                                                                                                    \
	type __tsan_atomic##bits##_exchange(volatile type *at, type value, int order)                        \
	{                                                                                                    \
		type old = (type)newest(at, sizeof *at);                                                     \
		change(at, sizeof *at, old, value, order);                                                   \
		return old;                                                                                  \
	}                                                                                                    \
	type __tsan_atomic##bits##_fetch_add(volatile type *at, type value, int order)                       \
	{                                                                                                    \
		type old = (type)newest(at, sizeof *at);                                                     \
		change(at, sizeof *at, old, (type)(old + value), order);                                     \
		return old;                                                                                  \
	}                                                                                                    \
	type __tsan_atomic##bits##_fetch_sub(volatile type *at, type value, int order)                       \
	{                                                                                                    \
		return __tsan_atomic##bits##_fetch_add(at, (type)-value, order);                             \
	}                                                                                                    \
	int __tsan_atomic##bits##_compare_exchange_strong(volatile type *at, type *expected, type value,     \
							  int order, int otherwise)                          \
	{                                                                                                    \
		type old = (type)newest(at, sizeof *at);                                                     \
		bool equal = old == *expected;                                                               \
		if (equal)                                                                                   \
			change(at, sizeof *at, old, value, order);                                           \
		else                                                                                         \
			fail(at, sizeof *at, old, otherwise);                                                \
		*expected = old;                                                                             \
		return equal;                                                                                \
	}                                                                                                    \
	int __tsan_atomic##bits##_compare_exchange_weak(volatile type *at, type *expected, type value,       \
							int order, int otherwise)                            \
	{                                                                                                    \
		return __tsan_atomic##bits##_compare_exchange_strong(at, expected, value, order, otherwise); \
	}
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)

/* ---- system calls ------------------------------------------------------------ */

static long futex(va_list arguments)
{
	uint32_t *word = va_arg(arguments, uint32_t *);
	int operation = va_arg(arguments, int);
	uint32_t value = va_arg(arguments, uint32_t);

	if (operation == FUTEX_WAKE)
		schedule_wake(word);
	else if (*word == value)
		schedule_wait(word);
	return 0;
}

/* A task's pages are its own; they are taken once and used in every run. */
static long map_pages(size_t bytes)
{
	static char *pages[SCHEDULE_TASKS];
	static size_t sizes[SCHEDULE_TASKS];
	unsigned task = schedule_self();

	if (sizes[task] < bytes) {
		free(pages[task]);
		pages[task] = calloc(1, bytes);
		sizes[task] = bytes;
	}
	return pages[task] ? (long)(uintptr_t)pages[task] : -1;
}

/* As preload/base/kernel.c, of which nothing else may be linked. */
_Atomic uint32_t confine_word;

long kernel_call_of_six(long number, ...)
{
	va_list arguments;
	long result = 0;

	va_start(arguments, number);
	if (number == SYS_futex) {
		result = futex(arguments);
	} else if (number == SYS_rt_sigprocmask) {
		(void)va_arg(arguments, int);
		const uint64_t *mask = va_arg(arguments, const uint64_t *);
		uint64_t *before = va_arg(arguments, uint64_t *);
		schedule_block_signals(*mask != 0);
		if (before)
			*before = 0;
	} else if (number == SYS_gettid) {
		result = (long)schedule_self() + 1;
	} else if (number == SYS_mmap) {
		(void)va_arg(arguments, void *);
		result = map_pages(va_arg(arguments, size_t));
	} else if (number != SYS_madvise) {
		schedule_fail("makes a system call that nobody knows of");
	}
	va_end(arguments);
	return result;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	uint64_t ns = schedule_time_ns();

	(void)clock;
	now->tv_sec = (time_t)(ns / 1000000000u);
	now->tv_nsec = (long)(ns % 1000000000u);
	return 0;
}
