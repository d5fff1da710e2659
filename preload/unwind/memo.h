/*
 * memo.h - call paths of whole stacks, known again by the words that a walk would read.
 *
 * A warm loop has few stacks, and each is told by its innermost pc and stack pointer and by
 * what stands where its walk read.  The comparison goes outwards and ends at the first
 * difference: see trail.h for why that makes it safe.
 *
 * Programs with frame pointers have fp and the return address side by side: frame records.  Those in the
 * stack that the thread was made with stay readable, whatever has changed, so all of them are compared at
 * once.
 *
 * Stacks of different inner frames share the words of outer ones, so that even those of a program that
 * seldom comes back cost little.  Words lie densely in two halves; when both are full, the older one's stacks
 * are forgotten.
 *
 * Few stacks do for most threads, and touch little memory.  A thread that goes on missing call paths that it
 * has had gets a memo twice as large, in a mapping of its own, and again: a compiler comes back to more
 * stacks than caches near the processor hold.
 */
#ifndef MPROF_PRELOAD_UNWIND_MEMO_H
#define MPROF_PRELOAD_UNWIND_MEMO_H

#include "arch_pair.h"
#include "preload/unwind/start.h"
#include "preload/unwind/trail.h"

#define MEMO_WAYS 8u /* callers of one function often have stacks of one depth, and so of one set */
#define MEMO_SETS_FEW 256u
#define MEMO_SETS_MANY 4096u
#define MEMO_SET_WORDS 24u   /* of each half, for each set there is */
#define MEMO_STACK_WORDS 768 /* a stack that would add more is not entered */

/* `at` is where the stack's words begin, in bytes from the memo's start, and 0 in an empty entry. */
struct memo_entry {
	uint64_t key;
	uint32_t at, node;
};
#define MEMO_SET_BYTES 128u
_Static_assert(sizeof(struct memo_entry) * MEMO_WAYS == MEMO_SET_BYTES, "a set is two cache lines");

/*
 * The head of the memory that all of it stands in: behind it come the sets and then the words.
 *
 * A stack's words stand innermost first, between two companions.  The first holds the stack's sp for a
 * slot, with MEMO_MARK where fp counts too, and fp for a value.  The last ends every comparison, so that
 * none has to count: its slot is its own place, which does not hold its value, the address of the word to
 * go on with, 0 for none.  That one is of a stack whose words all stand together, in the same half.  With
 * MEMO_RECORDS added it is the address of frame records; behind the last of them stand a word with that for
 * a slot and further words.
 */
struct memo {
	struct trail_word none; /* what an empty entry leads to: a stack at 0 */
	uint64_t sets_mask;     /* of a set's place among them, in bytes */
	uint64_t missed;        /* the key that was last looked for in vain, unless it is learnt by now */
	uint32_t half, used;    /* which is being filled, and its words so far */
	uint32_t turn;          /* counts changes of half */
	uint32_t sets;
	uint32_t newest_node; /* a path that is met for the first time has a larger one */
	uint32_t forgotten;   /* stacks of paths that were not, since the memo is as large as this */
	bool has_records;
	_Alignas(MEMO_SET_BYTES) struct memo_entry entries[];
};

#define MEMO_BYTES(sets)                                                                                     \
	(sizeof(struct memo) +                                                                               \
	 (size_t)(sets) * (MEMO_SET_BYTES + 2 * MEMO_SET_WORDS * sizeof(struct trail_word)))

#define MEMO_MARK (UINT64_C(1) << 63) /* no address is that large */
#define MEMO_RECORDS 1u               /* nor is a word's odd */

/* Of two frames that follow each other. */
struct memo_records {
	uintptr_t slot[2];
	arch_pair value[2];
};
#define MEMO_RECORDS_WORDS 4u /* so many words they are instead of */
_Static_assert(sizeof(struct memo_records) % sizeof(struct trail_word) == 0, "they stand among words");

/* With the same sp, equal for the same pc only. */
static inline uint64_t memo_key(uintptr_t pc, uintptr_t sp)
{
	return pc ^ sp << 20;
}

static inline struct memo_entry *memo_set(struct memo *memo, uint64_t key)
{
	uint64_t place = key * UINT64_C(0x9e3779b97f4a7c15) >> 45 & memo->sets_mask;
	return (void *)((char *)memo->entries + place);
}
_Static_assert((MEMO_SETS_MANY - 1) * MEMO_SET_BYTES < UINT64_C(1) << (64 - 45), "so many bits are there");

/* With one register: what the stack has takes the place of where it has that. */
READS_STACK static inline __attribute__((always_inline)) bool memo_word_differs(const struct trail_word *word)
{
	uint64_t now = stack_word(word->slot);
	__asm__("" : "+r"(now));
	return now != word->value;
}

/* The first of these words that has changed, be it the last companion. */
READS_STACK static inline __attribute__((always_inline)) const struct trail_word *
memo_changed(const struct trail_word *word)
{
	for (;; word += 2) {
		if (memo_word_differs(word))
			return word;
		if (memo_word_differs(word + 1))
			return word + 1;
	}
}

/* With one register, as above. */
READS_STACK static inline __attribute__((always_inline)) arch_pair
memo_record_changes(const struct memo_records *records, size_t i)
{
	arch_pair now;
	__builtin_memcpy(&now, (const void *)records->slot[i], sizeof(now));
	__asm__("" ::: "memory");
	return now ^ records->value[i];
}

/* Whether these and those behind them are as they were; without a branch between two, since branches would
 * take most of the time.  Returns the word behind, NULL if any has changed. */
READS_STACK static inline __attribute__((always_inline)) const struct trail_word *
memo_behind_records(const struct memo_records *records)
{
	arch_pair differ = {0};
	do {
		differ |= memo_record_changes(records, 0);
		differ |= memo_record_changes(records, 1);
		records++;
		__asm__("" : "+r"(records));
	} while (records->slot[0] != MEMO_RECORDS);
	return arch_pair_is_zero(differ) ? (const struct trail_word *)(const void *)records + 1 : NULL;
}

/* Whether `word`, a stack's first, leads to the stack that begins here. */
READS_STACK static inline __attribute__((always_inline)) bool memo_matches(const struct trail_word *word,
									   const struct unwind_view *here)
{
	uintptr_t other = word->slot ^ here->sp;
	if (other != 0 && (other << 1 != 0 || word->value != *here->fp))
		return false;
	word++;
	for (;;) {
		word = memo_changed(word);
		/* Looked at anew, rather than kept in registers that would have to be saved. */
		__asm__("" : "+r"(word));
		if (word->slot != (uintptr_t)word)
			return false;
		word = (const struct trail_word *)word->value;
		if (word == NULL)
			return true;
		if ((uintptr_t)word & MEMO_RECORDS) {
			word = memo_behind_records((const void *)((uintptr_t)word - MEMO_RECORDS));
			if (word == NULL)
				return false;
		}
	}
}

/* The node of the stack that begins here, 0 if it is not known. */
READS_STACK static inline __attribute__((always_inline)) uint32_t memo_find(struct memo *memo,
									    const struct unwind_view *here)
{
	uint64_t key = memo_key(here->pc, here->sp);
	const struct memo_entry *entry = memo_set(memo, key);
	do {
		if (entry->key == key && memo_matches((const void *)((const char *)memo + entry->at), here)) {
			if (entry->node == 0)
				__builtin_unreachable(); /* so that callers need not ask again */
			return entry->node;
		}
	} while ((uintptr_t)++entry % MEMO_SET_BYTES != 0);
	memo->missed = key;
	return 0;
}

/* Makes a memo of zeroed memory, of MEMO_BYTES(sets), aligned to MEMO_SET_BYTES. */
struct memo *memo_begin(void *memory, uint32_t sets);

/* Copies the trail's words, and notes in it where they stand together.  Returns where they are for
 * memo_enter; 0: they are too many.  The trail's thread, whose stack `readable` knows, has the memo until it
 * ends or memo_clear is called. */
uint32_t memo_copy(struct memo *memo, struct trail *trail, const struct readable *readable);

/* The stack that begins here has the words that were copied last, and this node; memo_find has not found it.
 */
void memo_enter(struct memo *memo, const struct unwind_start *start, uint32_t at, uint32_t node);

/* Whether it has forgotten so many stacks that a larger one is worth its memory. */
static inline bool memo_is_crowded(const struct memo *memo)
{
	return memo->forgotten >= MEMO_WAYS * memo->sets && memo->sets < MEMO_SETS_MANY;
}

/* An empty memo that is twice as large, in a mapping of its own; NULL: refused.  Either way the old one asks
 * for that only after as many again.  `all_bytes` counts what is mapped for those of all threads. */
struct memo *memo_grown(struct memo *memo, _Atomic uint64_t *all_bytes);

void memo_clear(struct memo *memo);

/* For the next thread: what would be read without regard to differences is in no stack of its own. */
static inline void memo_forget_records(struct memo *memo)
{
	if (memo->has_records)
		memo_clear(memo);
}

/* What is mapped for a memo that memo_grown has made, and for any other nothing. */
static inline size_t memo_mapped_bytes(const struct memo *memo)
{
	return memo->sets > MEMO_SETS_FEW ? MEMO_BYTES(memo->sets) : 0;
}

/* Gives that back. */
void memo_drop(struct memo *memo);

#endif
