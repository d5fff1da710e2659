/*
 * oracle.c - see oracle.h.
 */
#include "tests/check/oracle.h"

#include "preload/unwind/context.h"
#include "preload/unwind/fast_walk.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#define INNER_FRAMES_MAX 20

bool oracle_is_path(const struct arena *arena, uint32_t node, const struct path_frame *frames, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct session_node *at = arena_node(arena->nodes, node);
		if (node == 0 || at->pc != frames[i].pc || at->module != frames[i].module)
			return false;
		node = at->parent;
	}
	return node == 0;
}

READS_STACK uint32_t oracle_context(struct unwind_state *state, struct contexts *contexts,
				    const struct unwind_start *start, enum oracle_source *source)
{
	struct trail_meeting met = {0};
	const struct unwind_view here = unwind_view_of(start);
	*source = ORACLE_WALK;
	if (rules_are_current(state) && state->memo != NULL && memo_find(state->memo, &here) != 0)
		*source = ORACLE_MEMO;
	else if (rules_are_current(state) && fast_walk_follow(state, start, &met) && met.kept > 0)
		*source = ORACLE_TRAIL;
	return unwind_context(state, contexts, start);
}

size_t oracle_libunwind(const struct unwind_start *start, uintptr_t *pcs, size_t max)
{
	unw_context_t context;
	unw_cursor_t cursor;
	unw_word_t pc = 0, sp = 0;
	size_t count = 0;
	unw_getcontext(&context);
	unw_init_local(&cursor, &context);
	for (unsigned i = 0; i < INNER_FRAMES_MAX && (pc != start->pc || sp != start->sp); i++) {
		if (unw_step(&cursor) <= 0)
			return 0;
		unw_get_reg(&cursor, UNW_REG_IP, &pc);
		unw_get_reg(&cursor, UNW_REG_SP, &sp);
	}
	while (count < max && pc != 0) {
		pcs[count++] = pc;
		if (unw_step(&cursor) <= 0)
			break;
		unw_get_reg(&cursor, UNW_REG_IP, &pc);
	}
	return count;
}
