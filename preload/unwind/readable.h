/*
 * readable.h - which stack memory a walk may read without risking the host's life.
 *
 * Remembers, per thread, a few ranges around the stacks it has met, each proven readable page
 * by page.  Stacks stay mapped while code runs on them, so what was proven is not asked again;
 * what a wild frame points to is asked of the kernel first.
 */
#ifndef MPROF_PRELOAD_UNWIND_READABLE_H
#define MPROF_PRELOAD_UNWIND_READABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define READABLE_RANGES 4
#define READABLE_ENTRY_BYTES 64 /* of the stack, at most */

/* A walk reads words that belong to other functions' frames: not for sanitizers to judge. */
#define READS_STACK __attribute__((no_sanitize("address", "thread", "undefined")))

extern void *__libc_stack_end; /* the dynamic linker's: where the process's stack was when it began */

struct readable {
	struct readable_range {
		uintptr_t low, high;
	} range[READABLE_RANGES];
	uint32_t next;             /* to be replaced */
	struct readable_range own; /* of the stack that the thread was made with, what walks came through */
};

/* A walk to the outermost frame, to one that an earlier walk has come through, or as far as one can come. */
struct readable_walk {
	uintptr_t from, to; /* sp of the innermost frame and of the last one */
	uintptr_t largest;  /* frame between them, in bytes */
	bool cut;           /* as far as one can come */
};

/* End of the proven range that holds the live stack at `sp`, whose word below sp exists. */
uintptr_t readable_limit(struct readable *readable, uintptr_t sp);

/* Tries to prove everything from `sp` up to `end`.  Returns the range's new end, 0 if `end`
 * is out of reach. */
uintptr_t readable_extend(struct readable *readable, uintptr_t sp, uintptr_t end);

/* Whether all from `low` up to `end` is known to belong to the stack that the thread was made with: that
 * stays mapped for as long as the thread lives, whatever becomes of coroutines' stacks. */
static inline bool readable_is_own(const struct readable *readable, uintptr_t low, uintptr_t end)
{
	return low >= readable->own.low && end <= readable->own.high;
}

/* Whether a frame is the program's entry, the outermost one of the process's own stack: behind it stand the
 * arguments. */
static inline bool readable_is_entry(uintptr_t sp)
{
	return (uintptr_t)__libc_stack_end - sp <= READABLE_ENTRY_BYTES;
}

/* What a walk came through on its way to where that stack begins belongs to it. */
void readable_walked(struct readable *readable, const struct readable_walk *walk);

/* Reads one word anywhere; false if it cannot be read. */
bool readable_word(const struct readable *readable, uintptr_t address, uint64_t *value);

/* The word at an address already known to be readable. */
READS_STACK static inline __attribute__((always_inline)) uint64_t stack_word(uintptr_t address)
{
	uint64_t value;
	__builtin_memcpy(&value, (const void *)address, sizeof(value));
	return value;
}

#endif
