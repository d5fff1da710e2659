/*
 * open.c - putting a drainer together, and taking it apart.
 */
#include "drain/meta.h"
#include "drain/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INVERSION_NS UINT64_C(50000) /* how far apart two threads' clocks may be, generously */

static int open_trace(struct drain *drain, enum drain_mode mode, struct diagnostic *diagnostic)
{
	const char *path = drain->mapping.header->trace_path;
	drain->trace_fd = open(path, O_RDWR | O_CLOEXEC);
	/* Who deletes a trace must not be left with the session, which the program goes on to fill. */
	if (drain->trace_fd < 0 && errno == ENOENT && mode == DRAIN_FOLLOW) {
		drain->trace_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		drain->unwanted = true;
		path = "/dev/null";
	}
	if (drain->trace_fd < 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	if (batch_init(&drain->batch, drain->trace_fd, 0) < 0)
		return diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
	drain->batch.path = path;
	drain->moves_max = DRAIN_MOVES_MAX;
	drain->batch.aggregate = (drain->mapping.header->flags & SESSION_AGGREGATE) != 0;
	return 0;
}

static int open_map(struct drain *drain, struct diagnostic *diagnostic)
{
	if (!live_names_init(&drain->live, drain->mapping.header, drain->mapping.path))
		return diagnostic_set(diagnostic, ENAMETOOLONG, "%s: path too long", drain->mapping.path);
	int error = livemap_open(&drain->live.files, &drain->map);
	if (error < 0)
		return diagnostic_set(diagnostic, -error, "%s: %s", drain->live.near, strerror(-error));
	return 0;
}

static int make_parts(struct drain *drain, enum drain_mode mode, struct diagnostic *diagnostic)
{
	uint32_t slots = drain->mapping.header->threads_max;
	timebase_init(&drain->timebase, drain->mapping.header);
	/* Few slots are ever used.  What comes from the room that malloc begins with would be cleared, and so
	 * touched: that is for the heap. */
	drain->heap = reallocarray(NULL, slots, sizeof(*drain->heap));
	drain->queues = calloc(slots, sizeof(*drain->queues));
	if (!drain->queues || !drain->heap ||
	    tables_init(&drain->tables, &drain->mapping, &drain->timebase) < 0)
		return diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", drain->mapping.path);
	int error = open_trace(drain, mode, diagnostic);
	if (error == 0)
		error = open_map(drain, diagnostic);
	if (error < 0)
		return error;
	drain->ledger = (struct ledger){.map = drain->map,
					.batch = &drain->batch,
					.keeps_strays = (drain->mapping.header->flags & SESSION_FORKED) != 0,
					.sample_bytes = drain->mapping.header->sample_bytes};
	waiting_init(&drain->ledger.waiting, timebase_stamps(&drain->timebase, INVERSION_NS));
	watch_init(&drain->watch, drain->mapping.header, drain->mapping.path);
	if (mode == DRAIN_FOLLOW)
		watch_inherit(&drain->watch);
	return 0;
}

/* Why it is a report that begins: the drainer did not start, or ended before its heart beat. */
static const char *why_undrained(const struct drain *drain, enum drain_mode mode)
{
	const struct session_header *h = drain->mapping.header;
	/* Relaxed: the lock came between the drainer's end and this. */
	int pid = atomic_load_explicit(&h->drainer_pid, memory_order_relaxed);
	if (mode == DRAIN_FOLLOW || atomic_load_explicit(&h->heartbeat, memory_order_relaxed) != 0)
		return NULL;
	if (pid == -ECHILD)
		return "the program's children are in another pid namespace";
	return pid < 0 ? strerror(-pid) : "it ended before it could begin";
}

/* Ahead of everything else, in the first batch. */
static int put_meta(struct drain *drain, enum drain_mode mode, struct diagnostic *diagnostic)
{
	if (drain->batch_number > 0)
		return 0;
	if (meta_encode(&drain->mapping, why_undrained(drain, mode), &drain->batch.scratch) < 0)
		return diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", drain->mapping.path);
	batch_table(&drain->batch, BLOCK_META);
	return 0;
}

int drain_open(struct drain *drain, struct mapping *mapping, enum drain_mode mode,
	       struct diagnostic *diagnostic)
{
	*drain = (struct drain){.mapping = *mapping, .trace_fd = -1};
	drain->watch.pidfd = drain->watch.statm = -1;
	*mapping = (struct mapping){.fd = -1};
	boundaries_init(drain);
	breakdown_init(&drain->figures.breakdown);
	int result = make_parts(drain, mode, diagnostic);
	if (result == 0 && !drain->unwanted)
		result = recover(drain, diagnostic);
	if (result == 0)
		result = put_meta(drain, mode, diagnostic);
	/* Only who takes the first event and every other one knows the figures, or reads them. */
	if (result == 0 && (drain->batch_number == 0 || drain->batch.aggregate))
		drain->ledger.figures = &drain->figures;
	drain->figures.totals.sample_bytes = drain->ledger.sample_bytes;
	return result;
}

void drain_close(struct drain *drain)
{
	for (uint32_t i = 0; drain->queues && i < merge_slots(drain); i++)
		free(drain->queues[i]);
	free(drain->queues);
	free(drain->heap);
	cursor_finish(&drain->recovered);
	ledger_finish(&drain->ledger);
	figures_finish(&drain->figures);
	intervals_finish(&drain->intervals);
	tables_finish(&drain->tables);
	watch_finish(&drain->watch);
	lines_finish(&drain->lines);
	livemap_close(drain->map);
	batch_finish(&drain->batch);
	if (drain->trace_fd >= 0)
		close(drain->trace_fd);
	mapping_close(&drain->mapping);
}
