/*
 * rows.h - what views show: a report with every name and line resolved, nothing left to look up.
 *
 * Plain data, borrowed from whoever built it (reporter/profile).  Views read it and print; they
 * never compute figures that another format would then lack.
 */
#ifndef MPROF_REPORTER_VIEW_ROWS_H
#define MPROF_REPORTER_VIEW_ROWS_H

#include "view/gc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An _error is of the figure of that name: half the width, in bytes or blocks, of an interval that holds the
 * true value in 95 of 100 cases.  0 unless blocks were sampled. */

/* One line of a source function. */
struct view_line {
	uint32_t line;      /* 0: the code that is of no single line */
	const char *source; /* without its line end; NULL: the text is missing */
	bool measured;      /* the figures below mean something: the first line, or one with events */
	uint64_t mem_bytes; /* live heap after the line (first row: on entry); maximum over visits */
	uint64_t occurrences;
	uint64_t allocations, frees;
	uint64_t allocated_bytes, freed_bytes;
	uint64_t peak_bytes, leaked_bytes;
	uint64_t mem_error, increment_error, peak_error, leaked_error;
	struct view_gc_sum gc;                            /* of collections that ran under the line */
	uint64_t by_collector_blocks, by_collector_bytes; /* allocated under the line, freed by a collector */
};

struct view_function {
	const char *name, *file;
	uint32_t first_line;
	const struct view_line *lines; /* by line number */
	size_t line_count;
};

/* A call site: the innermost frame of the program's own on a call path. */
struct view_site {
	const char *function;
	const char *file; /* "" if unknown */
	const char *module;
	const char *place; /* the function; where there are no lines "main+0x78", or an address of the file */
	uint32_t line;     /* 0 if unknown */
	uint64_t allocations, allocated_bytes;
	uint64_t peak_bytes, peak_blocks;
	uint64_t leaked_bytes, leaked_blocks;
	uint64_t kept_bytes, kept_blocks; /* not freed either, but by libraries that keep their memory */
	uint64_t temporary;
	uint64_t collected_blocks, collected_bytes; /* freed by a collector */
	uint64_t allocated_error, peak_error, leaked_error;
};

struct view_summary {
	const char *path;
	const char *const *command; /* ends with NULL */
	int pid;
	uint64_t started_realtime_ns, duration_ns;
	bool complete;    /* the run ended by itself and nothing of it is missing */
	bool end_unknown; /* it ended, by itself or killed; then it is not complete */
	size_t thread_count;
	uint64_t lost_events;
	uint64_t allocations, frees;
	uint64_t allocated_bytes;
	uint64_t peak_bytes, peak_blocks, peak_time_ns;
	uint64_t leaked_bytes, leaked_blocks;         /* not freed, but for the next two */
	uint64_t kept_bytes, kept_blocks;             /* what libraries keep to the end */
	uint64_t suppressed_bytes, suppressed_blocks; /* what the user has said not to count */
	uint64_t temporary;
	bool aggregate;        /* sums were recorded, no events */
	uint64_t sample_bytes; /* mean interval between sampled bytes; 0: every block was recorded */
	uint64_t blocks_error; /* of any count of blocks, at most */
	uint64_t allocated_error, peak_error, leaked_error;
	uint64_t unmatched_frees;
	uint64_t collections;
	uint64_t peak_rss_bytes; /* 0: not sampled */
	uint64_t recorder_bytes; /* of it: taken by the recording itself, about */
	uint64_t unrecorded_children;
};

/* By which figure functions are chosen and sites are ordered. */
enum view_sort {
	SORT_PEAK,
	SORT_LEAKED,
	SORT_ALLOCATED,
	SORT_ALLOCATIONS,
	SORT_TEMPORARY,
	SORT_KEPT,
	SORT_KEYS
};

struct view_report {
	struct view_summary summary;
	const char *const *warnings; /* one line each */
	size_t warning_count;
	size_t module_warning_count; /* the last of them, each of a module without lines or names */
	bool nothing_matched;        /* of what was selected */
	enum view_sort sort;
	const struct view_function *functions;
	size_t function_count;
	const struct view_site *sites; /* all, in no particular order */
	size_t site_count;
	const struct view_gc *gc; /* NULL: none of what it tells was asked for */
};

/* The name of a key as in --sort; NULL when out of range. */
const char *view_sort_name(enum view_sort sort);

/* That figure of a site. */
uint64_t view_site_figure(const struct view_site *site, enum view_sort sort);

/* The sites with a figure above 0, greatest first, ties by name; at most `limit` (0: all).
 * The array of pointers is the caller's to free(); NULL with errno ENOMEM. */
const struct view_site **view_sites_sorted(const struct view_report *report, enum view_sort sort,
					   size_t limit, size_t *count);

#endif
