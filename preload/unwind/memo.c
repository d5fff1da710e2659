/*
 * memo.c - what is entered, and what goes for it.  See memo.h.
 */
#include "preload/unwind/memo.h"

_Static_assert(MEMO_STACK_WORDS + 2 <= MEMO_HALF_WORDS, "every stack finds room in a half");

static uint64_t place_of(const struct memo *memo, const struct trail_word *word)
{
	return (uint64_t)((const char *)word - (const char *)memo);
}

/* Whether this stack occurred lately; it has now.  What falls on the same place is taken for older. */
static bool occurred(struct memo *memo, uint64_t key, uint32_t node)
{
	uint64_t mixed = (key ^ (uint64_t)node << 36) * UINT64_C(0xd6e8feb86659fd93);
	uint32_t *place = &memo->once[(mixed >> 32) % MEMO_ONCE], seen = *place;
	*place = (uint32_t)(mixed >> 20);
	return seen == (uint32_t)(mixed >> 20);
}

/* Goes on in the other half, without what it holds. */
static void turn_over(struct memo *memo)
{
	memo->half ^= 1;
	memo->used = 0;
	uint64_t from = place_of(memo, memo->words[memo->half]);
	struct memo_entry *entry = memo->sets[0], *end = entry + (size_t)MEMO_SETS * MEMO_WAYS;
	for (; entry < end; entry++)
		if (entry->at - from < sizeof(memo->words[0]))
			*entry = (struct memo_entry){0};
}

/* Copies the trail's words, in the order of a walk, between their two companions. */
static uint64_t copy_words(struct memo *memo, const struct trail *trail, const struct trail_frame *frame)
{
	struct trail_word *first = &memo->words[memo->half][memo->used], *to = first;
	*to++ = (struct trail_word){frame->sp | (frame->needs_fp ? MEMO_MARK : 0), frame->fp};
	for (const struct trail_word *from = trail->words + frame->words; from-- > trail->words; to++)
		*to = *from;
	*to = (struct trail_word){(uintptr_t)to, MEMO_MARK | frame->node};
	memo->used += frame->words + 2u;
	return place_of(memo, first);
}

void memo_learn(struct memo *memo, const struct unwind_start *start, const struct trail *trail)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	uint64_t key = memo_key(start);
	if (!occurred(memo, key, frame->node) || frame->words > MEMO_STACK_WORDS)
		return;
	if (memo->used + frame->words + 2 > MEMO_HALF_WORDS)
		turn_over(memo);
	struct memo_entry *set = memo->sets[memo_set(key)];
	memmove(set + 1, set, (MEMO_WAYS - 1) * sizeof(*set));
	set[0] = (struct memo_entry){key, copy_words(memo, trail, frame)};
}

void memo_clear(struct memo *memo)
{
	memset(memo->sets, 0, sizeof(memo->sets));
	memset(memo->once, 0, sizeof(memo->once));
	memo->used = 0;
}
