/*
 * progress.h - tells people at a terminal how far a long step is; the word is wiped away afterwards.
 */
#ifndef MPROF_REPORTER_BASE_PROGRESS_H
#define MPROF_REPORTER_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool wanted; /* standard error is a terminal that can wipe */
	bool shown;
	uint64_t started_ns, next_ns; /* of the events; 0: not begun */
};

struct progress progress_start(void);
void progress_finish(struct progress *progress);

/* Callbacks; the context is a struct progress.  A step in words, and events done of so many. */
void progress_step(void *progress, const char *what);
void progress_events(void *progress, uint64_t done, uint64_t total);

/* The same of a recording's records that nobody has written to its trace yet. */
void progress_records(void *progress, uint64_t done, uint64_t total);

#endif
