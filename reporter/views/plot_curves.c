/*
 * plot_curves.c - see plot_curves.h.
 */
#include "views/plot_curves.h"

#include "profile/measure.h"
#include "reader/reader.h"
#include "views/frames.h"
#include "views/parts.h"

#define NAME_WIDTH 200
#define SAMPLES_MOST 2000 /* of the resident set */

static struct plot_parts parts_of(struct document *document, const struct request *request,
				  enum grouping grouping, const struct series *series)
{
	struct plot_part *list = pool_alloc(&document->pool, (series->part_count + 1) * sizeof(*list));

	for (size_t i = 0; i < series->part_count; i++) {
		const char *name =
			frame_group(document, request, series->parts[i].group, grouping, NAME_WIDTH);

		list[i] = (struct plot_part){name, name, series->parts[i].bytes};
	}
	return (struct plot_parts){list, series->part_count, series->rest_bytes, series->rest_groups};
}

/* As it was sampled; of long runs the greatest of each interval, where it was seen. */
static struct chart_curve rss_curve(struct document *document, struct profile *profile,
				    const struct series *series)
{
	const struct trace_info *info = profile_trace(profile);
	bool sampled = info->sample_count <= SAMPLES_MOST;
	size_t most = sampled ? info->sample_count : series->count, count = 0;
	uint64_t *times = pool_alloc(&document->pool, (most + 1) * sizeof(*times));
	uint64_t *values = pool_alloc(&document->pool, (most + 1) * sizeof(*values));

	for (size_t i = 0; i < most; i++) {
		uint64_t value = sampled ? info->samples[i].rss_bytes : series->rss_bytes[i];

		if (value == 0)
			continue;
		times[count] = sampled ? info->samples[i].time_ns : series->time_ns[i];
		values[count++] = value;
	}
	return (struct chart_curve){"resident set (RSS)", times, values, count};
}

int plot_curves(struct document *document, struct profile *profile, const struct request *request,
		const struct plot_grouping *wanted, struct plotted *out, struct diagnostic *diagnostic)
{
	int error = profile_series(profile, wanted->by, wanted->most, &out->series, diagnostic);

	if (error)
		return error;
	out->name =
		pool_format(&document->pool, "%s: %s",
			    style_short_path(request->style, profile_overview(profile, false)->path),
			    part_command(document, profile_overview(profile, false)->command, NAME_WIDTH));
	out->heap = (struct chart_curve){out->name, out->series.time_ns, out->series.heap_bytes,
					 out->series.count};
	out->parts = parts_of(document, request, wanted->by, &out->series);
	out->rss = rss_curve(document, profile, &out->series);
	return 0;
}
