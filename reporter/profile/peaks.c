/* peaks.c - see peaks.h. */
#include "profile/peaks.h"

#include "base/pool.h"

#include <stdlib.h>

void peaks_finish(struct peaks *peaks)
{
	free(peaks->spans);
	*peaks = (struct peaks){0};
}

void peaks_begin(struct peaks *peaks, uint64_t value)
{
	peaks_see(peaks, value);
	peaks->spans =
		pool_grow(peaks->spans, &peaks->span_capacity, peaks->span_count + 1, sizeof(*peaks->spans));
	peaks->spans[peaks->span_count++] = (struct peaks_span){peaks->begun++, value};
}

void peaks_see(struct peaks *peaks, uint64_t value)
{
	size_t last = peaks->span_count;

	if (last == 0 || peaks->spans[last - 1].peak >= value)
		return;
	while (last > 1 && peaks->spans[last - 2].peak < value)
		last--;
	peaks->spans[last - 1].peak = value;
	peaks->span_count = last;
}

uint64_t peaks_since(const struct peaks *peaks, size_t beginning)
{
	size_t low = 0, high = peaks->span_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (peaks->spans[middle].first <= beginning)
			low = middle;
		else
			high = middle;
	}
	return peaks->spans[low].peak;
}
