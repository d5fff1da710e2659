/*
 * peaks.h - the greatest value since each of many beginnings.
 *
 * A stack of the greatest value since then, which falls from the first beginning to the last: beginnings
 * between which no greater value was seen share a span, and a value joins the spans that it overtops
 * (the monotonic stack of "all nearest smaller values", Berkman, Schieber and Vishkin, 1993).
 */
#ifndef MPROF_REPORTER_PROFILE_PEAKS_H
#define MPROF_REPORTER_PROFILE_PEAKS_H

#include <stddef.h>
#include <stdint.h>

struct peaks_span {
	size_t first; /* of the beginnings up to the next span's */
	uint64_t peak;
};

/* All zero: nothing has begun. */
struct peaks {
	struct peaks_span *spans;
	size_t span_count, span_capacity;
	size_t begun;
};

void peaks_finish(struct peaks *peaks);

/* From here on, beginning with this value; the beginnings count from 0. */
void peaks_begin(struct peaks *peaks, uint64_t value);

/* O(1) for all values and beginnings taken together. */
void peaks_see(struct peaks *peaks, uint64_t value);

/* Since a beginning, up to now; O(log n). */
uint64_t peaks_since(const struct peaks *peaks, size_t beginning);

#endif
