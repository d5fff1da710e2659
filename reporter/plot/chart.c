/* chart.c - see chart.h: values of curves. */
#include "plot/chart.h"

/* The last point at or before a time; SIZE_MAX: there is none. */
static size_t point_before(const struct chart_curve *curve, uint64_t time_ns)
{
	size_t low = 0, high = curve->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (curve->time_ns[middle] <= time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? low - 1 : SIZE_MAX;
}

double chart_value(const struct chart_curve *curve, const uint64_t *bytes, uint64_t time_ns)
{
	size_t before = point_before(curve, time_ns);

	if (before == SIZE_MAX)
		return 0;
	if (before + 1 >= curve->count)
		return curve->time_ns[before] == time_ns ? (double)bytes[before] : 0;
	double span = (double)(curve->time_ns[before + 1] - curve->time_ns[before]);
	double part = span > 0 ? (double)(time_ns - curve->time_ns[before]) / span : 0;

	return (double)bytes[before] + part * ((double)bytes[before + 1] - (double)bytes[before]);
}

double chart_highest(const struct chart_curve *curve, const uint64_t *bytes, uint64_t from_ns, uint64_t to_ns,
		     uint64_t *at_ns)
{
	double highest = chart_value(curve, bytes, from_ns), last = chart_value(curve, bytes, to_ns);
	size_t at = point_before(curve, from_ns);

	*at_ns = from_ns;
	for (at = at == SIZE_MAX ? 0 : at; at < curve->count && curve->time_ns[at] <= to_ns; at++) {
		if (curve->time_ns[at] < from_ns || (double)bytes[at] <= highest)
			continue;
		highest = (double)bytes[at];
		*at_ns = curve->time_ns[at];
	}
	if (last > highest)
		*at_ns = to_ns;
	return last > highest ? last : highest;
}

uint64_t chart_top(const struct chart *chart)
{
	double top = 0;
	uint64_t at;

	for (size_t i = 0; i < chart->curve_count; i++) {
		double highest = chart_highest(&chart->curves[i], chart->curves[i].bytes, chart->from_ns,
					       chart->to_ns, &at);
		top = highest > top ? highest : top;
	}
	if (chart->rss) {
		double highest =
			chart_highest(chart->rss, chart->rss->bytes, chart->from_ns, chart->to_ns, &at);
		top = highest > top ? highest : top;
	}
	return (uint64_t)top;
}

void chart_fit_trend(struct chart *chart)
{
	const struct chart_curve *curve = chart->curves;
	double weights = 0, x = 0, y = 0, xx = 0, xy = 0;

	for (size_t i = 0; i + 1 < curve->count; i++) {
		double weight = (double)(curve->time_ns[i + 1] - curve->time_ns[i]);
		double time = ((double)curve->time_ns[i] + (double)curve->time_ns[i + 1]) / 2;
		double value = ((double)curve->bytes[i] + (double)curve->bytes[i + 1]) / 2;

		if (curve->time_ns[i] < chart->from_ns || curve->time_ns[i + 1] > chart->to_ns)
			continue;
		weights += weight;
		x += weight * time;
		y += weight * value;
		xx += weight * time * time;
		xy += weight * time * value;
	}
	chart->trend = true;
	double spread = weights * xx - x * x;
	chart->trend_per_ns = spread > 0 ? (weights * xy - x * y) / spread : 0;
	chart->trend_at_0 = weights > 0 ? (y - chart->trend_per_ns * x) / weights : 0;
}
