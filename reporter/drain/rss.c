/*
 * rss.c - the process's resident set over time: dense at first, thinner in long runs.
 */
#include "drain/state.h"

#define FIRST_INTERVAL_NS UINT64_C(10000000)
#define SAMPLES_PER_INTERVAL 10000u /* then the interval doubles */
#define PEAK_INTERVAL_MOST_NS UINT64_C(500000000)

static uint64_t interval_ns(uint64_t samples)
{
	return FIRST_INTERVAL_NS << (samples / SAMPLES_PER_INTERVAL);
}

/* The dearer of the two samples.  A program that lasts a moment only is often not there to be asked at its
 * end. */
static void sample_peak(struct drain *drain, uint64_t now_ns)
{
	uint64_t peak = watch_peak_rss_bytes(&drain->watch);
	if (peak > drain->rss_peak_bytes)
		drain->rss_peak_bytes = peak;
	uint64_t interval = now_ns / 8 > FIRST_INTERVAL_NS ? now_ns / 8 : FIRST_INTERVAL_NS;
	drain->rss_peak_next_ns =
		now_ns + (interval < PEAK_INTERVAL_MOST_NS ? interval : PEAK_INTERVAL_MOST_NS);
}

void rss_sample(struct drain *drain)
{
	uint64_t now_ns = clock_monotonic_ns() - drain->timebase.started_ns;
	bool ending = atomic_load_explicit(&drain->mapping.header->end_state, memory_order_relaxed) != 0;
	if (now_ns >= drain->rss_peak_next_ns || ending)
		sample_peak(drain, now_ns);
	if (now_ns < drain->rss_next_ns || now_ns < drain->rss_time_ns)
		return;
	drain->rss_next_ns = now_ns + interval_ns(drain->rss_count);
	uint64_t pages = watch_rss_pages(&drain->watch);
	if (pages == 0)
		return;
	buffer_varint(&drain->batch.rss, now_ns - drain->rss_time_ns);
	buffer_varint(&drain->batch.rss, pages);
	drain->batch.rss_entries++;
	if (pages > drain->intervals.rss_pages)
		drain->intervals.rss_pages = pages;
	drain->rss_time_ns = now_ns;
	drain->rss_count++;
}
