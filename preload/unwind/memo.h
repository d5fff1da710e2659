/*
 * memo.h - call paths of whole stacks, known again by the words that a walk would read.
 *
 * A warm loop has few stacks, and each is told by its innermost pc and stack pointer and by
 * what stands where its walk read.  The comparison goes outwards and ends at the first
 * difference: see trail.h for why that makes it safe.
 *
 * Stacks of different inner frames share the words of outer ones, so that even those of a program that
 * seldom comes back cost little.  Words lie densely in one array of two halves; when both are full,
 * the older one's stacks are forgotten.
 */
#ifndef MPROF_PRELOAD_UNWIND_MEMO_H
#define MPROF_PRELOAD_UNWIND_MEMO_H

#include "preload/unwind/start.h"
#include "preload/unwind/trail.h"

#define MEMO_SETS 256
#define MEMO_WAYS 8          /* callers of one function often have stacks of one depth, and so of one set */
#define MEMO_HALF_WORDS 6144 /* 96 KiB, touched as they are needed */
#define MEMO_STACK_WORDS 768 /* a stack that would add more is not entered */

/* `at` is where the stack's words begin, in bytes from the memo's own start, and 0 in an empty entry. */
struct memo_entry {
	uint64_t key;
	uint32_t at, node;
};
#define MEMO_SET_BYTES 128u
_Static_assert(sizeof(struct memo_entry) * MEMO_WAYS == MEMO_SET_BYTES, "a set is two cache lines");

/*
 * A stack's words stand innermost first, between two companions.  The first holds the stack's sp for a
 * slot, with MEMO_MARK where fp counts too, and fp for a value.  The last ends every comparison, so that
 * none has to count: its slot is its own place, which does not hold its value, the address of the word to
 * go on with, 0 for none.  That one is of a stack whose words all stand together, in the same half.
 */
struct memo {
	struct trail_word none; /* what an empty entry leads to: a stack at 0 */
	_Alignas(MEMO_SET_BYTES) struct memo_entry sets[MEMO_SETS][MEMO_WAYS];
	uint64_t missed;   /* the key that was last looked for in vain, unless it is learnt by now */
	size_t half, used; /* which is being filled, and its words so far */
	uint32_t turn;     /* counts changes of half */
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

/* The first of these words that has changed, be it the last companion. */
READS_STACK static inline __attribute__((always_inline)) const struct trail_word *
memo_changed(const struct trail_word *word)
{
	for (;; word += 2) {
		if (stack_word(word[0].slot) != word[0].value)
			return word;
		if (stack_word(word[1].slot) != word[1].value)
			return word + 1;
	}
}

/* Whether `word`, a stack's first, leads to the stack that begins here. */
READS_STACK static inline __attribute__((always_inline)) bool memo_matches(const struct trail_word *word,
									   const struct unwind_start *start)
{
	uintptr_t other = word->slot ^ start->sp;
	if (other != 0 && (other << 1 != 0 || word->value != start->fp))
		return false;
	word++;
	do {
		word = memo_changed(word);
		if (word->slot != (uintptr_t)word)
			return false;
		word = (const struct trail_word *)word->value;
	} while (word != NULL);
	return true;
}

/* The node of the stack that begins here, 0 if it is not known. */
READS_STACK static inline __attribute__((always_inline)) uint32_t memo_find(struct memo *memo,
									    const struct unwind_start *start)
{
	uint64_t key = memo_key(start);
	const struct memo_entry *entry = memo->sets[memo_set(key)];
	do {
		if (entry->key == key &&
		    memo_matches((const void *)((const char *)memo + entry->at), start)) {
			if (entry->node == 0)
				__builtin_unreachable(); /* so that callers need not ask again */
			return entry->node;
		}
	} while ((uintptr_t)++entry % MEMO_SET_BYTES != 0);
	memo->missed = key;
	return 0;
}

/* Copies the trail's words, and notes in it where they stand together.  Returns where they are for
 * memo_enter; 0: they are too many. */
uint32_t memo_copy(struct memo *memo, struct trail *trail);

/* The stack that begins here has the words that were copied last, and this node; memo_find has not found it.
 */
void memo_enter(struct memo *memo, const struct unwind_start *start, uint32_t at, uint32_t node);

void memo_clear(struct memo *memo);

#endif
