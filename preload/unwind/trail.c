/*
 * trail.c - see trail.h.  Allocates nothing, locks nothing.
 */
#include "preload/unwind/trail.h"

#include "preload/unwind/arch.h"
#include "preload/unwind/rules.h"

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

void trail_renew(struct trail *trail, const struct contexts *contexts, struct trail_meeting met)
{
	hash_steps(trail, contexts, met);
	arch_place(trail, met);
	trail->count = met.kept + met.steps;
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
