/*
 * trail.c - see trail.h.  Allocates nothing, locks nothing.
 */
#include "preload/unwind/trail.h"

#include "preload/unwind/arch.h"
#include "preload/unwind/rules.h"

static bool needs_fp(const struct trail_step *step, bool outer_needs_fp)
{
	enum rule_kind kind = rule_kind(step->rule);
	if (kind == RULE_FP || kind == RULE_REALIGNED)
		return true;
	return outer_needs_fp && rule_fp_words(step->rule) == RULE_FP_SAME;
}

/* Before any of the new frames is looked up, so that memory answers for all of them together. */
static void hash_steps(struct trail *trail, const struct contexts *contexts, struct trail_meeting met)
{
	struct trail_frame *frame = trail->frames + met.kept;
	uint64_t hash = met.kept > 0 ? frame[-1].hash : 0;
	for (size_t i = met.steps; i-- > 0; frame++) {
		const struct trail_step *step = &trail->steps[i];
		if (step->pc != 0) {
			hash = contexts_hash(hash, step->pc, rule_module(step->rule));
			contexts_prefetch(contexts, hash);
		}
		frame->hash = hash;
	}
}

uint32_t trail_renew(struct trail *trail, struct contexts *contexts, struct trail_meeting met)
{
	struct trail_frame *frame = trail->frames + met.kept;
	const struct trail_frame none = {0}, *outer = met.kept > 0 ? frame - 1 : &none;
	hash_steps(trail, contexts, met);
	for (size_t i = met.steps; i-- > 0; outer = frame++) {
		const struct trail_step *step = &trail->steps[i];
		*frame = (struct trail_frame){
			.pc = step->pc, .sp = step->sp, .fp = step->fp, .hash = frame->hash};
		if (outer != &none) {
			size_t added = arch_words(step, outer, trail->words + outer->words);
			frame->words = (uint16_t)(outer->words + added);
			frame->needs_fp = needs_fp(step, outer->needs_fp);
		}
		if (step->pc != 0)
			frame->node = contexts_intern_hashed(contexts, outer->node, frame->hash, step->pc,
							     rule_module(step->rule));
	}
	trail->count = met.kept + met.steps;
	return outer->node;
}
