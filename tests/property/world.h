/*
 * world.h - runs operations on rgc and on the oracle side by side, and compares them.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stddef.h>
#include <stdint.h>

/* What the operations of all runs came to. */
struct world_totals {
	uint64_t operations, collections, finalized, resurrected, callbacks, checks;
};
extern struct world_totals world_totals;

/* Bytes are operations; any bytes will do.  Aborts with a message where rgc and the oracle differ. */
void world_run(const uint8_t *bytes, size_t count);

#endif
