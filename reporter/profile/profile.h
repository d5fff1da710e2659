/*
 * profile.h - from a trace file to a resolved report: joins reader, model, symbolizer and source text.
 *
 * Memory: the tables of the trace, the model's live blocks, and the text of shown sources.
 * Not thread-safe.
 */
#ifndef MPROF_REPORTER_PROFILE_REPORT_H
#define MPROF_REPORTER_PROFILE_REPORT_H

#include "base/diagnostic.h"
#include "profile/suppressions.h"
#include "profile/select.h"
#include "sources/sources.h"
#include "symbolize/symbolize.h"
#include "view/rows.h"

/* How far to go: the figures of a trace are cheap, names and lines are not. */
enum profile_detail {
	REPORT_LINES,
	REPORT_SITES,
	REPORT_COLLECTIONS,
	REPORT_LEAKS,   /* the summary */
	REPORT_SUMMARY, /* the same, but for what leaked */
};

struct profile_options {
	enum profile_detail detail;
	struct selection selection; /* empty: that of the recorded MPROF_FUNCTIONS, else marked functions */
	size_t top;                 /* most functions to show; 0: all, or a few if mprof chooses them */
	enum view_sort sort;
	size_t sites; /* how many call sites will be shown, by `sort` and by leaked bytes; of the others, the
			 C library's may be left out.  0: all */
	struct source_options sources;
	struct symbolizer_options symbols;
	const struct suppressions *suppressions; /* leaks not to be counted; NULL: none */
	bool no_names; /* look everything up, and pass over what the trace remembers */
	bool remember; /* add names to the trace if it has none */
	bool replay;   /* trust neither a summary nor what was kept: read every event */
	/* Called now and then while events are replayed; may be NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *progress_context;
};

struct profile;

/* options are borrowed until profile_destroy.  Returns 0, or -errno with a diagnostic and *out NULL. */
int profile_create(const char *path, const struct profile_options *options, struct profile **out,
		   struct diagnostic *diagnostic);
void profile_destroy(struct profile *profile); /* NULL is fine */

/* Why programs that a recorded one started go unrecorded, for people. */
#define PROFILE_WHY_UNRECORDED                                                                               \
	"static, set-user-ID, sanitized, made for another C library or machine, or started without "         \
	"LD_PRELOAD"

/* Whether the user had it that only this program be recorded, and none that it starts: MPROF_FOLLOW=0. */
struct trace_info;
bool profile_is_alone(const struct trace_info *info);

/* Valid until profile_destroy. */
const struct view_report *profile_view(const struct profile *profile);

#endif
