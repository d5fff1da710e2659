/*
 * trail.h - the thread's last stack, kept so that the next one need not be walked whole.
 *
 * Two events of a thread mostly differ in their inner frames.  A frame of the last stack that
 * is met again, at the same pc and stack pointer, keeps its call path if every word that a walk
 * would read from there outwards is unchanged.  The words are compared in the order in which a
 * walk reads them and only up to the first difference, so nothing is ever read that a walk would
 * not read: a stack that is gone by now is left before its memory is touched.
 *
 * Nor are words compared that others determine: the outermost frames of the process's first thread are those
 * of functions that are called once, from one place, at the very end of its stack.
 *
 * Only stacks that rules, or guesses as good as rules, lead through to their outermost frame are kept.
 */
#ifndef MPROF_PRELOAD_UNWIND_TRAIL_H
#define MPROF_PRELOAD_UNWIND_TRAIL_H

#include "preload/memory/contexts.h"
#include "preload/unwind/readable.h"

#define TRAIL_WORDS_PER_FRAME 3

/* What the stack held where a walk read it. */
struct trail_word {
	uintptr_t slot;
	uint64_t value;
};

/* Outermost first.  A pc of 0 is the end that a null return address marks. */
struct trail_frame {
	uintptr_t pc, sp, fp;
	uint64_t hash; /* of the path up to here, see contexts_hash */
	uint32_t node;
	uint32_t words; /* that a walk reads from this frame outwards: the first so many */
	bool needs_fp;  /* and whether it begins with this frame's fp */
	uint16_t module;
};

/* A frame that was walked, with the rule to leave it; innermost first. */
struct trail_step {
	uintptr_t pc, sp, fp;
	uint64_t rule;
};

/* Where a walk met the trail: frames that are valid still, and steps that led there. */
struct trail_meeting {
	size_t kept, steps;
};

/* Words from this one to before that, counted from the outermost. */
struct trail_span {
	size_t first, end;
};

/* Where the memo has the words of the outermost `frames` frames all together: see memo.c. */
struct trail_copy {
	size_t frames;
	uint32_t end, turn;
	struct trail_span records; /* that stand as frame records there */
};

/* Deeper stacks than `max` are walked whole each time. */
struct trail {
	size_t count, max;
	size_t settled; /* words, the first so many, that need not be compared */
	uint32_t libc;  /* the C library's module, 0 if that is not known */
	struct trail_copy copy;
	struct trail_frame *frames;
	struct trail_word *words; /* TRAIL_WORDS_PER_FRAME as many */
	struct trail_step *steps;
};

/* Of the trail's first `words` words, how many are left when the unchanged ones are taken off. */
READS_STACK static inline size_t trail_changed_words(const struct trail *trail, size_t words)
{
	const struct trail_word *all = trail->words, *end = all + words, *first = all + trail->settled;
	for (; end > first + 1; end -= 2) {
		if (stack_word(end[-1].slot) != end[-1].value)
			return (size_t)(end - all);
		if (stack_word(end[-2].slot) != end[-2].value)
			return (size_t)(end - all) - 1;
	}
	return end > first && stack_word(first->slot) != first->value ? trail->settled + 1 : 0;
}

/* Whether a walk that stands at this frame may stop, because the trail knows the rest.  Frames before
 * *end are those that may be met; it moves as the walk goes outwards. */
READS_STACK static inline __attribute__((always_inline)) bool trail_meets(const struct trail *trail,
									  const struct trail_frame **end,
									  uintptr_t pc, uintptr_t sp,
									  uintptr_t fp)
{
	const struct trail_frame *outermost = trail->frames, *frame = *end;
	while (frame > outermost && frame[-1].sp < sp)
		frame--;
	*end = frame;
	if (frame == outermost || frame[-1].sp != sp || frame[-1].pc != pc ||
	    (frame[-1].needs_fp && frame[-1].fp != fp))
		return false;
	size_t changed = trail_changed_words(trail, frame[-1].words);
	if (changed == 0)
		return true;
	/* Whatever depends on the changed word is gone. */
	while (frame > outermost && frame[-1].words >= changed)
		frame--;
	*end = frame;
	return false;
}

/* Replaces what was not kept by the steps, all but their nodes, which will be asked for. */
void trail_renew(struct trail *trail, const struct contexts *contexts, struct trail_meeting met);

/* Then finds or makes their nodes.  Returns the innermost one. */
uint32_t trail_intern(struct trail *trail, struct contexts *contexts, struct trail_meeting met);

static inline void trail_clear(struct trail *trail)
{
	trail->count = trail->copy.frames = 0;
}

#endif
