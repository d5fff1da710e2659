/*
 * profile.h - the one handle on a recording that views, exports and gates ask: joins reader, figures, names
 * and source text.
 *
 * Parts are made when they are first asked for, and live until profile_close.  The cheap ones are figures of
 * the whole run; names and lines cost what their modules' debug information costs.
 *
 * Memory: the tables of the trace, the live blocks of a replay, and the text of shown sources.  A reporter
 * that finds none left ends (base/memory.h).  Not thread-safe.
 */
#ifndef MPROF_REPORTER_PROFILE_PROFILE_H
#define MPROF_REPORTER_PROFILE_PROFILE_H

#include "base/diagnostic.h"
#include "profile/results.h"
#include "profile/select.h"
#include "profile/suppressions.h"
#include "sources/sources.h"
#include "symbolize/symbolize.h"

/* A part of the run, see window.h for how times are written; NULL: not asked for.  `at` goes with none of the
 * others. */
struct window_choice {
	const char *at, *from, *to;
	bool exact; /* read every event, for boundaries just where they are wanted */
};

/* Some blocks, see blocks.h for how they are written; NULL: not asked for. */
struct block_choice {
	const char *least, *most; /* sizes, both included */
	const char *thread;
};

struct profile_options {
	struct selection selection; /* functions whose tables are wanted; empty: those of the recorded
				       MPROF_FUNCTIONS, else marked ones */
	struct source_options sources;
	struct symbolizer_options symbols;
	const struct suppressions *suppressions; /* leaks not to be counted; NULL: none */
	const char *lsan_options;                /* whose suppressions hold too, behind those; NULL: none */
	bool no_names; /* look everything up, and pass over what the trace remembers */
	struct window_choice window;
	struct block_choice blocks;
	bool replay; /* trust neither a summary nor what was kept: read every event */
	/* Called now and then while events are replayed; may be NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *progress_context;
};

struct profile;

/* options are borrowed until profile_close.  Returns 0, or -errno with a diagnostic and *out NULL. */
int profile_open(const char *path, const struct profile_options *options, struct profile **out,
		 struct diagnostic *diagnostic);
void profile_close(struct profile *profile); /* NULL is fine */

/* The run; with `remains` also what became of blocks that were not freed, for which names are looked up. */
const struct overview *profile_overview(struct profile *profile, bool remains);

/* What a reader must know before trusting figures, one line each; and of modules without lines or names. */
struct warnings {
	const char *const *lines;
	size_t count;
	size_t module_count; /* the last of them, each of a module */
};
struct warnings profile_warnings(struct profile *profile);

/* The same in brief: those of modules are one, where there are several. */
struct warnings profile_warnings_in_brief(struct profile *profile);

/* Which line tables: at most `top` (0: all, or a few if nobody has named functions), by a figure. */
struct table_choice {
	size_t top;
	enum figure figure;
};

/* The line tables of the selection.  To be asked for once. */
const struct line_table *profile_tables(struct profile *profile, const struct table_choice *choice,
					size_t *count);

/* Whether the selection of functions met none; known with the tables. */
bool profile_matched_nothing(const struct profile *profile);

/* The call sites that have a figure, greatest first, ties by place; at most `limit` (0: all).  Pointers and
 * sites live as long as the profile. */
const struct site *const *profile_sites(struct profile *profile, enum figure figure, size_t limit,
					size_t *count);

/* All call sites that allocated, those that have most of the figure first and those that have none of it too;
 * else as profile_sites. */
const struct site *const *profile_all_sites(struct profile *profile, enum figure order, size_t *count);

/* How many of the sites that profile_sites has named so far have the figure. */
size_t profile_site_count(const struct profile *profile, enum figure figure);

/* Collections, typed blocks, what collectors freed, and caches. */
const struct collections *profile_collections(struct profile *profile);

/* The same without what takes names: the collections, their sum, generations and lines. */
const struct collections *profile_collections_only(struct profile *profile);

/* Why programs that a recorded one started go unrecorded, for people. */
#define PROFILE_WHY_UNRECORDED                                                                               \
	"static, set-user-ID, sanitized, made for another C library or machine, or started without "         \
	"LD_PRELOAD"

/* Whether the user had it that only this program be recorded, and none that it starts: MPROF_FOLLOW=0. */
struct trace_info;
bool profile_is_alone(const struct trace_info *info);

#endif
