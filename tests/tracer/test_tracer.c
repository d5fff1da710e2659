/*
 * test_tracer.c - traces functions of one object, and compares what was counted with what its source says.
 *
 * Usage: test_tracer MPROF_PLAN OBJECT SOURCE exact|calls
 *
 * The plan is made by mprof-plan; everything from there on is the shim's own code, in this process.  Each
 * function runs before it is patched and after, with the same result.  Where code is optimized only calls
 * count as in the source ("calls").
 */
#include "preload/tracer/original.h"
#include "preload/tracer/plan_file.h"
#include "preload/tracer/tracer.h"
#include "preload/unwind/unwind.h"

#include "trace/session.h"

#include "traced.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define DEEP_STACK_BYTES ((size_t)1 << 28)
#define COROUTINE_STACK_BYTES 65536
#define STORM_WALKS 3000
#define FLIPS 30000

static void *object;
static int failures;

static void expect(bool true_so, const char *what)
{
	if (true_so)
		return;
	printf("not so: %s\n", what);
	failures++;
}

/* NULL in the object of the other language. */
static void *function(const char *name)
{
	return dlsym(object, name);
}

#define CALL(type, name) ((type)function(name))

/* ---- scenarios: each returns a result that must not depend on tracing ------------------------------------
 */

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

#define SCENARIOS (sizeof scenarios / sizeof *scenarios)

static void run_all(uint64_t results_of[SCENARIOS])
{
	for (size_t i = 0; i < SCENARIOS; i++)
		if (function(scenarios[i].needs))
			results_of[i] = scenarios[i].run();
}

/* ---- the plan, as a reader sees it -------------------------------------------------------------------- */

static const struct plan_header *header;
static size_t plan_bytes;

static const void *table_of(const struct plan_table *table)
{
	return (const char *)header + table->offset;
}

static const struct plan_count *count_of(uint32_t shard, uint32_t row)
{
	const char *counts = (const char *)header + header->counts_offset;

	return (const struct plan_count *)(const void *)(counts + shard * header->counts_bytes) + row;
}

static uint64_t hits_of(uint32_t row)
{
	uint64_t hits = 0;

	for (uint32_t shard = 0; shard < PLAN_SHARDS; shard++)
		hits += count_of(shard, row)->hits;
	return hits;
}

static void check_ticks(void)
{
	uint64_t ticks = 0;

	for (uint32_t shard = 0; shard < PLAN_SHARDS; shard++)
		for (uint32_t row = 0; row < header->rows.count; row++) {
			const struct plan_count *count = count_of(shard, row);
			expect(count->own_ticks <= count->ticks, "own ticks are some of the ticks");
			ticks += count->own_ticks;
		}
	expect(ticks > 0, "time passed");
}

/* The row of a line that is wanted so; UINT32_MAX if the plan has none. */
static uint32_t row_of(uint32_t line, bool of_calls)
{
	const struct plan_row *rows = table_of(&header->rows);
	const struct plan_function *functions = table_of(&header->functions);

	for (uint32_t i = 0; i < header->rows.count; i++)
		if (rows[i].line == line && (!of_calls || functions[rows[i].function].first_row == i))
			return i;
	return UINT32_MAX;
}

/* Whether all places where the line begins are counted. */
static bool is_whole(uint32_t row)
{
	const struct plan_row *rows = table_of(&header->rows);
	const struct plan_site *sites = table_of(&header->sites);

	for (uint32_t i = 0; i < header->sites.count; i++)
		if (sites[i].row == row && sites[i].way == PLAN_NOT)
			return false;
	return rows[row].refusal == PLAN_TRACED;
}

static void check_source(const char *source, bool exact)
{
	FILE *file = fopen(source, "r");
	char text[512];
	unsigned checked = 0, refused = 0;

	for (uint32_t line = 1; file && fgets(text, sizeof text, file); line++) {
		const char *mark = strstr(text, "/* hits ");
		uint32_t row = mark ? row_of(line, !exact) : UINT32_MAX;
		if (!mark || (row == UINT32_MAX && !exact))
			continue;
		uint64_t wanted = strtoull(mark + strlen("/* hits "), NULL, 10);
		if (row != UINT32_MAX && !is_whole(row)) {
			refused++;
			continue;
		}
		checked++;
		if (row != UINT32_MAX && hits_of(row) == wanted)
			continue;
		printf("line %u: %lld hits, not %llu: %s", line,
		       row == UINT32_MAX ? -1LL : (long long)hits_of(row), (unsigned long long)wanted, text);
		failures++;
	}
	if (file)
		fclose(file);
	printf("%u lines checked, %u with a place without room\n", checked, refused);
	expect(checked > 0, "there are lines to check");
}

/* ---- what must be refused ------------------------------------------------------------------------------ */

static int started_with(const char *plan, uint64_t offset, uint8_t flipped)
{
	int fd = open(plan, O_RDWR | O_CLOEXEC), result;
	uint8_t byte;

	pread(fd, &byte, 1, (off_t)offset);
	byte ^= flipped;
	pwrite(fd, &byte, 1, (off_t)offset);
	result = tracer_start(plan);
	byte ^= flipped;
	pwrite(fd, &byte, 1, (off_t)offset);
	close(fd);
	return result;
}

static void *wait_for_ever(void *unused)
{
	pause();
	return unused;
}

static int started_beside_a_thread(const char *plan)
{
	pthread_t thread;

	pthread_create(&thread, NULL, wait_for_ever, NULL);
	return tracer_start(plan);
}

/* In children, which may be patched or not. */
static void check_refusals(const char *plan)
{
	uint64_t original = header->instructions.offset + offsetof(struct plan_instruction, original);
	uint64_t build_id = header->modules.offset + offsetof(struct plan_module, build_id);

	uint64_t (*some)(void) = function("traced_for") ? plain : exceptions;
	uint64_t before = some();

	for (int i = 0; i < 4; i++) {
		int status = 0, result = 0;
		pid_t child = fork();
		if (child == 0) {
			result = i == 0   ? started_with(plan, 0, 1)
				 : i == 1 ? started_with(plan, build_id, 1)
				 : i == 2 ? started_with(plan, original, 1)
					  : started_beside_a_thread(plan);
			_exit(result < 0 && tracer_refusal() && some() == before ? 0 : 1);
		}
		waitpid(child, &status, 0);
		expect(status == 0, "a wrong plan, or a wrong moment, is refused");
	}
}

/* Any plan is judged without harm. */
static void check_damaged(void)
{
	size_t count = header->counts_offset;
	uint8_t *copy = malloc(plan_bytes);
	unsigned taken = 0;

	srand(1);
	for (int i = 0; i < FLIPS; i++) {
		struct plan_file file = {0};
		memcpy(copy, header, plan_bytes);
		for (int k = 0; k <= i % 3; k++)
			copy[(size_t)rand() % count] ^= (uint8_t)(1 << rand() % 8);
		taken += plan_file_check(&file, copy, plan_bytes) == NULL;
	}
	for (size_t cut = 0; cut < plan_bytes; cut += 97) {
		struct plan_file file = {0};
		memcpy(copy, header, plan_bytes);
		expect(plan_file_check(&file, copy, cut) != NULL, "half a plan is none");
	}
	free(copy);
	printf("%u of %d damaged plans may be used\n", taken, FLIPS);
}

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

static __attribute__((noinline)) void on_storm(int number, siginfo_t *info, void *context)
{
	struct unwind_start here;

	(void)number;
	(void)info;
	UNWIND_HERE(&here);
	judge_walk(&here, context);
	if (!jumps_out)
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

static uint64_t hits_of_lines(uint32_t from, uint32_t to)
{
	const struct plan_row *rows = table_of(&header->rows);
	uint64_t hits = 0;

	for (uint32_t i = 0; i < header->rows.count; i++)
		hits += rows[i].line >= from && rows[i].line < to ? hits_of(i) : 0;
	return hits;
}

/* Handlers jump out of hits, too: after that counts are as ever. */
static void check_storm(void)
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

static __attribute__((noinline)) void on_step(int number, siginfo_t *info, void *context)
{
	struct unwind_start here;

	(void)number;
	(void)info;
	UNWIND_HERE(&here);
	take_path(judge_walk(&here, context));
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
static void step_through(void)
{
	struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_RESTART | SA_SIGINFO};
	pthread_t thread;

	if (!function("traced_for"))
		return;
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

/* ---- how long a hit takes, to be looked at; nothing depends on it
 * ------------------------------------------ */

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double storm_ns(void)
{
	unsigned (*storm)(unsigned) = CALL(unsigned (*)(unsigned), "traced_storm");
	double best = 1e18;

	for (int i = 0; i < 20 && storm; i++) {
		uint64_t from = clock_ns();
		storm(20000);
		double ns = (double)(clock_ns() - from);
		best = ns < best ? ns : best;
	}
	return best;
}

static uint64_t all_hits(void)
{
	uint64_t hits = 0;

	for (uint32_t i = 0; i < header->rows.count; i++)
		hits += hits_of(i);
	return hits;
}

/* ---- the whole -------------------------------------------------------------------------------------------
 */

static bool make_plan(const char *planner, const char *path, const char *plan)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		execl(planner, planner, "--object", path, plan, "traced_*", (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	int fd = open(plan, O_RDONLY | O_CLOEXEC);
	struct stat about;
	if (status != 0 || fd < 0 || fstat(fd, &about) != 0)
		return false;
	plan_bytes = (size_t)about.st_size;
	header = mmap(NULL, plan_bytes, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return header != MAP_FAILED;
}

int main(int argc, char **argv)
{
	char plan[] = "/tmp/test_tracer.XXXXXX";
	uint64_t bare[SCENARIOS] = {0}, traced[SCENARIOS] = {0};

	if (argc != 5)
		return 2;
	object = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
	close(mkstemp(plan));
	if (!object || !make_plan(argv[1], argv[2], plan)) {
		unlink(plan);
		printf("no plan of %s\n", argv[2]);
		return 1;
	}
	run_all(bare);
	step_through();
	double bare_ns = storm_ns();
	check_refusals(plan);
	check_damaged();
	int sites = tracer_start(plan);
	unlink(plan);
	printf("%d sites%s%s\n", sites, tracer_refusal() ? ": " : "",
	       tracer_refusal() ? tracer_refusal() : "");
	if (sites <= 0)
		return 1;
	run_all(traced);
	for (size_t i = 0; i < SCENARIOS; i++)
		if (bare[i] != traced[i]) {
			printf("%s: %llx, not %llx\n", scenarios[i].needs, (unsigned long long)traced[i],
			       (unsigned long long)bare[i]);
			failures++;
		}
	check_source(argv[3], strcmp(argv[4], "exact") == 0);
	check_ticks();
	check_storm();
	patched = true;
	step_through();
	uint64_t before = all_hits();
	double ns = storm_ns() - bare_ns;
	if (bare_ns < 1e17)
		printf("%.1f ns a visit\n", ns / ((double)(all_hits() - before) / 20));
	return failures != 0;
}
