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

#define SHARED_LEAST 14  /* fewer words are compared sooner where they stand with the others */
#define RECORDS_LEAST 12 /* fewer words are compared sooner one by one */
#define COMPANIONS 4     /* of a stack's words, at most */

_Static_assert(MEMO_STACK_WORDS + COMPANIONS <= MEMO_SETS_FEW * MEMO_SET_WORDS,
	       "every stack finds room in a half");
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

/* ---- what is copied ------------------------------------------------------------------ */

/* How many of the trail's words are there already, 0 if so few that it is better to have all together. */
static size_t shared_words(const struct memo *memo, const struct trail *trail)
{
	const struct trail_copy *copy = &trail->copy;
	size_t least = trail->frames[trail->count - 1].words * 2 / 3;
	if (copy->frames == 0 || copy->turn != memo->turn)
		return 0;
	size_t words = trail->frames[copy->frames - 1].words;
	if (words < (least > SHARED_LEAST ? least : SHARED_LEAST))
		return 0;
	bool among_records = words > copy->records.first && words < copy->records.end;
	return among_records ? words - (words - copy->records.first) % MEMO_RECORDS_WORDS : words;
}

/* Whether this word and the next are a frame record, below that of the two before if there is one. */
static bool is_record(const struct trail_word *word, bool first)
{
	return word->slot - word[1].slot == ARCH_WORD_BYTES && (first || word->slot < word[-1].slot);
}

/* The longest span of words that are frame records, of whole structs; else an empty one. */
static struct trail_span longest_records(const struct trail *trail, size_t count)
{
	struct trail_span longest = {count, count};
	for (size_t first = trail->settled, end; first + 1 < count; first = end > first ? end : first + 1) {
		end = first;
		while (end + 1 < count && is_record(trail->words + end, end == first))
			end += 2;
		if (end - first > longest.end - longest.first)
			longest = (struct trail_span){first, end};
	}
	longest.end -= (longest.end - longest.first) % MEMO_RECORDS_WORDS;
	return longest;
}

/* Those that are worth it, and may be read whatever has changed. */
static struct trail_span records_of(const struct trail *trail, size_t count, const struct readable *readable)
{
	struct trail_span records = longest_records(trail, count);
	if (records.end - records.first < RECORDS_LEAST ||
	    !readable_is_own(readable, trail->words[records.end - 1].slot,
			     trail->words[records.first].slot + ARCH_WORD_BYTES))
		return (struct trail_span){count, count};
	return records;
}

/* The words before `from` down to `end`, in the order of a walk. */
static struct trail_word *copy_words(struct trail_word *to, const struct trail *trail, size_t from,
				     size_t end)
{
	while (from-- > end)
		*to++ = trail->words[from];
	return to;
}

static struct trail_word *copy_records(struct trail_word *to, const struct trail *trail,
				       struct trail_span records)
{
	const struct trail_word *word = trail->words + records.end;
	for (; word > trail->words + records.first; word -= MEMO_RECORDS_WORDS) {
		*(struct memo_records *)(void *)to = (struct memo_records){
			{word[-1].slot, word[-3].slot},
			{{word[-1].value, word[-2].value}, {word[-3].value, word[-4].value}}};
		to += sizeof(struct memo_records) / sizeof(*to);
	}
	return to;
}

static size_t records_bytes(size_t words)
{
	return words / MEMO_RECORDS_WORDS * sizeof(struct memo_records);
}

/* Goes on with words, or with MEMO_RECORDS added with frame records. */
static struct trail_word *lead_to(struct trail_word *to, uintptr_t from)
{
	*to = (struct trail_word){(uintptr_t)to, from};
	return to + 1;
}

/* Goes on with the outermost `words` words of those that stand together. */
static struct trail_word *lead_to_shared(struct trail_word *to, const struct memo *memo,
					 const struct trail_copy *copy, size_t words)
{
	uintptr_t end = (uintptr_t)memo + copy->end;
	struct trail_span records = copy->records;
	if (words <= records.first)
		return lead_to(to, end - words * sizeof(*to));
	end -= (records.first + 1) * sizeof(*to);
	if (words <= records.end)
		return lead_to(to, end - records_bytes(words - records.first) + MEMO_RECORDS);
	end -= records_bytes(records.end - records.first);
	return lead_to(to, end - (words - records.end + 1) * sizeof(*to));
}

/* All of the trail's words; where they stand is noted in it. */
static struct trail_word *copy_together(struct trail_word *to, struct memo *memo, struct trail *trail,
					const struct readable *readable)
{
	size_t words = trail->frames[trail->count - 1].words;
	struct trail_span records = records_of(trail, words, readable);
	to = copy_words(to, trail, words, records.end);
	if (records.end > records.first) {
		to = copy_records(lead_to(to, (uintptr_t)(to + 1) + MEMO_RECORDS), trail, records);
		*to++ = (struct trail_word){MEMO_RECORDS, 0};
		memo->has_records = true;
	}
	to = copy_words(to, trail, records.first, trail->settled);
	trail->copy =
		(struct trail_copy){trail->count, place_of(memo, to + trail->settled), memo->turn, records};
	return lead_to(to, 0);
}

uint32_t memo_copy(struct memo *memo, struct trail *trail, const struct readable *readable)
{
	const struct trail_frame *frame = &trail->frames[trail->count - 1];
	if (memo->used + MEMO_STACK_WORDS + COMPANIONS > half_words(memo))
		turn_over(memo);
	size_t shared = shared_words(memo, trail);
	if (frame->words - shared > MEMO_STACK_WORDS)
		return 0;
	struct trail_word *first = words_of_half(memo, memo->half) + memo->used, *to = first;
	*to++ = (struct trail_word){frame->sp | (frame->needs_fp ? MEMO_MARK : 0), frame->fp};
	if (shared > 0)
		to = lead_to_shared(copy_words(to, trail, frame->words, shared), memo, &trail->copy, shared);
	else
		to = copy_together(to, memo, trail, readable);
	memo->used += (uint32_t)(to - first);
	return place_of(memo, first);
}

/* ---- what is entered ------------------------------------------------------------------ */

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
	memo->has_records = false;
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
static bool claim(_Atomic uint64_t *all_bytes, size_t bytes)
{
	/* Relaxed, both: a bound and a figure, nothing hangs on it. */
	if (atomic_fetch_add_explicit(all_bytes, bytes, memory_order_relaxed) + bytes <= GROWN_BYTES_MAX)
		return true;
	atomic_fetch_sub_explicit(all_bytes, bytes, memory_order_relaxed);
	return false;
}

struct memo *memo_grown(struct memo *memo, _Atomic uint64_t *all_bytes)
{
	uint32_t sets = 2 * memo->sets;
	size_t more = MEMO_BYTES(sets) - memo_mapped_bytes(memo);
	memo->forgotten = 0;
	if (!claim(all_bytes, more))
		return NULL;
	void *memory = pages_map(MEMO_BYTES(sets));
	if (memory == NULL) {
		atomic_fetch_sub_explicit(all_bytes, more, memory_order_relaxed);
		return NULL;
	}
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
