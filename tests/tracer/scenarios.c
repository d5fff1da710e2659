/* scenarios.c - runs of traced functions in all the ways that stacks come and go; each gives a result that
 * must not depend on tracing. */
#include "testing.h"

#include "preload/tracer/tracer.h"

#include "traced.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define DEEP_STACK_BYTES ((size_t)1 << 28)
#define COROUTINE_STACK_BYTES 65536

static uint64_t plain(void)
{
	int (*one)(int);
	uint64_t sum = 0;
	static const struct {
		const char *name;
		int argument;
	} calls[] = {{"traced_for", 10}, {"traced_while", 10}, {"traced_nested", 4},
		     {"traced_goto", 4}, {"traced_fib", 15},   {"traced_large_frame", 19}};

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		one = CALL(int (*)(int), calls[i].name);
		sum = sum * 31 + (uint64_t)one(calls[i].argument);
	}
	one = CALL(int (*)(int), "traced_switch");
	for (int i = 0; i < 12; i++)
		sum = sum * 31 + (uint64_t)one(i % 6);
	for (int i = 0; i < 3; i++) {
		volatile int n = 10;
		CALL(void (*)(volatile int *), "traced_head")(&n);
		sum += (uint64_t)n;
	}
	one = CALL(int (*)(int), "traced_tail");
	for (int i = 0; i < 7; i++)
		sum = sum * 31 + (uint64_t)one(i);
	return sum;
}

static uint64_t floats(void)
{
	double values[1000], result;
	uint64_t bits;

	for (int i = 0; i < 1000; i++)
		values[i] = (i % 17) / 3.0 - 2;
	result = CALL(double (*)(const double *, int), "traced_floats")(values, 1000);
	memcpy(&bits, &result, sizeof bits);
	return bits;
}

static void jump(void *environment)
{
	longjmp(*(jmp_buf *)environment, 1);
}

static uint64_t jumps(void)
{
	const struct traced_calls calls = {.jump = jump};

	return (uint64_t)CALL(int (*)(const struct traced_calls *, int), "traced_setjmp")(&calls, 10);
}

static volatile int handled;

static void on_signal(int number)
{
	(void)number;
	handled += CALL(int (*)(int), "traced_in_handler")(3);
}

static void raise_signal(void)
{
	raise(SIGUSR1);
}

static uint64_t alternate_stack(void)
{
	const struct traced_calls calls = {.raise_signal = raise_signal};
	stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

	handled = 0;
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	int sum = CALL(int (*)(const struct traced_calls *, int), "traced_interrupted")(&calls, 100);
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
	free(stack.ss_sp);
	return (uint64_t)sum * 1000 + (uint64_t)handled;
}

static ucontext_t main_context, contexts[4];
static int running, results[4];
static bool ended[4];

static void yield(void)
{
	swapcontext(&contexts[running], &main_context);
}

static void run_coroutine(int number)
{
	const struct traced_calls calls = {.yield = yield};

	results[number] = CALL(int (*)(const struct traced_calls *, int), "traced_coroutine")(&calls, 20);
	ended[number] = true;
}

static void make_coroutine(int number, char *stack)
{
	ended[number] = false;
	getcontext(&contexts[number]);
	contexts[number].uc_stack.ss_sp = stack;
	contexts[number].uc_stack.ss_size = COROUTINE_STACK_BYTES;
	contexts[number].uc_link = &main_context;
	makecontext(&contexts[number], (void (*)(void))run_coroutine, 1, number);
}

/* True once it has ended. */
static bool go_on(int number)
{
	running = number;
	swapcontext(&main_context, &contexts[number]);
	return ended[number];
}

/* Stacks lie side by side. */
static uint64_t coroutines(void)
{
	char *stacks = malloc((size_t)4 * COROUTINE_STACK_BYTES);
	uint64_t sum = 0;

	for (int i = 0; i < 4; i++)
		make_coroutine(i, stacks + (size_t)i * COROUTINE_STACK_BYTES);
	for (int i = 0, left = 4; left; i = (i + 1) % 4)
		left -= !ended[i] && go_on(i);
	for (int i = 0; i < 4; i++)
		sum = sum * 31 + (uint64_t)results[i];
	free(stacks);
	return sum;
}

static void *deep_thread(void *result)
{
	*(uint64_t *)result = (uint64_t)CALL(long (*)(long), "traced_deep")(1000000);
	return NULL;
}

static uint64_t deep(void)
{
	uint64_t result = 0;
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, DEEP_STACK_BYTES);
	pthread_create(&thread, &attributes, deep_thread, &result);
	pthread_join(thread, NULL);
	return result;
}

struct work {
	unsigned rounds, sum;
};

static void *work_thread(void *argument)
{
	unsigned (*work)(unsigned) = CALL(unsigned (*)(unsigned), "traced_work");
	struct work *mine = argument;
	unsigned sum = 0;

	for (unsigned i = 0; i < mine->rounds; i++)
		sum += work(i);
	mine->sum = sum;
	return NULL;
}

/* Four at once, and then many, one after the other. */
static uint64_t threads(void)
{
	pthread_t ids[4], one;
	struct work works[4];
	uint64_t sum = 0;

	for (int i = 0; i < 4; i++) {
		works[i].rounds = 99000;
		pthread_create(&ids[i], NULL, work_thread, &works[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(ids[i], NULL);
		sum = sum * 31 + works[i].sum;
	}
	for (int i = 0; i < 400; i++) {
		works[0].rounds = 10;
		pthread_create(&one, NULL, work_thread, &works[0]);
		pthread_join(one, NULL);
		sum = sum * 31 + works[0].sum;
	}
	return sum;
}

static uint64_t exceptions(void)
{
	return (uint64_t)CALL(int (*)(int), "traced_catcher")(60);
}

/* What a child executes is not its parent's, whether or not it says that it is a child. */
static uint64_t forks(void)
{
	int (*forked)(int) = CALL(int (*)(int), "traced_forked");

	for (int says_so = 0; says_so < 2; says_so++) {
		int status = 0;
		pid_t child = (pid_t)syscall(SYS_fork);
		if (child == 0) {
			if (says_so)
				tracer_after_fork();
			_exit(forked(1) == 2 && forked(2) == 3 ? 0 : 1);
		}
		waitpid(child, &status, 0);
		expect(status == 0, "a fork child runs traced code");
	}
	return 0;
}

static const struct scenario {
	const char *needs;
	uint64_t (*run)(void);
} scenarios[] = {
	{"traced_for", plain},
	{"traced_floats", floats},
	{"traced_setjmp", jumps},
	{"traced_interrupted", alternate_stack},
	{"traced_coroutine", coroutines},
	{"traced_deep", deep},
	{"traced_work", threads},
	{"traced_forked", forks},
	{"traced_catcher", exceptions},
};

_Static_assert(sizeof scenarios / sizeof *scenarios == SCENARIOS, "as testing.h has it");

void run_all(uint64_t results_of[SCENARIOS])
{
	for (size_t i = 0; i < SCENARIOS; i++)
		if (function(scenarios[i].needs))
			results_of[i] = scenarios[i].run();
}

const char *scenario_name(size_t i)
{
	return scenarios[i].needs;
}

uint64_t run_plainest(void)
{
	return function("traced_for") ? plain() : exceptions();
}
