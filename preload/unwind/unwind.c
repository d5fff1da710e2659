/*
 * unwind.c - the walk: fast as far as cached rules lead, with full registers where they do not.
 *
 * Our own, because the alternatives are not safe inside malloc: libunwind and libgcc call
 * dl_iterate_phdr, which takes the loader's lock (a thread that allocates under it, in
 * dlopen, would wait for itself or for one that waits for malloc), and libunwind has locks and
 * caches of its own.  They serve as oracles in the tests.  Nothing here locks or allocates.
 */
#include "preload/unwind/unwind.h"

#include "preload/unwind/fast_walk.h"
#include "preload/unwind/lookup.h"
#include "preload/unwind/room.h"
#include "preload/unwind/rules.h"
#include "preload/unwind/step.h"

#include "trace/session.h"

#include <errno.h>
#include <stdatomic.h>

#define OWN_FRAMES_MAX 64

_Static_assert(UNWIND_STATE_ALIGNMENT % _Alignof(struct unwind_state) == 0, "as its parts need it");

size_t unwind_state_bytes(void)
{
	return sizeof(struct unwind_state);
}

void unwind_forget(struct unwind_state *state)
{
	rules_forget(state);
	if (state->memo != NULL)
		memo_clear(state->memo);
	trail_clear(&state->trail);
	state->readable = (struct readable){0};
}

/* By a function of it that is looked up in any case. */
static void know_libc(struct unwind_state *state)
{
	state->trail.libc = lookup_frame(state, (uintptr_t)__errno_location, false).module;
}

static void begin(struct unwind_state *state)
{
	room_begin(state);
	know_libc(state);
	/* A handler that jumps out of here leaves it to be done once more. */
	atomic_signal_fence(memory_order_release);
	state->memo = memo_begin(state->memo_few, MEMO_SETS_FEW);
}

void unwind_take_over(struct unwind_state *state)
{
	if (state->memo != NULL)
		memo_forget_records(state->memo);
	state->readable = (struct readable){0};
	unwind_refresh(state);
}

/* Takes the registers here and carries them out of the shim's own frames to the start. */
static __attribute__((noinline)) bool registers_at(struct unwind_state *state,
						   const struct unwind_start *start)
{
	struct unwind_registers *registers = &state->registers;
	arch_capture(registers);
	for (unsigned i = 0; i < OWN_FRAMES_MAX; i++) {
		if (step_outwards(state) != STOP_NONE || registers->value[ARCH_SP] > start->sp)
			return false;
		if (registers->value[ARCH_SP] == start->sp)
			return registers->value[ARCH_PC] == start->pc;
	}
	return false;
}

/* Records a frame that the fast walk cannot begin at: one that was interrupted, or whose frame
 * pointer is lost.  False if there is no room. */
static bool record_here(struct unwind_state *state, struct unwind_cursor *cursor)
{
	const struct unwind_registers *registers = &state->registers;
	if (cursor->count == state->walked_max)
		return false;
	uintptr_t pc = registers->value[ARCH_PC];
	uint32_t module = lookup_frame(state, pc, registers->exact).module;
	state->walked[cursor->count++] =
		(struct path_frame){pc, module | (registers->exact ? NODE_EXACT_PC : 0)};
	return true;
}

static bool is_ordinary(const struct unwind_registers *registers)
{
	const uint32_t needed = 1u << ARCH_FP | 1u << ARCH_SP;
	return !registers->exact && (registers->valid & needed) == needed;
}

/* Takes over where the fast walk is stuck, and hands back at the first ordinary frame beyond.
 * The registers follow only from stuck frame to stuck frame. */
static __attribute__((noinline)) enum unwind_stop walk_with_registers(struct unwind_state *state,
								      const struct unwind_start *start,
								      struct unwind_cursor *cursor)
{
	const struct unwind_registers *registers = &state->registers;
	if (!registers_at(state, start))
		return STOP_CUT;
	for (size_t at = 0;;) { /* the frame that the registers belong to */
		enum unwind_stop stop = step_outwards(state);
		if (stop != STOP_NONE)
			return stop;
		if (++at < cursor->count) {
			if (registers->value[ARCH_PC] != state->walked[at].pc)
				return STOP_CUT;
		} else if (!is_ordinary(registers)) {
			if (!record_here(state, cursor))
				return STOP_CUT;
		} else {
			cursor->pc = registers->value[ARCH_PC];
			cursor->sp = registers->value[ARCH_SP];
			cursor->fp = registers->value[ARCH_FP];
			stop = fast_walk(state, cursor);
			if (stop != STOP_FULL_REGISTERS)
				return stop;
		}
	}
}

void unwind_refresh(struct unwind_state *state)
{
	if (__builtin_expect(!rules_are_current(state), 0)) {
		rules_renew(state);
		if (state->memo != NULL)
			memo_clear(state->memo);
		trail_clear(&state->trail);
		know_libc(state);
	}
	if (__builtin_expect(state->memo == NULL, 0))
		begin(state);
}

static inline enum unwind_stop walk(struct unwind_state *state, const struct unwind_start *start,
				    size_t *count)
{
	struct unwind_cursor cursor = {start->pc, start->sp, start->fp, 0, 0};
	enum unwind_stop stop = fast_walk(state, &cursor);
	if (__builtin_expect(stop == STOP_FULL_REGISTERS, 0))
		stop = walk_with_registers(state, start, &cursor);
	else
		readable_walked(&state->readable, &(struct readable_walk){start->sp, cursor.sp,
									  cursor.largest, stop != STOP_END});
	*count = cursor.count;
	return stop;
}

size_t unwind_walk(struct unwind_state *state, const struct unwind_start *start,
		   const struct path_frame **frames)
{
	size_t count;
	unwind_refresh(state);
	enum unwind_stop stop = walk(state, start, &count);
	if (__builtin_expect(count == state->walked_max, 0) && room_deepen(state))
		stop = walk(state, start, &count);
	if (__builtin_expect(stop != STOP_END, 0))
		state->walked[count - 1].module |= NODE_TRUNCATED;
	*frames = state->walked;
	return count;
}
