/*
 * livemap.h - which block lives at which address, in a file that outlives its writer.
 *
 * SIGKILL may strike between any two instructions.  Whoever opens the file next calls
 * livemap_recover and has the map as it was at the last commit point: entries are complete
 * before their key is stored, removed ones stand in an undo log until the next commit, one that
 * moves up stands twice rather than nowhere, and growth builds a new table and switches one word.  One
 * process at a time, under the session's lock.
 */
#ifndef MPROF_REPORTER_DRAIN_LIVEMAP_H
#define MPROF_REPORTER_DRAIN_LIVEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Blocks allocated while recording was paused are numbered apart. */
#define LIVEMAP_HIDDEN (UINT64_C(1) << 63)

/* Removals between two commits; livemap_ready fails beyond. */
#define LIVEMAP_UNDO_MAX (1u << 19)

struct livemap_entry {
	uint64_t key;   /* livemap_key: never 0 */
	uint64_t block; /* allocation ordinal, or hidden ordinal | LIVEMAP_HIDDEN */
	uint64_t size_bytes;
	uint32_t operation; /* of its allocation, in the trace; 0 if it is hidden */
	uint32_t born;      /* time_ns / LIVEMAP_BORN_NS, modulo 2^32 */
};

/* How exactly the map knows when a block was allocated; the count comes round after 78 hours. */
#define LIVEMAP_BORN_NS (UINT64_C(1) << 16)

/* A point between two records of the merged order: what existed then has ordinals below. */
struct livemap_point {
	uint32_t batch;
	uint64_t allocations, hidden;
};

struct livemap;
struct livemap_place;

static inline uint64_t livemap_key(uint64_t address, bool tracked)
{
	return address << 1 | tracked;
}

/* Opens or creates.  0 or -errno; a file of an unknown layout is emptied. */
int livemap_open(const char *path, struct livemap **out);
void livemap_close(struct livemap *map); /* NULL is fine */

/* Goes back to the state at `point`, the last that was committed.  False in *exact: the file
 * does not know that state, and the map is empty.  0 or -errno. */
int livemap_recover(struct livemap *map, struct livemap_point point, bool *exact);

/* Makes `point`, which is now, the state to come back to. */
void livemap_commit(struct livemap *map, struct livemap_point point);

/* Makes room for `changes` insertions and removals.  0; -EAGAIN: commit first; -ENOSPC, -errno. */
int livemap_ready(struct livemap *map, uint32_t changes);

/* The entry with this key; false: there is none. */
bool livemap_find(const struct livemap *map, uint64_t key, struct livemap_entry *found);

/* Says that this key will be asked for soon. */
void livemap_prefetch(const struct livemap *map, uint64_t key);

/* The place for an entry with this key.  If another one has the key, that is taken out, into *old; else
 * old->key is 0.  Valid until the next change, which livemap_fill is. */
struct livemap_place *livemap_place(struct livemap *map, uint64_t key, struct livemap_entry *old);
void livemap_fill(struct livemap *map, struct livemap_place *place, const struct livemap_entry *entry);

/* Takes the entry out; false if there is none. */
bool livemap_remove(struct livemap *map, uint64_t key, struct livemap_entry *removed);

/* Copies all entries, in no order, to an array for the caller to free.  0 or -ENOMEM. */
int livemap_copy(const struct livemap *map, struct livemap_entry **entries, size_t *count);

#endif
