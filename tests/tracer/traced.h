/*
 * traced.h - functions whose lines are counted, in objects of their own: one for each level of optimization.
 *
 * The driver finds them by name.  What a line is to count stands behind it in the source, as "hits N".
 */
#ifndef MPROF_TESTS_TRACER_TRACED_H
#define MPROF_TESTS_TRACER_TRACED_H

#if defined(__clang__)
#define TRACED __attribute__((noinline, visibility("default")))
#else
#define TRACED __attribute__((noinline, noclone, visibility("default")))
#endif

/* What the functions themselves call, in the driver. */
struct traced_calls {
	void (*yield)(void);
	void (*jump)(void *environment);
	void (*raise_signal)(void);
};

#endif
