/*
 * livemap.h - which block lives at which address, in a file that outlives its writer.
 *
 * SIGKILL may strike between any two instructions.  Whoever opens the file next calls
 * livemap_recover and has the map as it was at the last commit point.  The file is an array of rows,
 * one a block, in no order: a row is complete before it counts, one that is removed is only marked until
 * the next commit, and none ever moves but to give memory back.  Where a key's row is, an index in private
 * memory tells, which is made anew from the rows.  One process at a time, under the session's lock.
 */
#ifndef MPROF_REPORTER_DRAIN_LIVEMAP_H
#define MPROF_REPORTER_DRAIN_LIVEMAP_H

#include "drain/livemap_entry.h"
#include "drain/livemap_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Removals between two commits, which can be undone; livemap_ready fails beyond. */
#define LIVEMAP_UNDO_MAX (1u << 19)

/* A point between two records of the merged order: what existed then has ordinals below. */
struct livemap_point {
	uint32_t batch;
	uint64_t allocations, hidden;
};

struct livemap;

/* Opens or creates the file where `files` says it is, which may change; the paths are the caller's, and stay.
 * 0 or -errno; a file of an unknown layout is emptied.  livemap_recover comes next. */
int livemap_open(const struct livemap_files *files, struct livemap **out);
void livemap_close(struct livemap *map); /* NULL is fine */

/* Goes back to the state at `point`, the last that was committed.  False in *exact: the file
 * does not know that state, and the map is empty.  0 or -errno. */
int livemap_recover(struct livemap *map, struct livemap_point point, bool *exact);

/* Makes `point`, which is now, the state to come back to. */
void livemap_commit(struct livemap *map, struct livemap_point point);

/* Makes room for `changes` insertions and removals.  0; -EAGAIN: commit first; -ENOSPC, -errno: try again
 * later, as often as one likes. */
int livemap_ready(struct livemap *map, uint32_t changes);

/* The entry with this key; false: there is none. */
bool livemap_find(const struct livemap *map, uint64_t key, struct livemap_entry *found);

/* Says that this key will be asked for soon. */
void livemap_prefetch(const struct livemap *map, uint64_t key);

/* Puts in an entry whose key is not there. */
void livemap_put(struct livemap *map, const struct livemap_entry *entry);

/* Takes the entry out; false if there is none. */
bool livemap_remove(struct livemap *map, uint64_t key, struct livemap_entry *removed);

/* Copies all entries, in no order, to an array for the caller to free.  0 or -ENOMEM. */
int livemap_copy(const struct livemap *map, struct livemap_entry **entries, size_t *count);

/* How many entries there are, and what the map takes of memory and disk. */
size_t livemap_count(const struct livemap *map);
size_t livemap_bytes(const struct livemap *map);

#endif
