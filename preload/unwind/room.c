/*
 * room.c - see room.h.  Allocates nothing but one private mapping, locks nothing.
 *
 * The mapping lives as long as the state.  In a fork child both are empty, and the mapping's address space is
 * lost to it: pages without memory behind them.
 */
#include "preload/unwind/room.h"

#include "preload/base/pages.h"

#include <stdatomic.h>

struct room_deep {
	struct path_frame walked[UNWIND_FRAMES_MAX];
	struct trail_frame frames[UNWIND_FRAMES_MAX];
	struct trail_word words[UNWIND_FRAMES_MAX * TRAIL_WORDS_PER_FRAME];
	struct trail_step steps[UNWIND_FRAMES_MAX];
};

void room_begin(struct unwind_state *state)
{
	struct room *own = &state->room;
	if (state->trail.max != 0)
		return;
	state->walked = own->walked;
	state->walked_max = WALKED_FRAMES_FEW;
	state->trail.frames = own->frames;
	state->trail.words = own->words;
	state->trail.steps = own->steps;
	state->trail.max = TRAIL_FRAMES_FEW;
}

bool room_deepen(struct unwind_state *state)
{
	struct room_deep *deep = state->deep == NULL ? pages_map(sizeof(*deep)) : NULL;
	if (deep == NULL)
		return false;
	state->deep = deep;
	trail_clear(&state->trail);
	state->walked = deep->walked;
	state->trail.frames = deep->frames;
	state->trail.words = deep->words;
	state->trail.steps = deep->steps;
	/* A signal handler that jumps out of here leaves the old limits with the old or the new room. */
	atomic_signal_fence(memory_order_release);
	state->walked_max = state->trail.max = UNWIND_FRAMES_MAX;
	return true;
}

void unwind_keep_on_fork(struct unwind_state *state, bool keep)
{
	if (state->memo != NULL && memo_mapped_bytes(state->memo) > 0)
		pages_keep_on_fork(state->memo, memo_mapped_bytes(state->memo), keep);
	if (state->deep != NULL)
		pages_keep_on_fork(state->deep, sizeof(*state->deep), keep);
}
