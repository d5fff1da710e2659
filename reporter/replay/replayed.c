/*
 * replayed.c - see replayed.h.
 */
#include "replay/replayed.h"

#include "figures/intervals.h"
#include "replay/counting.h"
#include "trace/format.h"

#include <errno.h>
#include <string.h>

#define BYTES_MOST (UINT64_C(64) << 20) /* of entries, in memory alone */

struct replaying {
	const struct trace_info *info;
	const struct replay_boundaries *boundaries;
	const struct replay_sizes *sizes;
	struct figures figures;
	struct intervals intervals;
	struct numbering begins;    /* of call paths, see id_of */
	size_t next_note, next_own; /* boundaries that are to come */
	uint64_t last_ns;
};

/* ---- boundaries --------------------------------------------------------------------------- */

static bool is_pin(const struct trace_note *note)
{
	return note->kind == NOTE_MARK || note->kind == NOTE_BEGIN || note->kind == NOTE_END;
}

/* Of marks before the event that comes next. */
static int cross_notes(struct replaying *of)
{
	int error = 0;

	for (; !error && of->next_note < of->info->note_count; of->next_note++) {
		const struct trace_note *note = &of->info->notes[of->next_note];

		if (note->events_before > of->figures.totals.events)
			break;
		if (is_pin(note) && of->intervals.pinned < INTERVALS_PINNED_MOST)
			error = intervals_close(&of->intervals, &of->figures, note->time_ns, true);
	}
	return error;
}

static int cross(struct replaying *of, uint64_t time_ns)
{
	const struct replay_boundaries *own = of->boundaries;
	int error = 0;

	if (own->count == 0) {
		error = cross_notes(of);
		return error ? error : intervals_pass(&of->intervals, &of->figures, of->last_ns, time_ns);
	}
	for (; !error && of->next_own < own->count; of->next_own++) {
		const struct replay_boundary *boundary = &own->list[of->next_own];

		if (boundary->events == REPLAY_BY_TIME ? boundary->time_ns > time_ns
						       : boundary->events > of->figures.totals.events)
			break;
		error = intervals_close(&of->intervals, &of->figures, boundary->time_ns, true);
	}
	return error;
}

/* ---- events --------------------------------------------------------------------------------- */

/* A node's blocks of the sizes that are wanted are kept apart from its others. */
static uint32_t id_of(const struct replaying *of, uint32_t node, uint64_t size_bytes)
{
	const struct replay_sizes *sizes = of->sizes;

	return 2 * node + (!sizes || (size_bytes >= sizes->least && size_bytes <= sizes->most));
}

static int count(struct replaying *of, const struct trace_event *event)
{
	const struct replay_ids ids = {.path = id_of(of, event->node, event->size_bytes),
				       .origin = id_of(of, event->origin, event->size_bytes)};
	struct figures_place at = {.time_ns = event->time_ns, .node = event->node};

	return replay_count(&of->figures, &of->begins, &at, event, &ids);
}

static int see(void *context, const struct trace_event *events, size_t event_count)
{
	struct replaying *of = context;
	int error = 0;

	for (size_t i = 0; !error && i < event_count; i++) {
		error = cross(of, events[i].time_ns);
		if (!error)
			error = count(of, &events[i]);
		of->last_ns = events[i].time_ns;
	}
	return error;
}

static int renumber(struct replaying *of)
{
	uint32_t *nodes = of->begins.nodes;

	for (uint32_t i = 1; i <= of->begins.count; i++)
		nodes[i] = nodes[i] % 2 ? nodes[i] / 2 : TIMELINE_GONE;
	return timeline_renumber(&of->intervals.timeline, nodes, (size_t)of->begins.count + 1);
}

static int finish(struct replaying *of, struct timeline *out)
{
	int error = of->boundaries->count == 0 ? cross_notes(of) : 0;

	if (!error)
		error = intervals_settle(&of->intervals, &of->figures, of->last_ns);
	if (!error)
		error = renumber(of);
	if (error)
		return error;
	*out = of->intervals.timeline;
	of->intervals.timeline = (struct timeline){0};
	return 0;
}

int timeline_replay(struct trace *trace, const struct replay_boundaries *boundaries,
		    const struct replay_sizes *sizes, struct timeline *out, struct diagnostic *diagnostic)
{
	const struct trace_info *info = trace_info(trace);
	struct replaying of = {.info = info, .boundaries = boundaries, .sizes = sizes};
	int error = figures_reserve_thread(&of.figures, 0);

	of.figures.moves.failed = true; /* nobody asks for them */
	of.figures.totals.sample_bytes = info->sample_bytes;
	of.intervals.length_ns = INTERVALS_FIRST_NS;
	of.intervals.bytes_most = BYTES_MOST;
	*out = (struct timeline){0};
	if (error == 0)
		error = figures_grow(&of.figures, 1);
	diagnostic->message[0] = '\0';
	if (!error)
		error = trace_replay(trace, see, &of, diagnostic);
	if (!error)
		error = finish(&of, out);
	figures_finish(&of.figures);
	intervals_finish(&of.intervals);
	numbering_finish(&of.begins);
	if (error && !diagnostic->message[0])
		diagnostic_set(diagnostic, -error, "%s: %s", info->path,
			       error == -ENOMEM ? "not enough memory for its heap over time"
						: "damaged: a block is freed that does not live");
	return error;
}
