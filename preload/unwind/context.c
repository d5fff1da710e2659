/*
 * context.c - see context.h.  Nothing here locks or allocates.
 */
#include "preload/unwind/context.h"

#include "preload/memory/arena.h"
#include "preload/memory/process.h"
#include "preload/unwind/fast_walk.h"
#include "preload/unwind/room.h"
#include "preload/unwind/unwind.h"

static __attribute__((noinline)) uint32_t walk_whole(struct unwind_state *state, struct contexts *contexts,
						     const struct unwind_start *start)
{
	const struct path_frame *frames;
	size_t count = unwind_walk(state, start, &frames);
	uint32_t node = contexts_path(contexts, frames, count);
	if (count > state->trail.max)
		room_deepen(state);
	return node;
}

static __attribute__((noinline)) void grow_memo(struct unwind_state *state)
{
	struct arena *arena = process_arena();
	struct memo *old = state->memo,
		    *grown = arena != NULL ? memo_grown(old, &arena->header->memo_bytes) : NULL;
	if (grown == NULL)
		return;
	state->memo = grown;
	memo_drop(old);
}

uint32_t unwind_context_anew(struct unwind_state *state, struct contexts *contexts,
			     const struct unwind_start *start)
{
	struct trail_meeting met;
	unwind_refresh(state);
	if (!fast_walk_follow(state, start, &met))
		return walk_whole(state, contexts, start);
	trail_renew(&state->trail, contexts, met);
	/* While memory answers for the nodes. */
	uint32_t words = memo_copy(state->memo, &state->trail, &state->readable);
	uint32_t node = trail_intern(&state->trail, contexts, met);
	memo_enter(state->memo, start, words, node);
	if (__builtin_expect(memo_is_crowded(state->memo), 0))
		grow_memo(state);
	return node;
}
