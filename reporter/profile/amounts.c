/* amounts.c - adding up what call paths cost. */
#include "profile/amounts.h"

#include "figures/weight.h"

static uint64_t if_so(enum remains remains, enum remains wanted, uint64_t value)
{
	return remains == wanted ? value : 0;
}

struct amounts amounts_of(const struct model_node *node, enum remains remains)
{
	return (struct amounts){
		.allocations = node->allocations,
		.allocated_bytes = node->allocated_bytes,
		.frees = node->frees,
		.freed_bytes = node->freed_bytes,
		.peak_blocks = node->peak_blocks,
		.peak_bytes = node->peak_bytes,
		.leaked_blocks = if_so(remains, REMAINS_LEAKED, node->live_blocks),
		.leaked_bytes = if_so(remains, REMAINS_LEAKED, node->live_bytes),
		.kept_blocks = if_so(remains, REMAINS_KEPT, node->live_blocks),
		.kept_bytes = if_so(remains, REMAINS_KEPT, node->live_bytes),
		.suppressed_blocks = if_so(remains, REMAINS_SUPPRESSED, node->live_blocks),
		.suppressed_bytes = if_so(remains, REMAINS_SUPPRESSED, node->live_bytes),
		.temporary = node->temporary,
		.collected_blocks = node->collected_blocks,
		.collected_bytes = node->collected_bytes,
	};
}

#define ADD(name) sum->name += more->name;
void amounts_add(struct amounts *sum, const struct amounts *more)
{
	AMOUNTS(ADD, ADD, ADD)
}

#define WEIGH(name) sum->name = weight_blocks(sum->name, sample_bytes);
#define LEAVE(name)
void amounts_weigh(struct amounts *sum, uint64_t sample_bytes)
{
	AMOUNTS(WEIGH, LEAVE, LEAVE)
}
