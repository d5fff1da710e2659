/*
 * results.h - what is known of a recording once names and lines are resolved: plain data with nothing left to
 * look up, borrowed from the profile.
 *
 * Views read it and make documents of it; they never compute figures that another view would then lack.
 */
#ifndef MPROF_REPORTER_PROFILE_RESULTS_H
#define MPROF_REPORTER_PROFILE_RESULTS_H

#include "profile/collections.h"
#include "profile/figure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of the run that figures are of, see window.h.  Those of the peak are of the highest heap in the
 * window, or of the moment itself; what is not freed is what the window added, or all there was if it begins
 * with the run. */
struct window {
	bool moment;             /* from and to are one */
	uint64_t from_ns, to_ns; /* as they turned out */
	const char *from, *to;   /* as they were asked for; "start" and "end" if they were not */
	bool begins;             /* with the run */
	bool between; /* a moment between boundaries: how much was allocated by then is not known */
	bool near;    /* one is not just where it was asked for: --exact would be */
	uint64_t peak_rss_bytes; /* greatest that was seen; 0: none was */
};

/* Blocks that figures are of, see blocks.h. */
struct block_selection {
	bool asked; /* or all are */
	bool sized; /* by size */
	uint64_t least, most;
	const char *least_text, *most_text; /* as they were asked for; NULL: not */
	const char *thread;                 /* as it was asked for; NULL: of any */
	bool exact; /* sizes that only events tell of: there are no others in profile_breakdown */
};

/* The run as a whole. */
struct overview {
	const char *path;
	const char *const *command; /* ends with NULL */
	int pid;
	uint64_t started_realtime_ns, duration_ns;
	bool complete;       /* the run ended by itself and nothing of it is missing */
	bool recording;      /* it goes on, and is not complete */
	bool end_unknown;    /* it ended, by itself or killed; then it is not complete */
	bool cut_off;        /* the end of its trace is missing, or damaged */
	uint64_t end_signal; /* that ended it; 0: none, or not known */
	size_t thread_count;
	uint64_t lost_events;
	struct amounts total; /* what remains of blocks: once profile_know_remains is done */
	uint64_t peak_time_ns;
	bool aggregate;        /* sums were recorded, no events */
	uint64_t sample_bytes; /* mean interval between sampled bytes; 0: every block was recorded */
	uint64_t blocks_error; /* of any count of blocks, at most */
	uint64_t unmatched_frees;
	uint64_t peak_rss_bytes; /* 0: not sampled */
	bool rss_may_be_more;    /* it did not end by itself, and not all was seen up to its end */
	uint64_t recorder_bytes; /* of it: taken by the recording itself, about */
	uint64_t unrecorded_children;
	const struct window *window;          /* the figures are of that; NULL: of the whole run */
	const struct block_selection *blocks; /* and of these; NULL: of all */
};

/* One line of a source function. */
struct table_line {
	uint32_t line;       /* 0: the code that is of no single line */
	const char *source;  /* without its line end; NULL: the text is missing */
	bool measured;       /* the figures below mean something: the first line, or one with events */
	bool has_mem;        /* mem_bytes is known, */
	bool has_traced_mem; /* from executions of the line and not from events under it */
	uint64_t mem_bytes;  /* live heap after the line (first row: on entry); maximum over visits */
	uint64_t occurrences;
	struct amounts amounts;   /* under the line, callees included */
	struct collection_sum gc; /* of collections that ran under the line */
	bool traced;              /* places of it were to be counted, */
	bool refused;      /* of which not all were: there was no room, or its function was not traced; */
	bool unsure;       /* or it may have run as other code: that it has no hits says nothing */
	bool elsewhere;    /* of copies of the function that are inlined in others nothing was counted */
	bool without_code; /* no code is known of it, in some instance of the function */
	bool gone;     /* nor in any other, and it is a statement: the compiler found that it is not needed */
	uint64_t hits; /* how often it ran; of the first line: calls */
	uint64_t ns, own_ns; /* in it, and less what traced functions took that it called */
	uint64_t rss_bytes;  /* after it, the greatest; 0: not known */
};

/* Whether the line's hits are how often it ran. */
static inline bool table_line_is_counted(const struct table_line *line)
{
	return line->traced && !line->refused && (line->hits > 0 || !(line->unsure || line->elsewhere));
}

struct line_table {
	const char *name, *file;
	uint32_t first_line;
	struct amounts amounts;         /* of the whole function */
	const struct table_line *lines; /* by line number */
	size_t line_count;
	bool traced; /* what its lines did is known */
};

/* A call site: the innermost frame of the program's own on a call path. */
struct site {
	const char *function;
	const char *file; /* "" if unknown */
	const char *module;
	const char *place; /* the function; where there are no lines "main+0x78", or an address of the file */
	uint32_t line;     /* 0 if unknown */
	const char *entry; /* of code without a name: the function of a library that it called; else NULL */
	const char *entry_module;
	struct amounts amounts;
	uint32_t index; /* which it is */
};

#endif
