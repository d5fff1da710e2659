/*
 * hit.c - see hit.h.
 *
 * Everything here, and what it calls, is compiled without vector registers, which nobody has saved; and calls
 * nothing of libc's, which might use them.
 */
#include "preload/tracer/hit.h"

#include "preload/base/guard.h"
#include "preload/base/moment.h"
#include "preload/record/lines.h"
#include "preload/tracer/hit_plans.h"
#include "preload/tracer/hit_thread.h"

#include "arch_trampoline.h"

/* What the compiler would put elsewhere is no TRACER_CODE, and a call more of every hit. */
#define IN_PLACE static inline __attribute__((always_inline))
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* An interrupted hit whose thread is back on the same stack, further out, was jumped out of: and stacks have
 * so much at most. */
#define STACK_BYTES ((uintptr_t)16 << 20)

/* ---- counters ----------------------------------------------------------------------------- */

/* Nearly always the first. */
IN_PLACE const struct hit_plan *plan_of_row(uint32_t row)
{
	const struct hit_plan *plan = hit_plans.plans;

	while (UNLIKELY(row >= plan->rows_end))
		plan++;
	return plan;
}

IN_PLACE const struct hit_site *site_of(uint32_t number)
{
	const struct hit_plan *plan = hit_plans.plans;

	while (UNLIKELY(number >= plan->sites_end))
		plan++;
	return &plan->sites[number - plan->sites_before];
}

/* Of a copy's, what its hits need besides. */
static TRACER_CODE const struct plan_site *planned_site(uint32_t number)
{
	uint32_t i = 0;

	while (UNLIKELY(number >= hit_plans.plans[i].sites_end))
		i++;
	return &hit_plans.files[i].sites[number - hit_plans.plans[i].sites_before];
}

static TRACER_CODE struct plan_count *count_of(uint32_t shard, uint32_t row)
{
	const struct hit_plan *plan = plan_of_row(row);

	return (struct plan_count *)(void *)(plan->counts + shard * plan->shard_bytes) +
	       (row - plan->rows_before);
}

/* Relaxed: nobody concludes anything from a counter about other memory. */
IN_PLACE void add(uint64_t *counter, uint64_t amount)
{
	__atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
}

/* 0 where there is no clock that may be read, or none that is as cheap as a hit. */
IN_PLACE uint64_t now_ticks(void)
{
	return LIKELY(hit_plans.has_ticks && !timeless) ? clock_ticks(SESSION_TSC) : 0;
}

/* From a moment to another; counters of two processors may differ a little. */
IN_PLACE uint64_t between(uint64_t from, uint64_t to)
{
	return from && to > from ? to - from : 0;
}

/* ---- memory --------------------------------------------------------------------------------- */

/* What moments of one owner begin with: those of the next are others. */
#define OWNER_SHIFT 48

static TRACER_CODE void tell_end(uint32_t row)
{
	int outer = guard_enter(GUARD_BUSY);

	arch_call_out(lines_ended, row);
	guard_leave(outer);
}

/* A visit is over: the drainer is to look what lives now, unless it cannot be anything else than when the row
 * was last told of.  Not from within the shim, which a handler has interrupted. */
IN_PLACE void see_memory(struct hit_thread *thread, uint32_t row)
{
	uint64_t moment = lines_moment() + (thread->owners << OWNER_SHIFT);

	if (UNLIKELY(row >= thread->rows) && !hit_thread_more(thread))
		return;
	if (LIKELY(thread->moments[row] == moment) || guard != GUARD_IDLE)
		return;
	thread->moments[row] = moment;
	if (!lines_ended_ordinarily(row))
		tell_end(row);
}

/* ---- with activations ------------------------------------------------------------------------ */

IN_PLACE uint32_t shard_of(const struct hit_thread *thread)
{
	return thread->number % PLAN_SHARDS;
}

IN_PLACE void end_visit(struct hit_thread *thread, const struct activation *activation, uint64_t now)
{
	struct plan_count *count = count_of(shard_of(thread), activation->row);
	uint64_t ticks = between(activation->began_ticks, now);

	see_memory(thread, activation->row);
	if (!ticks)
		return;
	add(&count->ticks, ticks);
	if (ticks > activation->called_ticks)
		add(&count->own_ticks, ticks - activation->called_ticks);
}

IN_PLACE void begin_visit(struct activation *activation, uint32_t row, uint64_t now)
{
	activation->row = row;
	activation->seen = 0;
	activation->began_ticks = now;
	activation->called_ticks = 0;
}

/* The innermost activation is over. */
static TRACER_CODE void leave(struct hit_thread *thread, struct stack *stack, uint64_t now)
{
	struct activation *gone = activations_top(stack);
	uint64_t ticks = between(gone->entered_ticks, now);

	end_visit(thread, gone, now);
	activations_pop(stack);
	struct activation *outer = activations_top(stack);
	if (outer)
		outer->called_ticks += ticks;
}

IN_PLACE bool is_copys(const struct activation *activation)
{
	return activation->function & HIT_COPY;
}

/* The innermost activation, a copy's, is over, and nothing has said when: its last visit has no end. */
static TRACER_CODE void drop(struct stack *stack, uint32_t count)
{
	for (; count > 0; count--)
		activations_pop(stack);
}

/* The innermost activation has been over for a while. */
static TRACER_CODE void leave_late(struct hit_thread *thread, struct stack *stack, uint64_t now)
{
	if (is_copys(activations_top(stack)))
		drop(stack, 1);
	else
		leave(thread, stack, now);
}

/* NULL if there is no room for it. */
IN_PLACE struct activation *enter(struct stack *stack, const struct hit_site *site, uint32_t number,
				  uintptr_t sp, uint64_t now)
{
	struct activation *activation = activations_next(stack);

	if (UNLIKELY(!activation))
		return NULL;
	activation->sp = sp;
	activation->entered_ticks = now;
	activation->function = site->function;
	activation->site = number;
	begin_visit(activation, site->first_row, now);
	activations_pushed(stack);
	return activation;
}

/* ---- without ------------------------------------------------------------------------------------ */

/* By the same rules, as if all were one activation: right but for recursion.  `thread` may be NULL. */
static TRACER_CODE void count_bare(struct hit_thread *thread, const struct hit_site *site, uint32_t number)
{
	uint32_t shard = thread ? thread->number % PLAN_SHARDS : 0;
	bool begins = site->does & PLAN_BEGINS && site->row != site->first_row;

	if (site->does & PLAN_ENTERS)
		add(&count_of(shard, site->first_row)->hits, 1);
	else if (thread && site->row == thread->bare_row && number > thread->bare_site)
		begins = false;
	if (begins)
		add(&count_of(shard, site->row)->hits, 1);
	if (!thread)
		return;
	if (site->does & PLAN_BEGINS)
		thread->bare_row = site->row;
	else if (site->does & PLAN_ENTERS)
		thread->bare_row = site->first_row;
	thread->bare_site = number;
}

/* ---- a hit ------------------------------------------------------------------------------------------ */

IN_PLACE struct stack *stack_of(struct hit_thread *thread, const struct hit_site *site, uintptr_t sp)
{
	struct stack *stack = thread->stacks.current;

	if (UNLIKELY(!stack || sp - stack->low > stack->high - stack->low))
		return stacks_find(&thread->stacks, sp, site->function, site->does & PLAN_ENTERS);
	return stack;
}

/* Whether this hit is of an activation that there was no room for. */
IN_PLACE bool is_unkept(struct stack *stack, uintptr_t sp)
{
	if (LIKELY(!stack->unkept_sp))
		return false;
	if (sp <= stack->unkept_sp)
		return true;
	stack->unkept_sp = 0;
	return false;
}

/* What is below the stack pointer is over, by a jump, an exception or an exit that could not be traced. */
IN_PLACE void leave_gone(struct hit_thread *thread, struct stack *stack, uintptr_t sp, uint64_t now)
{
	struct activation *top = activations_top(stack);

	while (UNLIKELY(top && top->sp < sp)) {
		leave_late(thread, stack, now);
		top = activations_top(stack);
	}
}

/* A function is entered.  NULL if there is no room for its activation, and nothing is counted yet. */
IN_PLACE struct activation *call(struct hit_thread *thread, struct stack *stack, const struct hit_site *site,
				 uint32_t number, uintptr_t sp, uint64_t now)
{
	struct activation *top = activations_top(stack);

	/* Left by a tail call: its return address is this one's by now.  (A jump back to the entry is a call
	 * as well: that is what a tail call of a function to itself becomes.) */
	while (UNLIKELY(top && top->sp == sp)) {
		leave_late(thread, stack, now);
		top = activations_top(stack);
	}
	top = enter(stack, site, number, sp, now);
	if (LIKELY(top))
		add(&count_of(shard_of(thread), site->first_row)->hits, 1);
	return top;
}

#define NOWHERE UINT32_MAX

/* How many copies' activations are within that of a function, or of a copy: then all of them are over.  `sp`:
 * its; 0: any.  NOWHERE: it is not there, or others are in between. */
static TRACER_CODE uint32_t copies_within(const struct stack *stack, uint32_t function, uintptr_t sp)
{
	const struct piece *piece = stack->piece;
	uint32_t used = stack->used;

	for (uint32_t count = 0; piece; count++) {
		if (used == 0) {
			piece = piece->outer;
			used = PIECE_ACTIVATIONS;
			if (!piece)
				return NOWHERE;
		}
		const struct activation *activation = &piece->activations[--used];
		if (activation->function == function && (!sp || activation->sp == sp))
			return count;
		if (!is_copys(activation))
			return NOWHERE;
	}
	return NOWHERE;
}

/* One that is not the innermost: copies in it are over; or it could not be seen to be entered. */
static TRACER_CODE struct activation *find_or_enter(struct stack *stack, const struct hit_site *site,
						    uint32_t number, uintptr_t sp, uint64_t now)
{
	uint32_t over = copies_within(stack, site->function, 0);

	if (over == NOWHERE)
		return enter(stack, site, number, sp, now);
	drop(stack, over);
	return activations_top(stack);
}

/* The activation that the hit belongs to, made where it is new; NULL if there is no room. */
IN_PLACE struct activation *activation_of(struct hit_thread *thread, struct stack *stack,
					  const struct hit_site *site, uint32_t number, uintptr_t sp,
					  uint64_t now)
{
	struct activation *top = activations_top(stack);

	if (site->does & PLAN_ENTERS)
		return call(thread, stack, site, number, sp, now);
	if (UNLIKELY(!top || top->function != site->function))
		return find_or_enter(stack, site, number, sp, now);
	return top;
}

/* A line is visited anew from another one, and where it goes back to what it did before: a loop in one line.
 * What compilers put before, as the step of a loop, is of the same visit. */
IN_PLACE bool is_new_visit(const struct activation *activation, const struct hit_site *site, uint32_t number)
{
	return activation->row != site->row ||
	       (number <= activation->site && (activation->seen >> number % 32u & 1u));
}

IN_PLACE void begin_line(struct hit_thread *thread, struct activation *activation,
			 const struct hit_site *site, uint64_t now)
{
	end_visit(thread, activation, now);
	begin_visit(activation, site->row, now);
	/* The first row counts calls, whatever stands on its line. */
	if (site->row != site->first_row)
		add(&count_of(shard_of(thread), site->row)->hits, 1);
}

IN_PLACE void count_hit(struct hit_thread *thread, const struct hit_site *site, uint32_t number, uintptr_t sp)
{
	struct stack *stack = stack_of(thread, site, sp);
	uint64_t now = now_ticks();

	if (UNLIKELY(is_unkept(stack, sp))) {
		count_bare(thread, site, number);
		return;
	}
	leave_gone(thread, stack, sp, now);
	struct activation *activation = activation_of(thread, stack, site, number, sp, now);
	if (UNLIKELY(!activation)) {
		stack->unkept_sp = sp;
		count_bare(thread, site, number);
		return;
	}
	if ((site->does & PLAN_BEGINS) && is_new_visit(activation, site, number))
		begin_line(thread, activation, site, now);
	activation->seen |= 1u << number % 32u;
	activation->site = number;
	if (site->does & PLAN_LEAVES)
		leave(thread, stack, now);
}

/* ---- copies ------------------------------------------------------------------------------------------
 *
 * A copy runs in its host's frame, and by where that is it is known, as functions are, if the plan can tell.
 * Else by where the stack pointer was at its entry; then it is not known for sure whose a later hit is, and
 * where it ends.
 */

struct frame {
	uintptr_t sp;
	bool known;
};

IN_PLACE struct frame frame_of(const struct plan_site *planned, uintptr_t sp)
{
	if (planned->depth == 0)
		return (struct frame){sp, false};
	return (struct frame){sp + planned->depth - sizeof(uintptr_t), true};
}

/* A copy begins in a frame: others in it are over, but for the one around it. */
static TRACER_CODE void drop_beside(struct stack *stack, const struct plan_site *planned, uint32_t function,
				    uintptr_t frame_sp)
{
	uint32_t outer = planned->outer ? function - planned->copy + planned->outer : 0;
	const struct activation *top = activations_top(stack);

	while (top && is_copys(top) && top->sp == frame_sp && top->function != outer) {
		drop(stack, 1);
		top = activations_top(stack);
	}
}

/* NULL if there is no room. */
static TRACER_CODE struct activation *enter_copy(struct hit_thread *thread, struct stack *stack,
						 const struct hit_site *site, uint32_t number,
						 uintptr_t frame_sp, uint64_t now)
{
	drop_beside(stack, planned_site(number), site->function, frame_sp);
	struct activation *top = enter(stack, site, number, frame_sp, now);
	if (top && site->does & PLAN_ENTERS)
		add(&count_of(shard_of(thread), site->first_row)->hits, 1);
	return top;
}

static TRACER_CODE void count_copys_hit(struct hit_thread *thread, const struct hit_site *site,
					uint32_t number, uintptr_t sp)
{
	struct frame frame = frame_of(planned_site(number), sp);
	struct stack *stack = stack_of(thread, site, sp);
	uint64_t now = now_ticks();

	if (is_unkept(stack, sp)) {
		count_bare(thread, site, number);
		return;
	}
	leave_gone(thread, stack, sp, now);
	uint32_t over = site->does & PLAN_ENTERS
				? NOWHERE
				: copies_within(stack, site->function, frame.known ? frame.sp : 0);
	/* Control comes here from elsewhere, too. */
	if (over == NOWHERE && site->does & PLAN_LEAVES)
		return;
	if (over != NOWHERE)
		drop(stack, over);
	struct activation *activation = over != NOWHERE
						? activations_top(stack)
						: enter_copy(thread, stack, site, number, frame.sp, now);
	if (!activation) {
		stack->unkept_sp = frame.sp;
		count_bare(thread, site, number);
		return;
	}
	if ((site->does & PLAN_BEGINS) && is_new_visit(activation, site, number))
		begin_line(thread, activation, site, now);
	activation->seen |= 1u << number % 32u;
	activation->site = number;
	if (site->does & PLAN_LEAVES && frame.known)
		leave(thread, stack, now);
	else if (site->does & PLAN_LEAVES)
		drop(stack, 1);
}

/* All of a place. */
static __attribute__((noinline)) TRACER_CODE void count_hits(struct hit_thread *thread, uint32_t number,
							     uintptr_t sp)
{
	const struct hit_site *site = site_of(number);

	do {
		if (site->does & HIT_COPYS)
			count_copys_hit(thread, site, number, sp);
		else
			count_hit(thread, site, number, sp);
		number++;
	} while (site++->does & HIT_ALSO);
}

static __attribute__((noinline)) TRACER_CODE void count_all_bare(struct hit_thread *thread, uint32_t number)
{
	const struct hit_site *site = site_of(number);

	do
		count_bare(thread, site, number++);
	while (site++->does & HIT_ALSO);
}

/* ---- a place is reached ------------------------------------------------------------------------------- */

/* A signal handler that interrupted a hit, unless that one was jumped out of. */
IN_PLACE bool is_within_a_hit(const struct hit_thread *thread, uintptr_t sp)
{
	return thread->busy_sp && sp - thread->busy_sp > STACK_BYTES;
}

IN_PLACE void hit(const struct hit_site *site, uint32_t number, uintptr_t sp, bool several)
{
	struct hit_thread *thread = hit_thread_self;

	if (UNLIKELY(!*hit_plans.alive))
		return;
	if (UNLIKELY(!thread))
		thread = hit_thread_attach();
	if (UNLIKELY(!thread || is_within_a_hit(thread, sp))) {
		count_all_bare(thread, number);
		return;
	}
	thread->busy_sp = sp;
	/* Handlers of this thread see that before anything it guards. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (several)
		count_hits(thread, number, sp);
	else
		count_hit(thread, site, number, sp);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	thread->busy_sp = 0;
}

/* Of another plan than the first, or of a place of several. */
static __attribute__((noinline)) TRACER_CODE void hit_another(uint32_t number, uintptr_t sp)
{
	uint32_t known = number & ~HIT_SEVERAL;

	hit(site_of(known), known, sp, number & HIT_SEVERAL);
}

TRACER_CODE void tracer_hit(uint32_t number, uintptr_t sp)
{
	const struct hit_plan *first = hit_plans.plans;

	if (LIKELY(number < first->sites_end))
		hit(&first->sites[number], number, sp, false);
	else
		hit_another(number, sp);
}
