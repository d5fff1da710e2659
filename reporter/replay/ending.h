/*
 * ending.h - the end of a block in a replay that keeps figures: it must have begun.
 */
#ifndef MPROF_REPORTER_REPLAY_ENDING_H
#define MPROF_REPORTER_REPLAY_ENDING_H

#include "figures/figures.h"

#include <errno.h>

/* Ends a block of figures' at a place whose number is found here.  0, -ENOMEM, or -EBADMSG: there is no such
 * block. */
static inline int replay_end(struct figures *figures, struct figures_place *at,
			     const struct figures_block *block)
{
	const struct figures_counters *origin = &figures->counters[block->origin];
	struct weight weight = weight_of(block->size_bytes, figures->totals.sample_bytes);

	if (block->origin == 0 || origin->live_blocks < weight.blocks || origin->live_bytes < weight.bytes)
		return -EBADMSG;
	at->number = figures_free_number(figures, at->node);
	if (at->number == 0)
		return -ENOMEM;
	figures_end(figures, at, block);
	return 0;
}

#endif
