/*
 * memo.c - what is entered, and what goes for it.  See memo.h.
 */
#include "preload/unwind/memo.h"

/* Copies the trail's words, in the order of a walk, between their two companions. */
static const struct trail_word *copy_words(struct memo *memo, const struct trail *trail, size_t count)
{
	struct trail_word *to = &memo->words[memo->used], *first = to + 1;
	*to++ = (struct trail_word){.value = trail->frames[trail->count - 1].fp};
	for (const struct trail_word *from = trail->words + count; from-- > trail->words; to++)
		*to = *from;
	*to = (struct trail_word){.slot = (uintptr_t)to};
	memo->used += count + 2;
	return first;
}

static void enter(struct memo *memo, struct memo_entry *entry, const struct trail *trail)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	if (frame->words > MEMO_STACK_WORDS)
		return;
	entry->sp = frame->sp;
	entry->words = copy_words(memo, trail, frame->words);
	entry->needs_fp = frame->needs_fp;
}

void memo_learn(struct memo *memo, const struct unwind_start *start, const struct trail *trail)
{
	if (memo->used + MEMO_STACK_WORDS + 2 > MEMO_WORDS)
		memo_clear(memo);
	struct memo_entry *set = memo->sets[memo_set(start)];
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	for (size_t way = 0; way < MEMO_WAYS; way++) {
		struct memo_entry *entry = &set[way];
		if (entry->pc == start->pc && entry->sp == memo_once(start->sp) &&
		    entry->node == frame->node) {
			enter(memo, entry, trail);
			struct memo_entry second = *entry;
			*entry = set[0];
			set[0] = second;
			return;
		}
	}
	set[MEMO_WAYS - 1] =
		(struct memo_entry){.pc = start->pc, .sp = memo_once(start->sp), .node = frame->node};
}

void memo_clear(struct memo *memo)
{
	memset(memo->sets, 0, sizeof(memo->sets));
	memo->used = 0;
}
