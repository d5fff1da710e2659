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
#define MEMO_WORDS 12288     /* 144 KiB, touched as they are needed */
#define MEMO_STACK_WORDS 768 /* a stack with more is not entered */
#define MEMO_NEEDS_FP (UINT32_C(1) << 31)

/* A word of the stack at `offset` from its pointer; 12 bytes. */
struct memo_word {
	uint32_t offset;
	uint32_t value[2];
};

struct memo_entry {
	uintptr_t pc, sp, fp;
	uint32_t node;         /* | MEMO_NEEDS_FP */
	uint16_t first, count; /* its words; none yet if it occurred once */
};
_Static_assert(sizeof(struct memo_entry) * MEMO_WAYS == 64, "a set is a cache line");

struct memo {
	_Alignas(64) struct memo_entry sets[MEMO_SETS][MEMO_WAYS];
	size_t used; /* words */
	struct memo_word words[MEMO_WORDS];
};

static inline size_t memo_set(const struct unwind_start *start)
{
	uint64_t word = (start->pc ^ start->sp << 20) * UINT64_C(0x9e3779b97f4a7c15);
	return word >> 56;
}
_Static_assert(MEMO_SETS == 256, "memo_set yields eight bits");

READS_STACK static inline __attribute__((always_inline)) bool
memo_matches(const struct memo *memo, const struct memo_entry *entry, const struct unwind_start *start)
{
	if (entry->pc != start->pc || entry->sp != start->sp || entry->count == 0)
		return false;
	if ((entry->node & MEMO_NEEDS_FP) && entry->fp != start->fp)
		return false;
	const struct memo_word *word = &memo->words[entry->first], *end = word + entry->count;
	for (; word < end; word++) {
		uint64_t value;
		__builtin_memcpy(&value, word->value, sizeof(value));
		if (stack_word(start->sp + word->offset) != value)
			return false;
	}
	return true;
}

/* The node of the stack that begins here, 0 if it is not known. */
READS_STACK static inline __attribute__((always_inline)) uint32_t memo_find(const struct memo *memo,
									    const struct unwind_start *start)
{
	const struct memo_entry *set = memo->sets[memo_set(start)];
	for (size_t way = 0; way < MEMO_WAYS; way++)
		if (memo_matches(memo, &set[way], start))
			return set[way].node & ~MEMO_NEEDS_FP;
	return 0;
}

/* The trail is the stack that begins here, and memo_find has not found it. */
void memo_learn(struct memo *memo, const struct unwind_start *start, const struct trail *trail);

void memo_clear(struct memo *memo);

#endif
