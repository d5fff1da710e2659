/*
 * bench_unwind.c - nanoseconds a stack at several depths: what the recorder asks for a stack that is known
 * whole, or in part; our walk, alone and with interning; libunwind's unw_backtrace.
 */
#include "preload/memory/contexts.h"
#include "preload/unwind/context.h"
#include "preload/unwind/fast_walk.h"
#include "preload/unwind/unwind.h"
#include "tests/bench/bench_session.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 200000
#define REPEATS 5

enum method { KNOWN_WHOLE, KNOWN_IN_PART, WALK, WALK_AND_INTERN, UNW_BACKTRACE, METHODS };

static struct unwind_state *state;
static struct contexts *contexts;
static size_t frames_seen;
static volatile uint32_t node;

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

__attribute__((noinline)) static void take(enum method method)
{
	struct unwind_start start;
	const struct path_frame *frames;
	void *pcs[256];
	UNWIND_HERE(&start);
	if (method == UNW_BACKTRACE) {
		frames_seen = (size_t)unw_backtrace(pcs, 256);
		return;
	}
	if (method == KNOWN_WHOLE) {
		node = unwind_context(state, contexts, &start);
		return;
	}
	if (method == KNOWN_IN_PART) {
		struct trail_meeting met;
		if (!fast_walk_follow(state, &start, &met))
			return;
		trail_renew(&state->trail, contexts, met);
		node = trail_intern(&state->trail, contexts, met);
		state->trail.count--; /* the innermost frame is to be new each time */
		return;
	}
	frames_seen = unwind_walk(state, &start, &frames);
	if (method == WALK_AND_INTERN)
		node = contexts_path(contexts, frames, frames_seen);
}

/* Frames without a frame pointer, as compilers make them. */
__attribute__((noinline)) static double at_depth(int depth, enum method method)
{
	if (depth > 0) {
		volatile double below = at_depth(depth - 1, method);
		return below;
	}
	double best = 1e18;
	take(WALK); /* for its count */
	for (int repeat = 0; repeat < REPEATS; repeat++) {
		double start = now_ns();
		for (int i = 0; i < ROUNDS; i++)
			take(method);
		double each = (now_ns() - start) / ROUNDS;
		best = each < best ? each : best;
	}
	return best;
}

int main(void)
{
	static const int depths[] = {5, 15, 40};
	static const char *const names[METHODS] = {"known whole", "known in part", "walk", "walk and intern",
						   "unw_backtrace"};
	state = bench_pages(unwind_state_bytes());
	contexts = bench_pages(sizeof(*contexts));
	bench_session_start();
	for (enum method method = 0; method < METHODS; method++)
		for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
			/* main and what is around it count as well. */
			double ns = at_depth(depths[i] - 5, method);
			printf("%-16s %2zu frames  %7.1f ns/stack  %5.2f ns/frame\n", names[method],
			       frames_seen, ns, ns / (double)frames_seen);
		}
	return 0;
}
