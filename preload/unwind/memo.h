/*
 * memo.h - call paths of whole stacks, known again by the words that a walk would read.
 *
 * A warm loop has few stacks, and each is told by its innermost pc and stack pointer and by
 * what stands where its walk read.  The comparison goes outwards and ends at the first
 * difference: see trail.h for why that makes it safe.
 *
 * A stack is entered when it occurs for the second time, so that code which never comes back
 * costs little.  Words lie densely in one array of two halves; when both are full, the older one's
 * stacks are forgotten.
 */
#ifndef MPROF_PRELOAD_UNWIND_MEMO_H
#define MPROF_PRELOAD_UNWIND_MEMO_H

#include "preload/unwind/trail.h"
#include "preload/unwind/unwind.h"

#define MEMO_SETS 256
#define MEMO_WAYS 8           /* callers of one function often have stacks of one depth, and so of one set */
#define MEMO_HALF_WORDS 12288 /* 192 KiB, touched as they are needed */
#define MEMO_STACK_WORDS 768  /* a stack with more is not entered */
#define MEMO_ONCE 1024

/* `at` is where the stack's words are, in bytes from the memo's own start, and 0 in an empty entry. */
struct memo_entry {
	uint64_t key;
	uint64_t at;
};
#define MEMO_SET_BYTES 128u
_Static_assert(sizeof(struct memo_entry) * MEMO_WAYS == MEMO_SET_BYTES, "a set is two cache lines");

/*
 * A stack's words stand innermost first, between two companions.  The first holds the stack's sp for a
 * slot, with MEMO_MARK where fp counts too, and fp for a value.  The last ends every comparison, so that
 * none has to count: its slot is its own place, which does not hold its value, the marked node.
 */
struct memo {
	struct trail_word none; /* what an empty entry leads to: a stack at 0 */
	_Alignas(MEMO_SET_BYTES) struct memo_entry sets[MEMO_SETS][MEMO_WAYS];
	uint32_t once[MEMO_ONCE]; /* of stacks that occurred */
	size_t half, used;        /* which is being filled, and its words so far */
	_Alignas(sizeof(struct trail_word)) struct trail_word words[2][MEMO_HALF_WORDS];
};

#define MEMO_MARK (UINT64_C(1) << 63) /* no address is that large */

/* With the same sp, equal for the same pc only. */
static inline uint64_t memo_key(const struct unwind_start *start)
{
	return start->pc ^ start->sp << 20;
}

static inline size_t memo_set(uint64_t key)
{
	return key * UINT64_C(0x9e3779b97f4a7c15) >> 56;
}
_Static_assert(MEMO_SETS == 256, "memo_set yields eight bits");

/* The node if `word`, a stack's first, leads to the stack that begins here; else 0. */
READS_STACK static inline __attribute__((always_inline)) uint32_t
memo_compare(const struct trail_word *word, const struct unwind_start *start)
{
	uintptr_t other = word->slot ^ start->sp;
	if (other != 0 && (other << 1 != 0 || word->value != start->fp))
		return 0;
	do
		word++;
	while (stack_word(word->slot) == word->value);
	return word->slot == (uintptr_t)word ? (uint32_t)word->value : 0;
}

/* The node of the stack that begins here, 0 if it is not known. */
READS_STACK static inline __attribute__((always_inline)) uint32_t memo_find(const struct memo *memo,
									    const struct unwind_start *start)
{
	uint64_t key = memo_key(start);
	const struct memo_entry *entry = memo->sets[memo_set(key)];
	do {
		if (entry->key != key)
			continue;
		uint32_t node = memo_compare((const void *)((const char *)memo + entry->at), start);
		if (node != 0)
			return node;
	} while ((uintptr_t)++entry % MEMO_SET_BYTES != 0);
	return 0;
}

/* The trail is the stack that begins here, and memo_find has not found it. */
void memo_learn(struct memo *memo, const struct unwind_start *start, const struct trail *trail);

void memo_clear(struct memo *memo);

#endif
