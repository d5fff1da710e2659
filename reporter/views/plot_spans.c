/* plot_spans.c - see plot_spans.h. */
#include "views/plot_spans.h"

#include "profile/measure.h"
#include "profile/phases.h"

void plot_phases(struct document *document, struct profile *profile, struct chart *chart)
{
	size_t count;
	const struct phase *phases = profile_phases(profile, &count);
	struct chart_span *spans = pool_alloc(&document->pool, (count + 1) * sizeof(*spans));

	for (size_t i = 0; i < count; i++)
		spans[i] = (struct chart_span){.name = phases[i].name,
					       .begin_ns = phases[i].begin_ns,
					       .end_ns = phases[i].begin_ns + phases[i].duration_ns,
					       .begin_bytes = phases[i].begin_bytes,
					       .end_bytes = phases[i].end_bytes,
					       .mark = phases[i].mark,
					       .kind = phases[i].kind,
					       .open = phases[i].unended};
	chart->spans = spans;
	chart->span_count = count;
}

void plot_pauses(struct document *document, struct profile *profile, struct chart *chart)
{
	const struct collections *collections = profile_collections_only(profile);
	struct chart_span *pauses =
		pool_alloc(&document->pool, (collections->collection_count + 1) * sizeof(*pauses));

	for (size_t i = 0; i < collections->collection_count; i++) {
		const struct collection *one = &collections->collections[i];

		pauses[i] = (struct chart_span){
			.name = pool_format(&document->pool, "collection of generation %u", one->generation),
			.begin_ns = one->time_ns,
			.end_ns = one->time_ns + one->pause_ns};
	}
	chart->pauses = pauses;
	chart->pause_count = collections->collection_count;
}
