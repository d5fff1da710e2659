/*
 * trail.c - see trail.h.  Allocates nothing, locks nothing.
 */
#include "preload/unwind/trail.h"

#include "preload/unwind/rule.h"

#include "trace/session.h"

static inline uint32_t node_module(uint64_t rule)
{
	return rule_module(rule) | (rule_kind(rule) == RULE_CUT ? NODE_TRUNCATED : 0);
}

/* Before any of the new frames is looked up, so that memory answers for all of them together. */
static void hash_steps(struct trail *trail, const struct contexts *contexts, struct trail_meeting met)
{
	struct trail_frame *frame = trail->frames + met.kept;
	const struct trail_step *steps = trail->steps;
	uint64_t hash = met.kept > 0 ? frame[-1].hash : 0;
	for (size_t i = met.steps; i-- > 0; frame++) {
		const struct trail_step *step = &steps[i];
		if (step->pc != 0) {
			hash = contexts_hash(hash, step->pc, node_module(step->rule));
			contexts_prefetch(contexts, hash);
		}
		frame->hash = hash;
	}
}

/* The words that leaving the step's frame read to get to `outer`, last first.  Returns how many. */
static inline size_t add_words(const struct trail_step *step, const struct trail_frame *outer,
			       struct trail_word *words)
{
	uintptr_t slot_base = outer->sp;
	size_t count = 0;
	bool realigned = rule_kind(step->rule) == RULE_REALIGNED;
	int64_t fp_words = rule_fp_words(step->rule);
	words[count++] = (struct trail_word){outer->sp + ARCH_RETURN_OFFSET, outer->pc};
	if (realigned)
		slot_base = step->fp;
	if (outer->needs_fp && fp_words != RULE_FP_SAME)
		words[count++] =
			(struct trail_word){slot_base + (uintptr_t)(ARCH_WORD_BYTES * fp_words), outer->fp};
	if (realigned)
		words[count++] =
			(struct trail_word){step->fp + (uintptr_t)rule_cfa_offset(step->rule), outer->sp};
	return count;
}

static inline bool needs_fp(const struct trail_step *step, bool outer_needs_fp)
{
	enum rule_kind kind = rule_kind(step->rule);
	if (kind == RULE_FP || kind == RULE_REALIGNED || kind == RULE_CUT)
		return true;
	return outer_needs_fp && rule_fp_words(step->rule) == RULE_FP_SAME;
}

/* Puts the steps in the place of the frames that were not kept: all of them but their paths. */
static void place(struct trail *trail, struct trail_meeting met)
{
	const struct trail_frame *first = trail->frames;
	struct trail_frame *frame = trail->frames + met.kept;
	struct trail_word *all_words = trail->words;
	const struct trail_step *steps = trail->steps;
	size_t words = met.kept > 0 ? frame[-1].words : 0;
	for (size_t i = met.steps; i-- > 0; frame++) {
		const struct trail_step *step = &steps[i];
		bool outermost = frame == first;
		if (!outermost)
			words += add_words(step, frame - 1, all_words + words);
		frame->pc = step->pc;
		frame->sp = step->sp;
		frame->fp = step->fp;
		frame->words = (uint32_t)words;
		frame->needs_fp = needs_fp(step, !outermost && frame[-1].needs_fp);
		frame->module = (uint16_t)rule_module(step->rule);
	}
}

/*
 * Where the process's stack begins stands the program's entry, which calls one function of the C library and
 * never comes back to; and that calls one that calls main.  So a return address in the one says where it was
 * called from, and with it who called that.  (Before 2.34 glibc calls main in the first: then the program's
 * own is the third frame, and one word is left out.)  Before main the loader is there, whose functions are
 * others, and an entry of the program's own making may call whatever it likes.
 */
static size_t settled_words(const struct trail *trail)
{
	const struct trail_frame *frames = trail->frames;
	if (trail->count < 4 || frames[0].module == 0 || frames[0].module == trail->libc ||
	    frames[1].module == 0 || frames[1].module != trail->libc || frames[0].needs_fp ||
	    frames[1].words != 1 || !readable_is_entry(frames[0].sp))
		return 0;
	return frames[2].words == 2 && frames[2].module == trail->libc ? 2 : 1;
}

void trail_renew(struct trail *trail, const struct contexts *contexts, struct trail_meeting met)
{
	hash_steps(trail, contexts, met);
	place(trail, met);
	trail->count = met.kept + met.steps;
	if (met.kept < 3)
		trail->settled = settled_words(trail);
	if (trail->copy.frames > met.kept)
		trail->copy.frames = met.kept;
}

uint32_t trail_intern(struct trail *trail, struct contexts *contexts, struct trail_meeting met)
{
	struct trail_frame *frame = trail->frames + met.kept;
	const struct trail_step *steps = trail->steps;
	uint32_t node = met.kept > 0 ? frame[-1].node : 0;
	for (size_t i = met.steps; i-- > 0; frame++) {
		const struct trail_step *step = &steps[i];
		if (step->pc != 0)
			node = contexts_intern_hashed(contexts, node, frame->hash, step->pc,
						      node_module(step->rule));
		frame->node = node;
	}
	return node;
}
