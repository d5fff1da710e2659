/*
 * torture.h - programs within the program, written to make stacks that are hard to walk.
 *
 * Each calls probe() at many points, and so does every operator new and delete below it.
 */
#ifndef MPROF_TESTS_TORTURE_H
#define MPROF_TESTS_TORTURE_H

#ifdef __cplusplus
extern "C" {
#endif

/* The tests': looks at the stack. */
void probe(void);

void torture_virtual_calls(int rounds);
void torture_exceptions(int rounds);
void torture_containers(int rounds);
void torture_odd_frames(int rounds); /* of variable size, realigned, both */
void torture_longjmp(int rounds);
void torture_coroutines(int rounds);
void torture_threads(int rounds);
void torture_shared_slots(int rounds);       /* functions alike, in every order */
void torture_hollow_frames(int rounds);      /* of which an earlier stack shows */
void torture_passing_coroutines(int rounds); /* left behind, their stacks unmapped and mapped again */
void torture_short_threads(int rounds);
int torture_recursion(int depth);

#ifdef __cplusplus
}
#endif

#endif
