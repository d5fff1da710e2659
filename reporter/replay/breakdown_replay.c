/*
 * breakdown_replay.c - see breakdown_replay.h.
 */
#include "replay/breakdown_replay.h"

#include "figures/breakdown_walk.h"
#include "replay/counting.h"
#include "replay/replayed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The thread of kinds that nobody wants. */
#define UNWANTED (KIND_SEVERAL - 1)

struct replaying {
	const struct replay_sizes *sizes;
	struct figures figures;
	struct numbering begins;
};

static uint32_t kind_of_event(const struct replaying *of, const struct trace_event *event)
{
	const struct replay_sizes *sizes = of->sizes;
	bool wanted = !sizes || (event->size_bytes >= sizes->least && event->size_bytes <= sizes->most);

	return kind_of_block(event->size_bytes, wanted ? KIND_SEVERAL : UNWANTED);
}

static int count(struct replaying *of, const struct trace_event *event)
{
	const struct replay_ids ids = {
		.path = event->node, .origin = event->origin, .kind = kind_of_event(of, event)};
	struct figures_place at = {.time_ns = event->time_ns, .node = event->node, .thread = event->thread};

	if (figures_reserve_thread(&of->figures, event->thread) != 0)
		return -ENOMEM;
	at.by = breakdown_thread(&of->figures.breakdown, event->thread);
	return replay_count(&of->figures, &of->begins, &at, event, &ids);
}

static int see(void *context, const struct trace_event *events, size_t event_count)
{
	int error = 0;

	for (size_t i = 0; !error && i < event_count; i++)
		error = count(context, &events[i]);
	return error;
}

static void drop_unwanted(struct breakdown_tables *tables)
{
	size_t kept = 0;

	for (size_t i = 0; i < tables->kind_count; i++)
		if (kind_thread(tables->kinds[i].kind) != UNWANTED)
			tables->kinds[kept++] = tables->kinds[i];
	tables->kind_count = kept;
}

static int collect(struct replaying *of, const struct trace_info *info, struct breakdown_tables *tables)
{
	const struct breakdown *breakdown = &of->figures.breakdown;
	int error = breakdown_known(breakdown)
			    ? breakdown_collect(&of->figures, &of->begins, info->node_count, tables)
			    : -ENOMEM;

	if (error)
		return error;
	drop_unwanted(tables);
	tables->threads = calloc(info->thread_count + 1, sizeof(*tables->threads));
	if (!tables->threads)
		return -ENOMEM;
	for (; tables->thread_count < info->thread_count && tables->thread_count < breakdown->thread_capacity;
	     tables->thread_count++)
		tables->threads[tables->thread_count] = breakdown->threads[tables->thread_count];
	return 0;
}

int breakdown_replay(struct trace *trace, const struct replay_sizes *sizes, struct breakdown_tables *tables,
		     struct diagnostic *diagnostic)
{
	const struct trace_info *info = trace_info(trace);
	struct replaying of = {.sizes = sizes, .figures.totals.sample_bytes = info->sample_bytes};
	int error;

	of.figures.moves.failed = true; /* nobody asks for them */
	breakdown_init(&of.figures.breakdown);
	diagnostic->message[0] = '\0';
	error = figures_grow(&of.figures, 1) ? -ENOMEM : trace_replay(trace, see, &of, diagnostic);
	if (!error)
		error = collect(&of, info, tables);
	figures_finish(&of.figures);
	numbering_finish(&of.begins);
	if (error && !diagnostic->message[0])
		diagnostic_set(diagnostic, -error, "%s: %s", info->path,
			       error == -ENOMEM ? "not enough memory for its figures by size"
						: "damaged: a block is freed that does not live");
	return error;
}
