/*
 * memo.c - what is entered, and what goes for it.  See memo.h.
 *
 * A frame of the trail knows where its words and those of the frames around it stand together in the memo:
 * known_at, in bytes from the memo's start, 0 for nowhere; it counts as long as known_turn is the memo's.
 */
#include "preload/unwind/memo.h"

#define SHARED_LEAST 14 /* fewer words are compared sooner where they stand with the others */

_Static_assert(MEMO_STACK_WORDS + 2 <= MEMO_HALF_WORDS, "every stack finds room in a half");
_Static_assert(sizeof(struct memo) <= UINT32_MAX, "memo_entry says where in the memo");

static uint32_t place_of(const struct memo *memo, const struct trail_word *word)
{
	return (uint32_t)((const char *)word - (const char *)memo);
}

/* Goes on in the other half, without what it holds. */
static void turn_over(struct memo *memo)
{
	memo->half ^= 1;
	memo->used = 0;
	memo->turn++;
	uint32_t from = place_of(memo, memo->words[memo->half]);
	struct memo_entry *entry = memo->sets[0], *end = entry + (size_t)MEMO_SETS * MEMO_WAYS;
	for (; entry < end; entry++)
		if (entry->at - from < sizeof(memo->words[0]))
			*entry = (struct memo_entry){0};
}

/* The trail's innermost frame whose words are there already; NULL if there is none, or so far out that it
 * is better to have all words together. */
static const struct trail_frame *shared_frame(const struct memo *memo, const struct trail *trail)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	size_t least = frame->words * 2u / 3;
	least = least > SHARED_LEAST ? least : SHARED_LEAST;
	for (; frame >= trail->frames && frame->words >= least; frame--)
		if (frame->known_at != 0 && frame->known_turn == memo->turn)
			return frame;
	return NULL;
}

/* Copies the words that an outer frame does not share, in the order of a walk, and their companions. */
static struct trail_word *copy_words(struct memo *memo, const struct trail *trail,
				     const struct trail_frame *shared)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	const struct trail_word *from = trail->words + frame->words;
	const struct trail_word *end = trail->words + (shared != NULL ? shared->words : 0);
	struct trail_word *first = &memo->words[memo->half][memo->used], *to = first;
	*to++ = (struct trail_word){frame->sp | (frame->needs_fp ? MEMO_MARK : 0), frame->fp};
	while (from-- > end)
		*to++ = *from;
	*to = (struct trail_word){(uintptr_t)to, shared != NULL ? (uintptr_t)memo + shared->known_at : 0};
	memo->used += (size_t)(to + 1 - first);
	return first;
}

/* All words of the trail stand together from the one behind `first` on. */
static void note_places(const struct memo *memo, struct trail *trail, const struct trail_word *first)
{
	const struct trail_word *end = first + 1 + trail->frames[trail->count - 1].words;
	for (struct trail_frame *frame = trail->frames; frame < trail->frames + trail->count; frame++) {
		frame->known_at = place_of(memo, end - frame->words);
		frame->known_turn = memo->turn;
	}
}

void memo_learn(struct memo *memo, const struct unwind_start *start, struct trail *trail)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	memo->missed = 0;
	if (memo->used + MEMO_STACK_WORDS + 2 > MEMO_HALF_WORDS)
		turn_over(memo);
	const struct trail_frame *shared = shared_frame(memo, trail);
	if (frame->node == 0 || frame->words - (shared != NULL ? shared->words : 0) > MEMO_STACK_WORDS)
		return;
	const struct trail_word *first = copy_words(memo, trail, shared);
	if (shared == NULL)
		note_places(memo, trail, first);
	uint64_t key = memo_key(start);
	struct memo_entry *set = memo->sets[memo_set(key)];
	memmove(set + 1, set, (MEMO_WAYS - 1) * sizeof(*set));
	set[0] = (struct memo_entry){key, place_of(memo, first), frame->node};
}

void memo_clear(struct memo *memo)
{
	memset(memo->sets, 0, sizeof(memo->sets));
	memo->used = 0;
	memo->turn++;
}
