/*
 * ownership.h - whose code a function is, whom memory is to be told by, and what of it leaked: the one answer
 * for reports and gates.
 *
 * Names are looked up as they are asked for.  Not thread-safe.
 */
#ifndef MPROF_REPORTER_PROFILE_OWNERSHIP_H
#define MPROF_REPORTER_PROFILE_OWNERSHIP_H

#include "profile/amounts.h"
#include "profile/frames.h"
#include "profile/suppressions.h"

enum owner {
	OWNER_SYSTEM,    /* of the system, of a language's library, or what code begins in */
	OWNER_ALLOCATOR, /* malloc and its like */
	OWNER_WRAPPER,   /* the program's own, but it hands on what an allocator gave it */
	OWNER_PROGRAM,
};

/* All borrowed. */
struct ownership_source {
	const struct trace_info *info;
	struct symbolizer *symbolizer;
	struct frame_source all;                 /* the frames of any code */
	const struct suppressions *suppressions; /* NULL: none */
};

struct ownership {
	struct ownership_source source;
	uint8_t *named; /* by function id: 1 + what the name and place of a function tell; 0: not looked at */
	size_t named_count;
	bool *wrappers; /* by function id; NULL: not looked for yet */
	size_t wrapper_count;
	uint8_t *remains;                 /* enum remains, by node; NULL: not asked for yet */
	struct amounts *suppressed;       /* with that, by suppression; unweighed */
	uint64_t *beyond_bytes;           /* with that, by suppression: what matched and was over its limit */
	bool rust_main_sought, rust_main; /* start_up.c's */
};

void ownership_init(struct ownership *ownership, const struct ownership_source *source);
void ownership_finish(struct ownership *ownership);

/* Whose a function is.  Until ownership_find_wrappers only names tell wrappers. */
enum owner ownership_of(struct ownership *ownership, const struct source_function *function);

/* The same of a frame: the i-th of a node's `count`.  Code without a name that the module's own runtime calls
 * is part of that. */
enum owner ownership_at(struct ownership *ownership, uint32_t node, const struct source_frame *frames,
			size_t count, size_t i);

/* Finds out which functions hand on what allocators gave them, by what they do.  Looks up the names of all
 * code that allocated.  wrappers.c.  0 or -ENOMEM. */
int ownership_find_wrappers(struct ownership *ownership, const struct figures_nodes *figures);

/* Decides for each call path with live blocks what becomes of them, and puts the sums of what leaked, is kept
 * and is suppressed into `total`, weighed.  0 or -ENOMEM. */
int ownership_find_remains(struct ownership *ownership, const struct figures_nodes *figures,
			   struct amounts *total);

/* Why a library keeps blocks. */
enum kept_why {
	KEPT_NOT,
	KEPT_OUTSIDE, /* none of the program's own functions ran */
	KEPT_C,       /* a function of the C library asked, for its own tables */
	KEPT_STREAM,  /* the same, for a stream's buffer */
	KEPT_RUNTIME, /* a function of a language's runtime asked */
	KEPT_NAMED,   /* the built-in suppressions name a function */
	KEPT_SLAB,
	KEPT_START_UP, /* a runtime asked that is linked in, before main */
};

struct kept_reason {
	enum kept_why why;
	const char *name; /* of the function, pattern or module; may be NULL */
};

/* With that done, of a call path whose blocks a library keeps.  It is worked out anew. */
struct kept_reason ownership_kept_by(struct ownership *ownership, uint32_t node,
				     const struct model_node *own);

/* The same. */
static inline bool ownership_leaks(const struct ownership *ownership, uint32_t node)
{
	return ownership->remains[node] == REMAINS_LEAKED;
}

#endif
