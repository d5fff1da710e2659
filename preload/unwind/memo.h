/*
 * memo.h - call paths of whole stacks, known again by the words that a walk would read.
 *
 * A warm loop has few stacks, and each is told by its innermost pc and stack pointer and by
 * what stands where its walk read.  The comparison goes outwards and ends at the first
 * difference: see trail.h for why that makes it safe.
 *
 * A stack is entered when it occurs for the second time, so that code which never comes back
 * costs little.  Words lie densely in one array; when that is full, everything is forgotten.
 */
#ifndef MPROF_PRELOAD_UNWIND_MEMO_H
#define MPROF_PRELOAD_UNWIND_MEMO_H

#include "preload/unwind/trail.h"
#include "preload/unwind/unwind.h"

#define MEMO_SETS 256
#define MEMO_WAYS 2
#define MEMO_WORDS 12288     /* 192 KiB, touched as they are needed */
#define MEMO_STACK_WORDS 768 /* a stack with more is not entered */

struct memo_entry {
	uintptr_t pc, sp; /* sp is memo_once of it as long as there are no words */
	const struct trail_word *words;
	uint32_t node;
	bool needs_fp; /* which is the value of words[-1] then */
};
#define MEMO_SET_BYTES 64u /* a cache line, and never astride two */
_Static_assert(sizeof(struct memo_entry) * MEMO_WAYS == MEMO_SET_BYTES, "a set is a cache line");

/* A stack's words stand innermost first, behind one that holds its fp.  After them comes one that ends every
 * comparison, so that none has to count: its slot is its own place, and does not hold its value. */
struct memo {
	_Alignas(MEMO_SET_BYTES) struct memo_entry sets[MEMO_SETS][MEMO_WAYS];
	size_t used; /* words */
	_Alignas(sizeof(struct trail_word)) struct trail_word words[MEMO_WORDS];
};

static inline size_t memo_set(const struct unwind_start *start)
{
	uint64_t word = (start->pc ^ start->sp << 20) * UINT64_C(0x9e3779b97f4a7c15);
	return word >> 56;
}
_Static_assert(MEMO_SETS == 256, "memo_set yields eight bits");

/* Of a stack that occurred once: what is no stack's pointer. */
static inline uintptr_t memo_once(uintptr_t sp)
{
	return ~sp;
}

READS_STACK static inline __attribute__((always_inline)) bool memo_matches(const struct memo_entry *entry,
									   const struct unwind_start *start)
{
	if (entry->pc != start->pc || entry->sp != start->sp)
		return false;
	const struct trail_word *word = entry->words;
	if (entry->needs_fp && word[-1].value != start->fp)
		return false;
	while (stack_word(word->slot) == word->value)
		word++;
	return word->slot == (uintptr_t)word;
}

/* The node of the stack that begins here, 0 if it is not known. */
READS_STACK static inline __attribute__((always_inline)) uint32_t memo_find(const struct memo *memo,
									    const struct unwind_start *start)
{
	const struct memo_entry *entry = memo->sets[memo_set(start)];
	do {
		if (memo_matches(entry, start))
			return entry->node;
	} while ((uintptr_t)++entry % MEMO_SET_BYTES != 0);
	return 0;
}

/* The trail is the stack that begins here, and memo_find has not found it. */
void memo_learn(struct memo *memo, const struct unwind_start *start, const struct trail *trail);

void memo_clear(struct memo *memo);

#endif
