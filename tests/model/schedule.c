/*
 * schedule.c - see schedule.h.
 */
#include "schedule.h"

#include "explore.h"

#include "preload/base/guard.h"
#include "preload/record/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK_BYTES 65536
#define STEPS_MAX 6000u
#define LONG_TIME_NS UINT64_C(6000000000) /* more than any producer waits for a heart that stands still */

enum status { ABSENT, READY, WAITING, IDLE, ENDED, KILLED };

struct task {
	struct schedule_task is;
	enum status status;
	ucontext_t context;
	const volatile void *futex;
	uint64_t idle_since; /* schedule_changes */
	uint64_t history;    /* hash of all that it has learned: where it is, and what it knows */
	uint64_t clock_ns;
	unsigned signals;
	bool in_handler, signals_blocked;
	int guard; /* thread-local variables of the code under test */
	struct thread *self;
};

struct step {
	unsigned task;
	const char *what;
	const volatile void *at;
	uint64_t value;
};

static struct task tasks[SCHEDULE_TASKS];
static char stacks[SCHEDULE_TASKS][STACK_BYTES];
static struct step steps[STEPS_MAX];
static ucontext_t outside;
static unsigned current, step_count, kills;
static uint64_t ends;
static bool completed;

unsigned schedule_self(void)
{
	return current;
}

bool schedule_ended(unsigned task)
{
	return tasks[task].status == ENDED;
}

bool schedule_killed(unsigned task)
{
	return tasks[task].status == KILLED;
}

void schedule_fail(const char *what)
{
	for (unsigned i = 0; i < step_count; i++)
		fprintf(stderr, "  %u %-14s %p %#llx\n", steps[i].task, steps[i].what, steps[i].at,
			(unsigned long long)steps[i].value);
	fprintf(stderr, "model: task %u, in run %llu: %s\n", current, (unsigned long long)explore_runs(),
		what);
	exit(1);
}

static void note(const char *what, const volatile void *at, uint64_t value)
{
	if (step_count == STEPS_MAX)
		schedule_fail("does not come to an end");
	steps[step_count++] = (struct step){current, what, at, value};
}

/* ---- whose turn it is -------------------------------------------------------- */

static void save_locals(void)
{
	tasks[current].guard = guard;
	tasks[current].self = thread_self;
}

static void switch_to(unsigned next)
{
	unsigned before = current;

	if (next == before)
		return;
	save_locals();
	current = next;
	guard = tasks[next].guard;
	thread_self = tasks[next].self;
	swapcontext(&tasks[before].context, &tasks[next].context);
}

static _Noreturn void leave_run(bool to_its_end)
{
	completed = to_its_end;
	setcontext(&outside);
	abort();
}

uint64_t schedule_changes(void)
{
	return memory_stores_except(current) + ends;
}

static uint64_t changes_for(unsigned task)
{
	return memory_stores_except(task) + ends;
}

static bool can_run(unsigned task)
{
	const struct task *t = &tasks[task];
	return t->status == READY || (t->status == IDLE && changes_for(task) != t->idle_since);
}

/* Time goes by for everybody: who sleeps wakes up, and only then is waiting in vain. */
static bool let_time_pass(void)
{
	for (unsigned i = 0; i < SCHEDULE_TASKS; i++) {
		if (tasks[i].status == IDLE) {
			tasks[i].status = READY;
			return true;
		}
	}
	for (unsigned i = 0; i < SCHEDULE_TASKS; i++) {
		if (tasks[i].status == WAITING) {
			tasks[i].status = READY;
			tasks[i].clock_ns += LONG_TIME_NS;
			return true;
		}
	}
	return false;
}

/* Another task, or this one if it can go on, which then is the default. */
static void next_turn(void)
{
	unsigned candidates[SCHEDULE_TASKS], count = 0;
	bool may_stay = can_run(current);

	if (may_stay)
		candidates[count++] = current;
	for (unsigned i = 0; i < SCHEDULE_TASKS; i++)
		if (i != current && can_run(i))
			candidates[count++] = i;
	if (count == 0 && let_time_pass()) {
		next_turn();
		return;
	}
	if (count == 0)
		leave_run(true);
	unsigned next = candidates[explore_choose(count, may_stay)];
	tasks[next].status = READY;
	switch_to(next);
}

static void begin_successors(unsigned task)
{
	for (unsigned i = 0; i < SCHEDULE_TASKS; i++) {
		struct task *t = &tasks[i];
		if (t->status != ABSENT || t->is.begins_after != task + 1 ||
		    t->is.begins_by_death != (tasks[task].status == KILLED))
			continue;
		t->status = READY;
		memory_set_present(i, true);
		memory_order_after(i, task);
	}
}

static void end_as(enum status status)
{
	tasks[current].status = status;
	ends++;
	begin_successors(current);
	memory_set_present(current, false);
	next_turn();
	abort();
}

static void begin(void)
{
	tasks[current].is.body(current);
	note("ends", NULL, 0);
	end_as(ENDED);
}

/* ---- what may befall ------------------------------------------------------------ */

static uint64_t state_hash(void)
{
	uint64_t hash = memory_mix(memory_hash(), current * 16 + kills);

	for (unsigned i = 0; i < SCHEDULE_TASKS; i++) {
		const struct task *t = &tasks[i];
		hash = memory_mix(hash, t->history);
		hash = memory_mix(hash, t->clock_ns);
		hash = memory_mix(hash, (uint64_t)(uintptr_t)t->futex);
		hash = memory_mix(hash, (uint64_t)t->status << 32 | t->signals << 8 | t->in_handler << 2 |
						t->signals_blocked << 1 | can_run(i));
	}
	return hash;
}

static void run_handler(void)
{
	struct task *t = &tasks[current];

	t->signals--;
	t->in_handler = true;
	note("signal", NULL, 0);
	t->history = memory_mix(t->history, 1);
	t->is.handler(current);
	t->in_handler = false;
	t->history = memory_mix(t->history, 2);
}

static void time_out(unsigned task)
{
	note("time-out of", NULL, task);
	tasks[task].status = READY;
	tasks[task].clock_ns += LONG_TIME_NS;
}

static void befall(void)
{
	struct task *t = &tasks[current];
	bool signal = t->signals > 0 && !t->signals_blocked && !t->in_handler;
	bool kill = kills > 0 && t->is.mortal;
	unsigned waiting[SCHEDULE_TASKS], count = 0;

	for (unsigned i = 0; i < SCHEDULE_TASKS; i++)
		if (tasks[i].status == WAITING)
			waiting[count++] = i;
	unsigned chosen = explore_choose(1 + count + signal + kill, true);
	if (chosen == 0)
		return;
	if (chosen <= count) {
		time_out(waiting[chosen - 1]);
	} else if (signal && chosen == count + 1) {
		run_handler();
	} else {
		kills--;
		note("killed", NULL, 0);
		end_as(KILLED);
	}
}

void schedule_point(void)
{
	if (explore_asks() && explore_seen(state_hash()))
		leave_run(false);
	befall();
	next_turn();
}

/* ---- tasks --------------------------------------------------------------------- */

void schedule_did(const char *what, const volatile void *at, uint64_t value)
{
	tasks[current].history = memory_mix(tasks[current].history, value);
	note(what, at, value);
}

void schedule_at(uint64_t state)
{
	tasks[current].history = memory_mix(state, 3);
}

void schedule_idle(uint64_t changes)
{
	tasks[current].idle_since = changes;
	tasks[current].status = IDLE;
	next_turn();
}

void schedule_wait(const volatile void *futex)
{
	tasks[current].futex = futex;
	tasks[current].status = WAITING;
	note("waits", futex, 0);
	next_turn();
	tasks[current].futex = NULL;
}

void schedule_wake(const volatile void *futex)
{
	for (unsigned i = 0; i < SCHEDULE_TASKS; i++)
		if (tasks[i].status == WAITING && tasks[i].futex == futex)
			tasks[i].status = READY;
}

void schedule_block_signals(bool blocked)
{
	tasks[current].signals_blocked = blocked;
}

uint64_t schedule_time_ns(void)
{
	return ++tasks[current].clock_ns;
}

/* ---- a run ----------------------------------------------------------------------- */

static void set_up(unsigned i, const struct schedule_task *is)
{
	struct task *t = &tasks[i];

	memset(t, 0, offsetof(struct task, context));
	t->is = *is;
	t->status = is->body && !is->begins_after ? READY : ABSENT;
	t->futex = NULL;
	t->idle_since = t->history = t->clock_ns = 0;
	t->signals = is->signals;
	t->in_handler = t->signals_blocked = false;
	t->guard = GUARD_IDLE;
	t->self = NULL;
	memory_set_present(i, t->status == READY);
	if (!is->body)
		return;
	getcontext(&t->context);
	t->context.uc_stack.ss_sp = stacks[i];
	t->context.uc_stack.ss_size = STACK_BYTES;
	t->context.uc_link = NULL;
	makecontext(&t->context, begin, 0);
}

bool schedule_run(const struct schedule_task wanted[SCHEDULE_TASKS], unsigned kills_max)
{
	volatile bool entered = false;

	for (unsigned i = 0; i < SCHEDULE_TASKS; i++)
		set_up(i, &wanted[i]);
	step_count = 0;
	ends = 0;
	kills = kills_max;
	getcontext(&outside);
	if (!entered) {
		entered = true;
		current = 0;
		guard = GUARD_IDLE;
		thread_self = NULL;
		setcontext(&tasks[0].context);
	}
	return completed;
}
