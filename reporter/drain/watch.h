/*
 * watch.h - the recorded process from outside: does it live, which threads, how large is it.
 *
 * Reads /proc and asks the kernel; where it is not allowed to know, it says "lives".
 */
#ifndef MPROF_REPORTER_DRAIN_WATCH_H
#define MPROF_REPORTER_DRAIN_WATCH_H

#include "trace/session.h"

#include <stdbool.h>
#include <stdint.h>

struct watch {
	const struct session_header *session;
	const char *session_path;
	int pidfd;     /* -1: not to be had */
	int statm;     /* /proc/PID/statm; -1 */
	bool has_proc; /* /proc numbers processes as we do, not as another pid namespace does */
};

/* In a pid namespace that has no /proc of its own, /proc/PID is somebody else. */
bool watch_has_proc(void);

void watch_init(struct watch *watch, const struct session_header *session, const char *session_path);
/* Takes over the pidfd that the shim left to its drainer, SESSION_PIDFD, if there is one. */
void watch_inherit(struct watch *watch);
void watch_finish(struct watch *watch);

/* Whether the process lives and is still the program whose session this is. */
bool watch_alive(struct watch *watch);

/* Whether the process has ended and was not waited for; *status is then what wait() will say. */
bool watch_zombie_status(const struct watch *watch, int *status);

/* Whether this program was replaced by one that is not recorded: the session's mapping is
 * gone, but the process lives.  Costs a few system calls. */
bool watch_replaced(struct watch *watch);

/* Whether a thread of the process lives. */
bool watch_thread_alive(const struct watch *watch, uint32_t tid);

/* Resident set, in pages; 0 if it cannot be told. */
uint64_t watch_rss_pages(struct watch *watch);

/* Whether the process filters its system calls more than it did at the start. */
bool watch_is_confined(const struct watch *watch);

/* The kernel's own high-water mark of it, in bytes; 0 if it cannot be told. */
uint64_t watch_peak_rss_bytes(const struct watch *watch);

#endif
