/*
 * blocks.h - which blocks figures are of: those of some sizes, or those that one thread allocated.
 *
 * Recordings know classes of sizes, whose bounds are powers of two, and each block's allocating thread; other
 * bounds take all events.  Of a part of the run only events tell more than which call paths have such blocks
 * only.
 */
#ifndef MPROF_REPORTER_PROFILE_BLOCKS_H
#define MPROF_REPORTER_PROFILE_BLOCKS_H

#include "profile/profile.h"

struct breakdown_tables; /* figures/breakdown_tables.h */
struct kind_row;

/* What the options ask for, parsed; NULL: figures are of all blocks. */
const struct block_selection *profile_blocks(const struct profile *profile);

/* Call paths' blocks by kind, where they were freed and how long they lived: as recorded, else as far as all
 * events tell.  0, or -errno with a diagnostic: -ENOTSUP where there is neither. */
int profile_breakdown(struct profile *profile, const struct breakdown_tables **tables,
		      struct diagnostic *diagnostic);

/* Whether blocks of this kind are among those that figures are of. */
bool profile_has_kind(const struct profile *profile, const struct kind_row *row);

/* The system's number of a thread, by a kind's thread; 0: there are several. */
uint32_t profile_thread_id(const struct profile *profile, uint32_t kind_thread);

/* "main thread 1234", "thread 1234", "several threads", by a kind's thread; lives as long as the profile. */
const char *profile_thread_name(struct profile *profile, uint32_t kind_thread);

#endif
