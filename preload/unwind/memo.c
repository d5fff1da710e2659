/*
 * memo.c - what is entered, and what goes for it.  See memo.h.
 */
#include "preload/unwind/memo.h"

/* Copies the trail's words, in the order of a walk.  False: they cannot be told by offsets. */
static bool copy_words(struct memo *memo, uintptr_t sp, const struct trail *trail, size_t count)
{
	struct memo_word *to = &memo->words[memo->used];
	for (const struct trail_word *from = trail->words + count; from-- > trail->words; to++) {
		if (from->slot - sp > UINT32_MAX)
			return false;
		to->offset = (uint32_t)(from->slot - sp);
		__builtin_memcpy(to->value, &from->value, sizeof(to->value));
	}
	return true;
}

static void enter(struct memo *memo, struct memo_entry *entry, const struct trail *trail)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	size_t count = frame->words;
	if (count > MEMO_STACK_WORDS || !copy_words(memo, entry->sp, trail, count))
		return;
	entry->fp = frame->fp;
	entry->node = frame->node | (frame->needs_fp ? MEMO_NEEDS_FP : 0);
	entry->first = (uint16_t)memo->used;
	entry->count = (uint16_t)count;
	memo->used += count;
}

void memo_learn(struct memo *memo, const struct unwind_start *start, const struct trail *trail)
{
	if (memo->used + MEMO_STACK_WORDS > MEMO_WORDS)
		memo_clear(memo);
	struct memo_entry *set = memo->sets[memo_set(start)];
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	for (size_t way = 0; way < MEMO_WAYS; way++) {
		struct memo_entry *entry = &set[way];
		if (entry->pc == start->pc && entry->sp == start->sp && entry->node == frame->node &&
		    entry->count == 0) {
			enter(memo, entry, trail);
			struct memo_entry second = *entry;
			*entry = set[0];
			set[0] = second;
			return;
		}
	}
	set[MEMO_WAYS - 1] = (struct memo_entry){start->pc, start->sp, 0, frame->node, 0, 0};
}

void memo_clear(struct memo *memo)
{
	memset(memo->sets, 0, sizeof(memo->sets));
	memo->used = 0;
}
