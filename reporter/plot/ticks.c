/* ticks.c - see ticks.h. */
#include "plot/ticks.h"

#include <inttypes.h>
#include <stdio.h>

struct scale {
	const char *name;
	uint64_t size;
};

/* The step of round figures (1, 2, 5 times a power of ten of the unit) with about so many in a span. */
static uint64_t step_of(uint64_t span, uint64_t unit, size_t wanted)
{
	uint64_t least = span / wanted > 0 ? span / wanted : 1, step = unit;

	while (step / 10 >= least && step >= 10)
		step /= 10;
	while (step < least) {
		if (step * 2 >= least)
			return step * 2;
		if (step * 5 >= least)
			return step * 5;
		step *= 10;
	}
	return step;
}

/* As many decimals as the step needs. */
static void name_tick(struct tick *tick, const struct scale *scale, uint64_t step)
{
	int decimals = 0;

	for (uint64_t unit = scale->size; decimals < 6 && step % unit != 0; decimals++)
		unit = unit / 10 > 0 ? unit / 10 : 1;
	snprintf(tick->text, sizeof(tick->text), "%.*f %s", decimals, (double)tick->at / (double)scale->size,
		 scale->name);
}

static const struct scale *scale_of(const struct scale *scales, size_t count, uint64_t top)
{
	while (count > 1 && scales[count - 1].size > top)
		count--;
	return &scales[count - 1];
}

size_t ticks_of_bytes(uint64_t top, size_t wanted, struct tick ticks[TICKS_MOST])
{
	static const struct scale scales[] = {
		{"B", 1}, {"KiB", 1024}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", UINT64_C(1) << 40}};
	const struct scale *scale = scale_of(scales, sizeof(scales) / sizeof(*scales), top);
	/* Round in tenths and hundreds of the unit, not of bytes. */
	uint64_t tenths = step_of(scale->size > 1 ? top / (scale->size / 10) : top, 1, wanted);
	double step = scale->size > 1 ? (double)tenths * (double)scale->size / 10 : (double)tenths;
	size_t count = 0;

	for (; count < TICKS_MOST && (double)count * step <= (double)top; count++) {
		double value = scale->size > 1 ? (double)(count * tenths) / 10 : (double)(count * tenths);

		ticks[count].at = (uint64_t)((double)count * step);
		snprintf(ticks[count].text, sizeof(ticks[count].text), "%.*f %s",
			 scale->size > 1 && tenths % 10 != 0 ? 1 : 0, value, scale->name);
	}
	return count;
}

size_t ticks_of_time(uint64_t from_ns, uint64_t to_ns, size_t wanted, struct tick ticks[TICKS_MOST])
{
	static const struct scale scales[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
	uint64_t span = to_ns - from_ns;
	const struct scale *scale = scale_of(scales, sizeof(scales) / sizeof(*scales), span);
	uint64_t step = step_of(span, scale->size, wanted);
	size_t count = 0;

	for (uint64_t at = (from_ns + step - 1) / step * step; count < TICKS_MOST && at <= to_ns;
	     at += step) {
		ticks[count].at = at;
		name_tick(&ticks[count++], scale, step);
	}
	return count;
}
