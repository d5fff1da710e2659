/*
 * amounts.h - what some call paths cost: the one struct of it, for a call site, a line, a function, a
 * subtree, a gate's subject or a whole program.
 *
 * Where blocks are sampled, counts of blocks are in parts (figures/weight.h) as long as they are added up;
 * amounts_weigh makes them whole, once.
 */
#ifndef MPROF_REPORTER_PROFILE_AMOUNTS_H
#define MPROF_REPORTER_PROFILE_AMOUNTS_H

#include "figures/nodes.h"

#include <stdint.h>

/* What becomes of a call path's blocks that were not freed. */
enum remains {
	REMAINS_UNKNOWN,    /* there are none */
	REMAINS_LEAKED,     /* they were lost, or left for the end to clear */
	REMAINS_KEPT,       /* a library keeps them: no program could give them back */
	REMAINS_SUPPRESSED, /* the user has said not to count them */
};

/* The list of amounts, each added in the same way: BLOCKS are counts of blocks, COUNT of something else. With
 * each stands what it is of one `node` (struct model_node), as its `remains` say.  VAGUE bytes are how far
 * estimates may be off (weight_error_bytes): 0 where all blocks were recorded. */
#define AMOUNTS(BLOCKS, BYTES, COUNT)                                                                        \
	BLOCKS(allocations, node->allocations)                                                               \
	BYTES(allocated_bytes, node->allocated_bytes)                                                        \
	BLOCKS(frees, node->frees) /* ended here, whoever allocated them */                                  \
	BYTES(freed_bytes, node->freed_bytes)                                                                \
	BLOCKS(peak_blocks, node->peak_blocks) /* at the whole program's peak */                             \
	BYTES(peak_bytes, node->peak_bytes)                                                                  \
	BLOCKS(leaked_blocks, REMAINING(LEAKED, blocks)) /* not freed, but for the next two */               \
	BYTES(leaked_bytes, REMAINING(LEAKED, bytes))                                                        \
	BLOCKS(kept_blocks, REMAINING(KEPT, blocks)) /* by libraries, to their own end */                    \
	BYTES(kept_bytes, REMAINING(KEPT, bytes))                                                            \
	BLOCKS(suppressed_blocks, REMAINING(SUPPRESSED, blocks)) /* what the user has said not to count */   \
	BYTES(suppressed_bytes, REMAINING(SUPPRESSED, bytes))                                                \
	BLOCKS(temporary, node->temporary) /* freed by the allocating thread before its next allocation */   \
	BLOCKS(collected_blocks, node->collected_blocks) /* allocated here, freed by a collector */          \
	BYTES(collected_bytes, node->collected_bytes)                                                        \
	BYTES(allocated_vague, VAGUE(node->allocations, node->allocated_bytes))                              \
	BYTES(freed_vague, VAGUE(node->frees, node->freed_bytes))                                            \
	BYTES(peak_vague, VAGUE(node->peak_blocks, node->peak_bytes))                                        \
	BYTES(leaked_vague, VAGUE(REMAINING(LEAKED, blocks), REMAINING(LEAKED, bytes)))                      \
	BYTES(kept_vague, VAGUE(REMAINING(KEPT, blocks), REMAINING(KEPT, bytes)))                            \
	COUNT(collections, 0) /* that ran here: not known by node */

#define REMAINING(kind, what) (remains == REMAINS_##kind ? node->live_##what : 0)
#define VAGUE(blocks, bytes) weight_vague_bytes(blocks, bytes, sample_bytes)

#define AMOUNT_FIELD(name, of_node) uint64_t name;
struct amounts { /* all zero: nothing */
	AMOUNTS(AMOUNT_FIELD, AMOUNT_FIELD, AMOUNT_FIELD)
};

/* Of one node of the call-path tree itself, of a recording with this mean interval between samples (0: of all
 * blocks).  Collections are the caller's to add. */
struct amounts amounts_of(const struct model_node *node, enum remains remains, uint64_t sample_bytes);

/* Whether there are any blocks: in a window of the run, at least such as began before it. */
static inline bool amounts_have_blocks(const struct amounts *amounts)
{
	return amounts->allocations > 0 || amounts->peak_blocks > 0;
}

void amounts_add(struct amounts *sum, const struct amounts *more);

/* Counts of blocks as they are shown; once, when nothing is added any more. */
void amounts_weigh(struct amounts *sum, uint64_t sample_bytes);

#endif
