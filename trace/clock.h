/*
 * clock.h - the clock that orders events: one reading, the same on both sides of a session.
 *
 * A plain rdtsc where the processor says that the counter is invariant (it costs a third of
 * a CLOCK_MONOTONIC reading), else CLOCK_MONOTONIC nanoseconds.  Not ordered with the loads
 * and stores around it: whoever merges by it allows for some microseconds.
 * No allocation, no lock, no errno; safe in signal handlers.
 */
#ifndef MPROF_TRACE_CLOCK_H
#define MPROF_TRACE_CLOCK_H

#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

static inline uint64_t clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Whether the processor's counter runs at one rate whatever the core's frequency or sleep
 * (AMD64 Architecture Programmer's Manual vol. 3, CPUID Fn8000_0007_EDX bit 8). */
static inline bool clock_has_invariant_counter(void)
{
#if defined(__x86_64__)
	unsigned int a, b, c, d;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1u << 8);
#else
	return false;
#endif
}

/* For who waits without sleeping: some 40 ns, and the processor's other half gets on meanwhile. */
static inline void clock_spin(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb");
#endif
}

/* Now, in the unit that the session's flags name: counter ticks or nanoseconds. */
static inline uint64_t clock_ticks(uint32_t session_flags)
{
#if defined(__x86_64__)
	if (session_flags & SESSION_TSC)
		return __builtin_ia32_rdtsc();
#else
	(void)session_flags;
#endif
	return clock_monotonic_ns();
}

#endif
