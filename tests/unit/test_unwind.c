/*
 * test_unwind.c - every stack of a torture program, frame by frame, against libunwind.
 *
 * libunwind's unw_step is an independent implementation, fit to be the judge here and unfit to
 * be used in the shim (see preload/unwind/unwind.c).
 */
#include "preload/unwind/unwind.h"

#include "arena_double.h"
#include "torture.h"

#include "preload/memory/contexts.h"
#include "preload/memory/modules.h"
#include "preload/memory/process.h"
#include "preload/unwind/context.h"
#include "preload/unwind/fast_walk.h"
#include "tests/check/oracle.h"

#define UNW_LOCAL_ONLY
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <libunwind.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define FLAGS (NODE_EXACT_PC | NODE_TRUNCATED)
#define COMPARED_MAX 600
#define NODES_MAX 4000000u
#define STATES 8

static __thread struct unwind_state *state;
static __thread volatile bool probing;
static __thread volatile bool signals_only;
static _Atomic unsigned long stacks, mismatches, wrong_nodes, truncated, exact, unnamed;
static _Atomic unsigned long from[ORACLE_SOURCES];
static struct session_header *session;
static struct contexts contexts;

static struct unwind_state *map_state(void)
{
	void *pages = mmap(NULL, unwind_state_bytes(), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	cr_assert(pages != MAP_FAILED);
	return pages;
}

/* The plain walk's: begins anew now and then, so that nothing depends on what earlier walks
 * have learnt. */
static struct unwind_state *own_state(void)
{
	static __thread unsigned uses;
	if (state != NULL && uses++ % 100 == 99) {
		munmap(state, unwind_state_bytes());
		state = NULL;
	}
	if (state == NULL)
		state = map_state();
	return state;
}

/* ---- states that outlive their threads, as the recorder's do ---------------------- */

static struct unwind_state *pool[STATES];
static _Atomic bool taken[STATES];
static pthread_key_t pool_key;

static void give_back(void *place)
{
	atomic_store((_Atomic bool *)place, false);
}

/* Learns as long as the test runs, from one thread after the other. */
static struct unwind_state *learning_state(void)
{
	static __thread size_t own; /* index + 1 */
	for (size_t i = 0; own == 0; i = (i + 1) % STATES)
		if (!atomic_exchange(&taken[i], true))
			own = i + 1;
	pthread_setspecific(pool_key, &taken[own - 1]);
	if (pool[own - 1] == NULL)
		pool[own - 1] = map_state();
	return pool[own - 1];
}

/* ---- comparing --------------------------------------------------------------------- */

static void report(const struct path_frame *frames, size_t count, const uintptr_t *expected,
		   size_t expected_count)
{
	if (atomic_fetch_add(&mismatches, 1) >= 3)
		return;
	for (size_t i = 0; i < count || i < expected_count; i++)
		fprintf(stderr, "  %2zu  %#14lx %08x  %#14lx\n", i, i < count ? frames[i].pc : 0,
			i < count ? frames[i].module : 0, i < expected_count ? expected[i] : 0);
}

static void compare(const struct path_frame *frames, size_t count, const uintptr_t *expected,
		    size_t expected_count)
{
	bool same = count == expected_count;
	for (size_t i = 0; i < expected_count && same; i++)
		same = frames[i].pc == expected[i];
	if (!same)
		report(frames, count, expected, expected_count);
	if (frames[count - 1].module & NODE_TRUNCATED)
		report(frames, count, expected, expected_count);
	for (size_t i = 0; i < count; i++) {
		truncated += (frames[i].module & NODE_TRUNCATED) != 0;
		exact += (frames[i].module & NODE_EXACT_PC) != 0;
		unnamed += (frames[i].module & NODE_MODULE_MASK) == 0;
	}
	stacks++;
}

/* The recorder's answer first, so that it cannot profit from the walk that judges it. */
static size_t walk_and_judge(const struct unwind_start *start, const struct path_frame **frames)
{
	enum oracle_source source;
	uint32_t node = oracle_context(learning_state(), &contexts, start, &source);
	size_t count = unwind_walk(own_state(), start, frames);
	from[source]++;
	wrong_nodes += !oracle_is_path(process_arena(), node, *frames, count);
	return count;
}

__attribute__((noinline)) void probe(void)
{
	if (probing || signals_only)
		return;
	probing = true;
	struct unwind_start start;
	const struct path_frame *frames;
	UNWIND_HERE(&start);
	size_t count = walk_and_judge(&start, &frames);
	uintptr_t expected[COMPARED_MAX];
	compare(frames, count, expected, oracle_libunwind(&start, expected, COMPARED_MAX));
	probing = false;
}

static void begin(void)
{
	session = arena_double_start(1000, NODES_MAX);
	cr_assert_eq(pthread_key_create(&pool_key, give_back), 0);
}

static void end(unsigned long at_least)
{
	fprintf(stderr, "%lu stacks, %lu known whole, %lu in part; %lu frames interrupted\n", stacks,
		from[ORACLE_MEMO], from[ORACLE_TRAIL], exact);
	cr_assert_geq(stacks, at_least);
	cr_assert_eq(mismatches, 0, "%lu of %lu stacks differ from libunwind's", mismatches, stacks);
	cr_assert_eq(wrong_nodes, 0, "%lu of %lu call paths are not those of a walk", wrong_nodes, stacks);
	cr_assert_lt(session->nodes_used, NODES_MAX);
	cr_assert_eq(truncated, 0);
	cr_assert_eq(unnamed, 0);
}

/* Whether the test has tried what it is for. */
static void from_memory(unsigned long whole, unsigned long in_part)
{
	cr_assert_geq(from[ORACLE_MEMO], whole);
	cr_assert_geq(from[ORACLE_TRAIL], in_part);
}

TestSuite(unwind, .init = begin, .timeout = 100);

Test(unwind, virtual_calls)
{
	torture_virtual_calls(600);
	end(20000);
}

Test(unwind, exceptions)
{
	torture_exceptions(2500);
	end(20000);
}

Test(unwind, containers)
{
	torture_containers(400);
	end(20000);
}

Test(unwind, odd_frames)
{
	torture_odd_frames(4000);
	end(10000);
	cr_assert_eq(exact, 0);
}

static void *settled_of_this_thread(void *words)
{
	torture_odd_frames(1);
	*(size_t *)words = learning_state()->trail.settled;
	return NULL;
}

/* What calls main, and what calls that, is not compared; of other threads every word is. */
Test(unwind, the_first_threads_outermost_words_are_settled)
{
	size_t of_first = 0, of_other = 9;
	pthread_t thread;
	settled_of_this_thread(&of_first);
	cr_assert_eq(pthread_create(&thread, NULL, settled_of_this_thread, &of_other), 0);
	cr_assert_eq(pthread_join(thread, NULL), 0);
	cr_expect(of_first == 2 || of_first == 1, "%zu (1 before glibc 2.34)", of_first);
	cr_expect_eq(of_other, 0);
	end(1);
}

Test(unwind, longjmp)
{
	torture_longjmp(3000);
	end(20000);
}

Test(unwind, coroutines)
{
	torture_coroutines(250);
	end(20000);
}

Test(unwind, threads)
{
	/* Two threads that meet an object at the same moment may name it twice, and so differ in that. */
	torture_exceptions(1);
	torture_containers(1);
	torture_threads(20);
	end(20000);
}

Test(unwind, deep_recursion_is_kept_whole)
{
	torture_recursion(500);
	end(1);
}

/* The same slots hold other return addresses each time. */
Test(unwind, shared_slots)
{
	torture_shared_slots(20000);
	end(40000);
	from_memory(500, 5000);
}

Test(unwind, hollow_frames)
{
	for (int i = 0; i < 16; i++)
		torture_hollow_frames(82);
	end(10000);
	from_memory(1000, 200);
}

Test(unwind, coroutines_on_stacks_that_go_away)
{
	torture_passing_coroutines(1500);
	end(20000);
	from_memory(1000, 200);
}

/* What a state has learnt of a thread that is gone must not mislead the next. */
Test(unwind, short_threads)
{
	torture_short_threads(2500);
	end(5000);
	from_memory(1000, 100);
}

/* ---- signals ------------------------------------------------------------------ */

static void on_signal(int number)
{
	bool outer = signals_only;
	(void)number;
	signals_only = false;
	probe();
	signals_only = outer;
}

static void *stack_for_signals(void)
{
	static char memory[65536];
	sigaltstack(&(stack_t){.ss_sp = memory, .ss_size = sizeof(memory)}, NULL);
	return memory;
}

static void handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags | SA_RESTART};
	sigaction(number, &action, NULL);
}

__attribute__((noinline)) static int raise_deep(int depth)
{
	if (depth == 0)
		return raise(SIGUSR1);
	volatile int result = raise_deep(depth - 1);
	return result;
}

Test(unwind, signal_handler)
{
	handle(SIGUSR1, on_signal, 0);
	for (int i = 0; i < 3000; i++)
		raise_deep(i % 30);
	end(3000);
	cr_assert_eq(exact, 3000);
}

Test(unwind, signal_handler_on_its_own_stack)
{
	stack_for_signals();
	handle(SIGUSR1, on_signal, SA_ONSTACK);
	for (int i = 0; i < 3000; i++)
		raise_deep(i % 30);
	end(3000);
	cr_assert_eq(exact, 3000);
}

static timer_t soon;

/* Only after the handler of the last is done: where that takes longer than the time between two, as on a busy
 * machine, a timer that goes on by itself leaves none to the code that is to be interrupted. */
static void interrupt_soon(void)
{
	timer_settime(soon, 0, &(struct itimerspec){.it_value.tv_nsec = 100000}, NULL);
}

static void on_timer(int number)
{
	on_signal(number);
	interrupt_soon();
}

/* A signal at any instruction: prologues, epilogues, PLT, libc's assembly.  But not where stacks are
 * switched: libunwind does not follow longjmp's description, and swapcontext's is wrong for a
 * few instructions, so that nobody knows the answer. */
Test(unwind, interrupted_anywhere)
{
	stack_for_signals();
	handle(SIGUSR1, on_timer, SA_ONSTACK);
	signals_only = true;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	cr_assert_eq(timer_create(CLOCK_MONOTONIC, &event, &soon), 0);
	interrupt_soon();
	while (stacks < 20000) {
		torture_virtual_calls(20);
		torture_containers(5);
		torture_odd_frames(5);
	}
	timer_delete(soon);
	end(20000);
	cr_assert_geq(exact, 20000);
}

/* ---- code that goes away ---------------------------------------------------------- */

static void call_plugin(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW);
	cr_assert_not_null(handle, "%s", dlerror());
	void (*call)(void (*)(void)) = (void (*)(void (*)(void)))dlsym(handle, "plugin_call");
	cr_assert_not_null(call);
	for (volatile int i = 0; i < 5; i = i + 1)
		call(probe);
	unwind_code_changing();
	dlclose(handle);
	modules_after_dlclose(process_arena(), 1);
	unwind_code_changed();
	unw_flush_cache(unw_local_addr_space, 0, 0);
}

/* Same return addresses, other frames and another module. */
Test(unwind, libraries_at_the_same_address)
{
	for (int i = 0; i < 200; i++)
		call_plugin(i % 2 ? PLUGIN_A : PLUGIN_B);
	end(1000);
	from_memory(400, 0);
}

/* ---- the edges of what can be walked -------------------------------------------- */

static size_t walk(const struct unwind_start *start, const struct path_frame **frames)
{
	return unwind_walk(own_state(), start, frames);
}

static uintptr_t *guarded_page(void)
{
	char *pages = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cr_assert(pages != MAP_FAILED);
	cr_assert_eq(mprotect(pages + 4096, 4096, PROT_READ | PROT_WRITE), 0);
	return (uintptr_t *)(pages + 4096);
}

Test(unwind, unknown_code_is_cut)
{
	uintptr_t *stack = guarded_page();
	struct unwind_start start = {(uintptr_t)stack, (uintptr_t)(stack + 8), 0};
	const struct path_frame *frames;
	cr_assert_eq(walk(&start, &frames), 1);
	cr_assert_eq(frames[0].pc, (uintptr_t)stack);
	cr_assert_eq(frames[0].module, NODE_TRUNCATED);
}

Test(unwind, frame_pointers_lead_through_unknown_code)
{
	uintptr_t *stack = guarded_page();
	uintptr_t code = (uintptr_t)stack;
	stack[20] = (uintptr_t)(stack + 40);
	stack[21] = code + 1;
	stack[40] = (uintptr_t)(stack + 60);
	stack[41] = code + 2;
	stack[60] = 0;
	stack[61] = 0;
	struct unwind_start start = {code, (uintptr_t)(stack + 8), (uintptr_t)(stack + 20)};
	const struct path_frame *frames;
	cr_assert_eq(walk(&start, &frames), 3);
	cr_assert_eq(frames[1].pc, code + 1);
	cr_assert_eq(frames[2].pc, code + 2);
	cr_assert_eq(frames[2].module, 0, "a null return address is the true end");
}

Test(unwind, nothing_is_read_beyond_the_stack)
{
	uintptr_t *stack = guarded_page();
	const uintptr_t hostile[] = {(uintptr_t)(stack + 511),
				     (uintptr_t)(stack + 512),
				     (uintptr_t)(stack + 20) + 1,
				     (uintptr_t)(stack - 8),
				     (uintptr_t)8,
				     UINTPTR_MAX - 7,
				     (uintptr_t)(stack + 4096)};
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct unwind_start start = {(uintptr_t)stack, (uintptr_t)(stack + 8), hostile[i]};
		const struct path_frame *frames;
		cr_assert_eq(walk(&start, &frames), 1);
		cr_assert_eq(frames[0].module, NODE_TRUNCATED);
	}
}

/* ---- code without unwind information, remembered ----------------------------------- */

/* Judged by a walk.  Returns the number of frames. */
static size_t judge(const struct unwind_start *start, enum oracle_source expected)
{
	const struct path_frame *frames;
	unsigned long before = from[expected];
	size_t count = walk_and_judge(start, &frames);
	cr_expect_eq(wrong_nodes, 0);
	cr_expect_eq(from[expected], before + 1, "source %d was not asked", (int)expected);
	return count;
}

/* Three frames by frame pointers, the outermost `far` words beyond the innermost. */
static struct unwind_start guessed_stack(uintptr_t *stack, uintptr_t code, size_t far)
{
	stack[20] = (uintptr_t)(stack + far);
	stack[21] = code + 1;
	stack[far] = 0;
	stack[far + 1] = code + 2;
	return (struct unwind_start){code, (uintptr_t)(stack + 8), (uintptr_t)(stack + 20)};
}

Test(unwind, guesses_close_to_the_stack_pointer_are_remembered)
{
	uintptr_t *stack = guarded_page(), code = (uintptr_t)stack;
	struct unwind_start start = guessed_stack(stack, code, 40);
	cr_assert_eq(judge(&start, ORACLE_WALK), 3);
	cr_assert_eq(judge(&start, ORACLE_MEMO), 3);
	stack[21] = code + 3;
	cr_assert_eq(judge(&start, ORACLE_TRAIL), 3);
	/* Now the outermost frame's pointer leads on, to a true end. */
	stack[40] = (uintptr_t)(stack + 60);
	stack[60] = stack[61] = 0;
	cr_assert_eq(judge(&start, ORACLE_WALK), 3);
	cr_assert_eq(judge(&start, ORACLE_MEMO), 3);
	start.fp = 0;
	cr_assert_eq(judge(&start, ORACLE_WALK), 1);
	cr_assert_eq(judge(&start, ORACLE_MEMO), 1);
}

Test(unwind, what_a_guess_reads_elsewhere_may_be_gone)
{
	uintptr_t *stack = guarded_page(), code = (uintptr_t)stack;
	void *beyond = (char *)stack + 4096;
	cr_assert_eq(mprotect(beyond, 4096, PROT_READ | PROT_WRITE), 0);
	struct unwind_start start = guessed_stack(stack, code, 600);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(judge(&start, ORACLE_WALK), 3);
	cr_assert_eq(mprotect(beyond, 4096, PROT_NONE), 0);
	cr_assert_eq(judge(&start, ORACLE_WALK), 2);
}

/* Comes through all of the thread's stack, which so is known for its own. */
static __attribute__((noinline)) void walk_from_here(void)
{
	struct unwind_start start;
	UNWIND_HERE(&start);
	unwind_context(learning_state(), &contexts, &start);
}

static void *guess_on_own_stack(void *code)
{
	uintptr_t stack[4096];
	memset(stack, 0, sizeof(stack));
	struct unwind_start start = guessed_stack(stack, (uintptr_t)code, 4000);
	walk_from_here();
	cr_assert_eq(judge(&start, ORACLE_WALK), 3);
	cr_assert_eq(judge(&start, ORACLE_MEMO), 3);
	return NULL;
}

Test(unwind, guesses_anywhere_on_the_threads_own_stack_are_remembered)
{
	void *code = guarded_page();
	pthread_t thread;
	guess_on_own_stack(code);
	cr_assert_eq(pthread_create(&thread, NULL, guess_on_own_stack, code), 0);
	pthread_join(thread, NULL);
}

/* Real code, and a stack that cannot belong to it: every walk must come back. */
Test(unwind, corrupt_stacks_do_no_harm)
{
	uintptr_t *stack = guarded_page();
	unsigned seed = 1;
	for (int round = 0; round < 20000; round++) {
		uintptr_t near = (uintptr_t)stack;
		uintptr_t code[] = {(uintptr_t)compare + 8, (uintptr_t)probe + 30, (uintptr_t)&printf + 16,
				    (uintptr_t)torture_exceptions + 40};
		for (size_t i = 0; i < 512; i++) {
			uintptr_t random = (uintptr_t)rand_r(&seed);
			stack[i] = random % 3 == 0   ? code[random % 4] + random % 64
				   : random % 3 == 1 ? near + random % 8192 - 2048
						     : random << 33 | random;
		}
		struct unwind_start start = {code[round % 4] + (unsigned)round % 50, near + 64,
					     near + (unsigned)round % 4096};
		const struct path_frame *frames;
		size_t count = walk(&start, &frames);
		cr_assert(count >= 1 && count <= 1024);
	}
}

/* The next stack, one frame deeper, asks no more of a deep stack than of a flat one: two steps. */
__attribute__((noinline)) static size_t steps_to_known(void)
{
	struct unwind_start start;
	struct trail_meeting met = {0};
	UNWIND_HERE(&start);
	return fast_walk_follow(learning_state(), &start, &met) && met.kept > 0 ? met.steps : 0;
}

static size_t steps_at_depth;

__attribute__((noinline)) static int learn_at(int depth)
{
	volatile int result = 0;
	if (depth > 0) {
		result = learn_at(depth - 1);
		return result + 1;
	}
	struct unwind_start start;
	/* Twice: the first one may find out that the stack is deep. */
	for (int i = 0; i < 2; i++) {
		UNWIND_HERE(&start);
		unwind_context(learning_state(), &contexts, &start);
	}
	steps_at_depth = steps_to_known();
	return result;
}

static void *learn_in_thread(void *depth)
{
	learn_at(*(int *)depth);
	return NULL;
}

static void run_deep(void *(*routine)(void *), int depth)
{
	pthread_attr_t attributes;
	pthread_t thread;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (size_t)64 << 20);
	cr_assert_eq(pthread_create(&thread, &attributes, routine, &depth), 0);
	pthread_join(thread, NULL);
}

Test(unwind, deep_stacks_are_known_again)
{
	static const int depths[] = {100, 4080, 4200, 30000, 60000, 100000};
	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		run_deep(learn_in_thread, depths[i]);
		cr_expect(steps_at_depth >= 1 && steps_at_depth <= 2, "%d frames: %zu steps", depths[i],
			  steps_at_depth);
	}
}

static __thread size_t deepest;
static __thread uint32_t deepest_flags;

__attribute__((noinline)) static int dive(int depth)
{
	volatile int result = 0;
	if (depth > 0) {
		result = dive(depth - 1);
		return result + 1;
	}
	struct unwind_start start;
	const struct path_frame *frames;
	UNWIND_HERE(&start);
	deepest = walk(&start, &frames);
	deepest_flags = frames[deepest - 1].module & FLAGS;
	return result;
}

static void *dive_in_thread(void *depth)
{
	dive(*(int *)depth);
	cr_assert_eq(deepest, UNWIND_FRAMES_MAX);
	cr_assert_eq(deepest_flags, NODE_TRUNCATED);
	return NULL;
}

Test(unwind, innermost_frames_of_too_deep_a_stack)
{
	run_deep(dive_in_thread, UNWIND_FRAMES_MAX + 10);
}
