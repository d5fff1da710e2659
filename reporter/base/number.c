/*
 * number.c - figures as people read them.
 */
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define NS_PER_S UINT64_C(1000000000)

/* A value that rounds to zero loses its sign: "-0.0 MiB" would only raise questions. */
static double mib(int64_t size_bytes, int precision)
{
	double value = (double)size_bytes / (1 << 20);

	return fabs(value) < 0.5 * pow(10, -precision) ? 0.0 : value;
}

void number_mib(char *out, size_t out_bytes, int64_t size_bytes, int precision)
{
	snprintf(out, out_bytes, "%*.*f MiB", precision + 4, precision, mib(size_bytes, precision));
}

void number_size(char *out, size_t out_bytes, uint64_t size_bytes, int precision)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double value = (double)size_bytes / 1024;
	size_t unit = 0;

	if (size_bytes < 1024) {
		snprintf(out, out_bytes, "%d B", (int)size_bytes);
		return;
	}
	for (; value >= 1024 && unit + 1 < sizeof(units) / sizeof(*units); unit++)
		value /= 1024;
	snprintf(out, out_bytes, "%.*f %s", precision, value, units[unit]);
}

void number_share(char *out, size_t out_bytes, uint64_t part, uint64_t whole)
{
	if (whole == 0)
		snprintf(out, out_bytes, "%s", "");
	else
		snprintf(out, out_bytes, "%.1f%%", 100.0 * (double)part / (double)whole);
}

void number_duration(char *out, size_t out_bytes, uint64_t time_ns)
{
	uint64_t seconds = time_ns / NS_PER_S;

	if (seconds < 60)
		snprintf(out, out_bytes, "%.3f s", (double)time_ns / (double)NS_PER_S);
	else if (seconds < 3600)
		snprintf(out, out_bytes, "%d min %d s", (int)(seconds / 60), (int)(seconds % 60));
	else
		snprintf(out, out_bytes, "%llu h %d min", (unsigned long long)(seconds / 3600),
			 (int)(seconds / 60 % 60));
}

void number_pause(char *out, size_t out_bytes, uint64_t time_ns)
{
	if (time_ns < 1000000)
		snprintf(out, out_bytes, "%.1f us", (double)time_ns / 1e3);
	else if (time_ns < NS_PER_S)
		snprintf(out, out_bytes, "%.3f ms", (double)time_ns / 1e6);
	else
		number_duration(out, out_bytes, time_ns);
}

void number_time(char *out, size_t out_bytes, uint64_t realtime_ns)
{
	time_t seconds = (time_t)(realtime_ns / NS_PER_S);
	struct tm local;

	if (!localtime_r(&seconds, &local) || strftime(out, out_bytes, "%Y-%m-%d %H:%M:%S", &local) == 0)
		snprintf(out, out_bytes, "?");
}
