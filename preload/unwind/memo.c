/*
 * memo.c - what is entered, what goes for it, and how the memo grows.  See memo.h.
 *
 * The trail knows where the words of its outer frames stand together here (struct trail_copy): they end `end`
 * bytes from the memo's start, or would with those that are settled, and count as long as `turn` is the
 * memo's.
 */
#include "preload/unwind/memo.h"

#include "preload/base/pages.h"

#include <stdatomic.h>

#define GROWN_BYTES_MAX ((size_t)32 << 20) /* for all threads of the process */

#define SHARED_LEAST 14 /* fewer words are compared sooner where they stand with the others */

_Static_assert(MEMO_STACK_WORDS + 2 <= MEMO_SETS_FEW * MEMO_SET_WORDS, "every stack finds room in a half");
_Static_assert(MEMO_BYTES(MEMO_SETS_MANY) <= UINT32_MAX, "memo_entry says where in the memo");

static uint32_t half_words(const struct memo *memo)
{
	return memo->sets * MEMO_SET_WORDS;
}

static struct trail_word *words_of_half(struct memo *memo, uint32_t half)
{
	void *words = memo->entries + (size_t)memo->sets * MEMO_WAYS;
	return (struct trail_word *)words + (size_t)half * half_words(memo);
}

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
	uint32_t from = place_of(memo, words_of_half(memo, memo->half));
	uint32_t bytes = half_words(memo) * (uint32_t)sizeof(struct trail_word);
	struct memo_entry *entry = memo->entries, *end = entry + (size_t)memo->sets * MEMO_WAYS;
	for (; entry < end; entry++)
		if (entry->at - from < bytes)
			*entry = (struct memo_entry){0};
}

/* The trail's innermost frame whose words are there already; NULL if there is none, or so far out that it
 * is better to have all words together. */
static const struct trail_frame *shared_frame(const struct memo *memo, const struct trail *trail)
{
	size_t words = trail->frames[trail->count - 1].words, least = words * 2 / 3;
	const struct trail_frame *frame = trail->frames + trail->copy.frames - 1;
	least = least > SHARED_LEAST ? least : SHARED_LEAST;
	return trail->copy.frames > 0 && trail->copy.turn == memo->turn && frame->words >= least ? frame
												 : NULL;
}

/* Where the frame's words begin, which are there already.  (Those that are settled are the outermost.) */
static uintptr_t shared_words(const struct memo *memo, const struct trail *trail,
			      const struct trail_frame *shared)
{
	return (uintptr_t)memo + trail->copy.end - shared->words * sizeof(struct trail_word);
}

/* Copies the words that an outer frame does not share, in the order of a walk, and their companions. */
static struct trail_word *copy_words(struct memo *memo, const struct trail *trail,
				     const struct trail_frame *shared)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	const struct trail_word *from = trail->words + frame->words;
	const struct trail_word *end = trail->words + (shared != NULL ? shared->words : trail->settled);
	struct trail_word *first = words_of_half(memo, memo->half) + memo->used, *to = first;
	*to++ = (struct trail_word){frame->sp | (frame->needs_fp ? MEMO_MARK : 0), frame->fp};
	while (from-- > end)
		*to++ = *from;
	*to = (struct trail_word){(uintptr_t)to, shared != NULL ? shared_words(memo, trail, shared) : 0};
	memo->used += (uint32_t)(to + 1 - first);
	return first;
}

uint32_t memo_copy(struct memo *memo, struct trail *trail)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	if (memo->used + MEMO_STACK_WORDS + 2 > half_words(memo))
		turn_over(memo);
	const struct trail_frame *shared = shared_frame(memo, trail);
	if (frame->words - (shared != NULL ? shared->words : 0) > MEMO_STACK_WORDS)
		return 0;
	const struct trail_word *first = copy_words(memo, trail, shared);
	if (shared == NULL)
		trail->copy = (struct trail_copy){trail->count, place_of(memo, first + 1 + frame->words),
						  memo->turn};
	return place_of(memo, first);
}

static void count_forgotten(struct memo *memo, uint32_t node)
{
	if (node > memo->newest_node)
		memo->newest_node = node;
	else
		memo->forgotten++;
}

/* In front, where it is found first; the oldest of its set goes for it. */
void memo_enter(struct memo *memo, const struct unwind_start *start, uint32_t at, uint32_t node)
{
	memo->missed = 0;
	if (at == 0 || node == 0)
		return;
	count_forgotten(memo, node);
	uint64_t key = memo_key(start->pc, start->sp);
	struct memo_entry *set = memo_set(memo, key);
	for (size_t i = MEMO_WAYS - 1; i > 0; i--)
		set[i] = set[i - 1];
	set[0] = (struct memo_entry){key, at, node};
}

void memo_clear(struct memo *memo)
{
	memset(memo->entries, 0, (size_t)memo->sets * MEMO_SET_BYTES);
	memo->used = 0;
	memo->turn++;
}

/* ---- memory ------------------------------------------------------------------------ */

struct memo *memo_begin(void *memory, uint32_t sets)
{
	struct memo *memo = memory;
	memo->sets = sets;
	memo->sets_mask = (uint64_t)(sets - 1) * MEMO_SET_BYTES;
	return memo;
}

/* Takes so much of what all threads may have. */
static bool claim(size_t bytes)
{
	static _Atomic size_t grown;
	/* Relaxed, both: a bound, nothing hangs on it. */
	if (atomic_fetch_add_explicit(&grown, bytes, memory_order_relaxed) + bytes <= GROWN_BYTES_MAX)
		return true;
	atomic_fetch_sub_explicit(&grown, bytes, memory_order_relaxed);
	return false;
}

struct memo *memo_grown(struct memo *memo)
{
	uint32_t sets = 2 * memo->sets;
	size_t more = MEMO_BYTES(sets) - memo_mapped_bytes(memo);
	memo->forgotten = 0;
	void *memory = claim(more) ? pages_map(MEMO_BYTES(sets)) : NULL;
	if (memory == NULL)
		return NULL;
	struct memo *grown = memo_begin(memory, sets);
	grown->newest_node = memo->newest_node;
	grown->turn = memo->turn + 1;
	return grown;
}

void memo_drop(struct memo *memo)
{
	size_t bytes = memo_mapped_bytes(memo);
	if (bytes > 0)
		pages_unmap(memo, bytes);
}
