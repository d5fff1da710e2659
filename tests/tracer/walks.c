/* walks.c - the shim's walks from signals that come in while traced code runs: they show the program as it
 * was. */
#include "testing.h"

#include "preload/base/guard.h"
#include "preload/unwind/original.h"
#include "preload/unwind/unwind.h"

#include "trace/session.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define STORM_WALKS 3000

/* ---- walks from within a hit -------------------------------------------------------------------------- */

static __thread struct unwind_state *unwinder;
static volatile unsigned walks, lost, strangers, in_trampolines;

static void make_unwinder(void)
{
	unwinder = mmap(NULL, unwind_state_bytes(), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	walks = lost = strangers = in_trampolines = 0;
}

/* Nothing of the tracer's may show. */
static bool is_of_the_program(uintptr_t pc)
{
	struct dl_find_object found;

	return _dl_find_object((void *)pc, &found) == 0 && !tracer_is_own_code(pc);
}

/* The call path of whom a signal interrupted, as one number. */
static uint64_t judge_walk(const struct unwind_start *start, const ucontext_t *interrupted)
{
	const struct path_frame *frames;
	uintptr_t pc = (uintptr_t)interrupted->uc_mcontext.gregs[REG_RIP], original, delta;
	size_t count = unwind_walk(unwinder, start, &frames);
	uint64_t path = 0;

	walks++;
	in_trampolines += tracer_original(pc, &original, &delta) || tracer_is_own_code(pc);
	lost += (frames[count - 1].module & NODE_TRUNCATED) != 0;
	for (size_t i = 0; i < count; i++) {
		strangers += !is_of_the_program(frames[i].pc - !(frames[i].module & NODE_EXACT_PC));
		path = (path ^ frames[i].pc ^ (frames[i].module & NODE_EXACT_PC)) * 0x9e3779b97f4a7c15;
		path ^= path >> 29;
	}
	return path;
}

/* Nobody walks from a handler that interrupted the shim: then false. */
static __attribute__((noinline)) bool walk_from_here(const ucontext_t *interrupted, uint64_t *path)
{
	struct unwind_start here;

	if (guard != GUARD_IDLE)
		return false;
	UNWIND_HERE(&here);
	*path = judge_walk(&here, interrupted);
	return true;
}

static void expect_good_walks(void)
{
	printf("%u walks, %u of them from the tracer's code\n", walks, in_trampolines);
	expect(in_trampolines > 0, "some signals come in within a hit");
	expect(lost == 0, "every walk gets to the end");
	expect(strangers == 0, "no walk shows the tracer");
}

/* ---- a storm of signals ------------------------------------------------------------------------------- */

static sigjmp_buf way_out;
static volatile bool jumps_out;

static void on_storm(int number, siginfo_t *info, void *context)
{
	uint64_t path;

	(void)number;
	(void)info;
	if (!walk_from_here(context, &path) || !jumps_out)
		return;
	CALL(unsigned (*)(unsigned), "traced_storm_inner")(3);
	if (walks % 3 == 0)
		siglongjmp(way_out, 1);
}

static void storm_until(unsigned wanted_walks)
{
	unsigned (*storm)(unsigned) = CALL(unsigned (*)(unsigned), "traced_storm");
	static volatile unsigned wanted;
	struct itimerspec often = {{0, 500000}, {0, 500000}}, never = {{0, 0}, {0, 0}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
	static timer_t timer;

	wanted = storm(500);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &often, NULL);
	(void)sigsetjmp(way_out, 1);
	while (walks < wanted_walks)
		expect(storm(500) == wanted, "a storm changes no result");
	timer_settime(timer, 0, &never, NULL);
	timer_delete(timer);
}

void check_storm(void)
{
	struct sigaction action = {.sa_sigaction = on_storm, .sa_flags = SA_RESTART | SA_SIGINFO};
	int (*one)(int) = CALL(int (*)(int), "traced_for");

	if (!one)
		return;
	make_unwinder();
	sigaction(SIGUSR2, &action, NULL);
	storm_until(STORM_WALKS);
	expect_good_walks();
	uint64_t before = hits_of_lines(12, 23);
	jumps_out = true;
	storm_until(walks + STORM_WALKS / 3);
	jumps_out = false;
	expect(hits_of_lines(12, 23) == before, "what does not run is not counted");
	one(10);
	uint64_t once = hits_of_lines(12, 23) - before;
	one(10);
	expect(hits_of_lines(12, 23) - before == 2 * once, "jumps out of handlers leave counts right");
	expect(once > 0 && once == before, "and as they were");
}

/* ---- a signal at every instruction --------------------------------------------------------------------- */

#define PATHS_MAX 65536u

static uint64_t paths[PATHS_MAX]; /* of the program before it was patched */
static bool patched;
static unsigned other_paths;

static void take_path(uint64_t path)
{
	size_t at = path % PATHS_MAX;

	while (paths[at] && paths[at] != path)
		at = (at + 1) % PATHS_MAX;
	other_paths += patched && paths[at] != path;
	paths[at] = path;
}

static void on_step(int number, siginfo_t *info, void *context)
{
	uint64_t path;

	(void)number;
	(void)info;
	if (walk_from_here(context, &path))
		take_path(path);
}

/* Sets or clears the trap flag. */
static inline __attribute__((always_inline)) void single_step(bool on)
{
	if (on)
		__asm__ volatile(
			"lea -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq; lea 128(%%rsp), %%rsp"
			:
			:
			: "memory", "cc");
	else
		__asm__ volatile(
			"lea -128(%%rsp), %%rsp; pushfq; andq $~0x100, (%%rsp); popfq; lea 128(%%rsp), %%rsp"
			:
			:
			: "memory", "cc");
}

static void *step_thread(void *unused)
{
	int (*ones[])(int) = {CALL(int (*)(int), "traced_for"), CALL(int (*)(int), "traced_nested"),
			      CALL(int (*)(int), "traced_switch"), CALL(int (*)(int), "traced_tail"),
			      CALL(int (*)(int), "traced_fib")};
	double (*three)(const double *, int) = CALL(double (*)(const double *, int), "traced_floats");
	static const double values[] = {1, 2.5, -3};

	make_unwinder();
	for (int i = 0; i < 5; i++)
		ones[i](4);
	single_step(true);
	for (int i = 0; i < 5; i++)
		ones[i](4);
	three(values, 3);
	single_step(false);
	return unused;
}

/* In a thread, so that paths begin the same each time. */
void step_through(bool is_patched)
{
	struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_RESTART | SA_SIGINFO};
	pthread_t thread;

	if (!function("traced_for"))
		return;
	patched = is_patched;
	sigaction(SIGTRAP, &action, NULL);
	pthread_create(&thread, NULL, step_thread, NULL);
	pthread_join(thread, NULL);
	if (!patched)
		return;
	expect_good_walks();
	expect(other_paths == 0, "call paths are those of the program that is not patched");
	if (other_paths)
		printf("%u other paths\n", other_paths);
}
