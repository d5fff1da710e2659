/*
 * counting.h - an event in a replay that keeps figures: its path has a number of the replay's own, and a
 * block that ends must have begun.
 */
#ifndef MPROF_REPORTER_REPLAY_COUNTING_H
#define MPROF_REPORTER_REPLAY_COUNTING_H

#include "figures/figures.h"
#include "trace/events.h"

#include <errno.h>

struct replay_ids {
	uint32_t path;   /* of the event, by which its blocks are kept */
	uint32_t origin; /* of the block that ends */
	uint32_t kind;
};

static inline int replay_begin(struct figures *figures, struct numbering *begins, struct figures_place *at,
			       const struct trace_event *event, const struct replay_ids *ids)
{
	at->number = numbering_number(begins, ids->path);
	if (at->number == 0 || figures_reserve(figures, at->number) != 0)
		return -ENOMEM;
	at->kind = ids->kind;
	figures_alloc(figures, at, event->size_bytes);
	return 0;
}

static inline int replay_end(struct figures *figures, const struct numbering *begins,
			     struct figures_place *at, const struct trace_event *event,
			     const struct replay_ids *ids)
{
	const struct figures_block block = {
		.size_bytes = event->size_bytes,
		.origin = numbering_find(begins, ids->origin),
		.kind = ids->kind,
		.temporary = event->temporary,
		.lost = event->type == EVENT_LOST,
	};
	const struct figures_counters *origin = &figures->counters[block.origin];
	struct weight weight = weight_of(block.size_bytes, figures->totals.sample_bytes);

	if (block.origin == 0 || origin->live_blocks < weight.blocks || origin->live_bytes < weight.bytes)
		return -EBADMSG;
	at->number = figures_free_number(figures, at->node);
	if (at->number == 0)
		return -ENOMEM;
	figures_end(figures, at, &block);
	return 0;
}

/* Counts the event at its place.  0, -ENOMEM, or -EBADMSG: it ends a block that does not live. */
static inline int replay_count(struct figures *figures, struct numbering *begins, struct figures_place *at,
			       const struct trace_event *event, const struct replay_ids *ids)
{
	switch ((enum trace_event_type)event->type) {
	case EVENT_ALLOC:
		return replay_begin(figures, begins, at, event, ids);
	case EVENT_FREE:
	case EVENT_LOST:
		return replay_end(figures, begins, at, event, ids);
	case EVENT_STRAY_FREE:
		figures->totals.events++;
		return 0;
	}
	return -EBADMSG;
}

#endif
