/* drained.h - a whole trace decoded by trace/ alone, for comparison with what was put in. */
#ifndef MPROF_TESTS_DRAINED_H
#define MPROF_TESTS_DRAINED_H

#include "figures/breakdown_codec.h"
#include "figures/summary.h"
#include "trace/events.h"

#include <stdint.h>

#define DRAINED_WORDS 16

struct drained {
	struct events_item *items;
	size_t count, capacity;
	uint32_t tids[128];
	uint32_t thread_count, node_count, module_count, batches;
	char *meta;
	struct buffer notes; /* payloads of NOTES without their counts */
	uint64_t note_count, label_count, snapshot_count;
	uint64_t snapshot_addresses[16], snapshot_sizes[16], snapshot_nodes[16]; /* of the last */
	uint64_t end[17];                                                        /* END's words; 0: none */
	uint64_t rss_samples;
	struct summary_decoder summary; /* without nodes: none; moves with it */
	struct buffer breakdown_bytes;
	struct breakdown_tables breakdown; /* of these, against the summary */
};

/* Asserts that the trace is whole and consistent. */
struct drained drained_read(const char *path);
void drained_finish(struct drained *drained);

#endif
