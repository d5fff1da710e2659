/*
 * phases.h - what a program did between mprof_begin and mprof_end, and at its marks.
 */
#ifndef MPROF_REPORTER_PROFILE_PHASES_H
#define MPROF_REPORTER_PROFILE_PHASES_H

#include "profile/profile.h"

struct phase {
	const char *name;
	size_t kind;     /* those of one name have one, from 1 */
	uint32_t number; /* which it is of those, from 1 */
	bool mark;       /* a moment, not a phase */
	bool unended;    /* there was no end: figures are up to that of the recording */
	bool measured;   /* else only the times are known: sums were recorded, no events */
	uint64_t begin_ns, duration_ns;
	uint64_t begin_bytes, end_bytes, peak_bytes; /* of the whole heap, whichever thread */
	uint64_t allocations, allocated_bytes;       /* of all threads, meanwhile */
	uint64_t begin_event, end_event;             /* how many events came before */
	bool bounded;                                /* both are boundaries of the time line: */
	size_t from, to;                             /* behind so many intervals */
};

/* By their beginnings.  Reads all events where the ends of any are no boundaries of the time line.  Lives as
 * long as the profile. */
const struct phase *profile_phases(struct profile *profile, size_t *count);

/* The same, of which only names and times are known. */
const struct phase *phases_list(struct profile *profile, size_t *count);

/* A call site's part in a phase's peak. */
struct phase_site {
	const struct site *site;
	uint64_t peak_bytes, peak_blocks;
};

/* The greatest parts in the highest heap during a phase; how many.  None where it is not bounded.  Looks up
 * names; O(entries of the time line). */
size_t profile_phase_sites(struct profile *profile, const struct phase *phase, struct phase_site *out,
			   size_t most);

#endif
