/*
 * ledger_emit.h - the ledger's way out: events into the batch, counted as they are written.
 *
 * Private to ledger.c.  Errors are left in the batch.
 */
#ifndef MPROF_REPORTER_DRAIN_LEDGER_EMIT_H
#define MPROF_REPORTER_DRAIN_LEDGER_EMIT_H

#include "drain/ledger_state.h"

/* A block of entry->key and size_bytes came into being; fills in the rest of the entry. */
void ledger_emit_alloc(struct ledger *ledger, const struct ledger_moment *moment, struct livemap_entry *entry,
		       uint64_t flags);

/* FREE or LOST of a block; one that is hidden ends in silence. */
void ledger_emit_end(struct ledger *ledger, const struct ledger_moment *moment, enum operation_type type,
		     const struct livemap_entry *entry, uint64_t flags);

/* A free of a block that nobody knows. */
void ledger_emit_stray(struct ledger *ledger, const struct cursor_waiting *free, uint64_t time_ns);

/* Remembers the thread's last allocation, by which a temporary one is known. */
void ledger_note_alloc(struct ledger *ledger, uint32_t thread, uint64_t block);

/* Remembers a huge block's kind until it ends.  Returns the kind by which it is known: there may be too many.
 */
uint32_t ledger_note_huge(struct ledger *ledger, uint64_t block, uint32_t kind);

#endif
