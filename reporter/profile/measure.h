/*
 * measure.h - figures of chosen call paths, for those who judge a trace and do not show it.
 *
 * Names are looked up as they are asked for.  Not thread-safe.
 */
#ifndef MPROF_REPORTER_PROFILE_MEASURE_H
#define MPROF_REPORTER_PROFILE_MEASURE_H

#include "profile/ownership.h"
#include "profile/profile.h"

/* A source line, or with line 0 every line of a selection; an empty selection has all call paths. */
struct measure_place {
	struct selection selection;
	uint32_t line;
	const struct selection *wrappers; /* functions that allocate for their callers; NULL: none */
};

/* What one call path did itself, and whose it is: the innermost frame of the program's own that is no
 * wrapper; where all are library code, the innermost. */
struct measured_path {
	const struct source_function *function; /* lives as long as the report */
	uint64_t spot;                          /* source_frame_spot */
	const char *place;                      /* symbolizer_place */
	uint32_t line;                          /* 0 if unknown */
	uint32_t node;
	struct amounts amounts;
};

/*
 * The call paths that pass a place and have figures: those of which any frame, inlined ones included, lies
 * there.  *paths is the caller's to free().  *met tells whether any recorded path passes it at all.
 * Where blocks were sampled, figures are estimates.  0 or -ENOMEM.
 */
int profile_measure(struct profile *profile, const struct measure_place *place, struct measured_path **paths,
		    size_t *count, bool *met);

/* How often a line ran, or with line 0 how often functions were called.  NULL; or why that is not known, in a
 * few words that go on with "its executions were not counted: ".  O(lines that were traced). */
const char *profile_hits(struct profile *profile, const struct measure_place *place, uint64_t *hits);

/* Whether a frame lies at a place that is not everything. */
bool profile_lies_at(struct profile *profile, const struct source_frame *frame,
		     const struct measure_place *place);

/* The frames of a call path, innermost first, at most `limit`: how many they are. */
size_t profile_path_frames(struct profile *profile, uint32_t node, struct source_frame *out, size_t limit);

/* What was decided of a function before: 1 it is a wrapper, 0 it is none; -1 nothing. */
typedef int profile_recall_fn(void *context, const char *function);

/* Has earlier decisions hold, where code has names to know them by.  To be called before anything is
 * measured; 0 or -ENOMEM. */
int profile_recall_wrappers(struct profile *profile, profile_recall_fn *recall, void *context);

/* Where a frame stands, as symbolizer_place. */
const char *profile_place(struct profile *profile, const struct source_frame *frame);

/* Whose a function is. */
enum owner profile_owner(struct profile *profile, const struct source_function *function);

/* Whether programs or threads begin or end in it: what is further out has nothing to do with memory. */
bool profile_begins_in(struct profile *profile, const struct source_function *function);

/* All functions that any call path passes, once something is measured; as symbolizer_functions. */
size_t profile_all_functions(struct profile *profile, const struct source_function *const **functions);

/* What a suppression has kept from being counted, with its index in the options' list. */
struct amounts profile_suppressed(struct profile *profile, size_t suppression);

/* The trace that the report is of. */
const struct trace_info *profile_trace(const struct profile *profile);

#endif
