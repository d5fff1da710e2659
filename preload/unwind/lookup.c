/*
 * lookup.c - see lookup.h.  No lock, no allocation.
 */
#include "preload/unwind/lookup.h"

#include "preload/memory/modules.h"
#include "preload/base/code_object.h"

struct lookup lookup_frame(struct unwind_state *state, uintptr_t pc, bool exact)
{
	struct lookup found = {0};
	struct dl_find_object object;
	struct eh_frame_entry entry;
	/* A return address may be the first byte of another function; its call is not. */
	uintptr_t inside = pc - !exact;
	if (!code_object_find(inside, &object))
		return found;
	found.module = modules_find(&object);
	found.has_row = eh_frame_find(inside, &object, &entry);
	if (!found.has_row && !exact) {
		/* A function that nobody called: its address was put there as if it had, at the
		 * outer end of a coroutine's stack (makecontext does so). */
		inside = pc;
		found.has_row = eh_frame_find(pc, &object, &entry) && entry.start == pc;
	}
	found.has_row = found.has_row && cfi_row_at(&state->machine, &entry, inside);
	found.signal_frame = found.has_row && entry.signal_frame;
	return found;
}
