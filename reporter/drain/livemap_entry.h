/*
 * livemap_entry.h - what a live map knows of a block.
 */
#ifndef MPROF_REPORTER_DRAIN_LIVEMAP_ENTRY_H
#define MPROF_REPORTER_DRAIN_LIVEMAP_ENTRY_H

#include "figures/breakdown.h"

#include <stdbool.h>
#include <stdint.h>

/* Blocks allocated while recording was paused are numbered apart. */
#define LIVEMAP_HIDDEN (UINT64_C(1) << 63)

/* What a row has room for.  All of an address space is below; so are the ordinals of a year of events, at two
 * million a second. */
#define LIVEMAP_ADDRESS_BITS 61
#define LIVEMAP_BLOCK_BITS 46
#define LIVEMAP_SIZE_BITS 48
#define LIVEMAP_SIZE_MAX ((UINT64_C(1) << LIVEMAP_SIZE_BITS) - 1)

struct livemap_entry {
	uint64_t key;   /* livemap_key: never 0 */
	uint64_t block; /* allocation ordinal, or hidden ordinal | LIVEMAP_HIDDEN */
	uint64_t size_bytes;
	uint32_t operation; /* of its allocation, in the trace; 0 if it is hidden */
	uint32_t born;      /* time_ns / LIVEMAP_BORN_NS, modulo 2^32 */
	uint32_t kind;      /* figures/breakdown.h; 0: its row has no room for it (livemap_is_huge) */
};

/* How exactly the map knows when a block was allocated; the count comes round after 78 hours. */
#define LIVEMAP_BORN_NS BREAKDOWN_STEP_NS

/* What such a block's row has not, its owner remembers (ledger_state.h). */
static inline bool livemap_is_huge(uint64_t size_bytes)
{
	return size_bytes > UINT32_MAX;
}

static inline uint64_t livemap_key(uint64_t address, bool tracked)
{
	return address << 1 | tracked;
}

#endif
