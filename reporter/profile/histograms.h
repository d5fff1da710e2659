/*
 * histograms.h - blocks by size and by how long they lived, and threads: of the call paths that a view is of.
 */
#ifndef MPROF_REPORTER_PROFILE_HISTOGRAMS_H
#define MPROF_REPORTER_PROFILE_HISTOGRAMS_H

#include "profile/profile.h"

/* Blocks of from_bytes to up_to_bytes, both included. */
struct size_row {
	uint64_t from_bytes, up_to_bytes;
	uint64_t blocks, bytes; /* allocated */
	uint64_t vague_bytes;   /* of these, weight.h */
	uint64_t bytes_error;   /* 95 of 100 are within; 0: exact */
	uint64_t temporary;
	uint64_t live_blocks, live_bytes; /* not freed */
	uint64_t peak_blocks, peak_bytes; /* at the whole program's peak */
	uint64_t rounding_bytes;          /* of these: lost to how an allocator rounds, about */
};

/* Blocks that were freed after at least from_ns and less than below_ns, and when from_ to up_to_allocations
 * had been made since, their own included. */
struct lifetime_row_sum {
	uint64_t from_ns, below_ns;
	uint64_t from_allocations, up_to_allocations; /* 0: not known, since blocks were sampled */
	uint64_t blocks;
};

struct thread_row {
	const char *name;    /* for views */
	uint32_t tid, index; /* the system's number; as --thread #N has it, from 1 */
	bool main, rest;     /* rest: all threads from this one on */
	uint64_t started_ns;
	uint64_t allocations, allocated_bytes;
	uint64_t frees, freed_bytes;                     /* by it, whoever allocated */
	uint64_t freed_by_others, freed_by_others_bytes; /* of what it allocated */
	uint64_t frees_of_others, freed_of_others_bytes; /* by it, of what others allocated */
	uint64_t live_bytes, peak_bytes;                 /* of what it allocated */
};

struct histograms {
	const struct size_row *sizes; /* classes with blocks between the first and the last, and empty ones */
	size_t size_count;
	struct size_row all;                      /* of sizes */
	const struct lifetime_row_sum *lifetimes; /* those that there are, by time and then by allocations;
						     NULL: not known */
	const struct lifetime_row_sum *times,
		*allocations; /* the same by one of the two, with empty ones between */
	size_t lifetime_count, time_count, allocation_count;
	const struct thread_row
		*threads; /* of the whole program; NULL: not known, or only some paths are wanted */
	size_t thread_count;
	bool others_known; /* who freed what of another thread's, and what lived */
};

/* A program or library whose code called malloc. */
struct module_row {
	const char *name;
	struct amounts amounts;
};

/* Greatest by bytes first; the profile's.  Whose code was the innermost on a call path, but for what is known
 * to be an allocator. */
const struct module_row *profile_modules(struct profile *profile, size_t *count, struct amounts *total);

/* As of now; the profile's.  0, or -errno with a diagnostic where recordings do not tell. */
int profile_histograms(struct profile *profile, struct histograms *out, struct diagnostic *diagnostic);

#endif
