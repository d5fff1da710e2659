/*
 * model.h - replay: from events in order to totals, the exact peak, and the moves between call paths.
 *
 * Knows node ids, never DWARF.  Memory: nodes with figures + operations + moves + the blocks that a fork
 * child inherited.
 */
#ifndef MPROF_REPORTER_REPLAY_MODEL_H
#define MPROF_REPORTER_REPLAY_MODEL_H

#include "figures/figures.h"
#include "reader/reader.h"

#include <stddef.h>
#include <stdint.h>

struct model;

/* Returns NULL with errno ENOMEM. */
struct model *model_create(size_t node_count);
void model_destroy(struct model *model); /* NULL is fine */

/* Before any event: blocks were sampled at this mean interval, and figures are estimates; see weight.h. */
void model_sampled(struct model *model, uint64_t sample_bytes);

/* Blocks that a fork child inherited, so that its frees of them can be named; copies.  Once per model.
 * 0 or -ENOMEM. */
int model_inherit(struct model *model, const struct trace_inherited *blocks, size_t count);

/* A free at an address that the trace does not know: counted as that of an inherited block, if it is. */
void model_inherited_free(struct model *model, uint64_t address);

/* A trace_events_fn; context is the model.  Nodes are below node_count, which is the reader's to check.
 * Returns -ENOMEM, or -EBADMSG for a free where no such block is live. */
int model_events(void *model, const struct trace_event *events, size_t count);

/* A trace_run_fn that counts the same, sooner. */
struct events_run;
int model_run(void *model, struct events_run *run);

/* Figures that somebody else has counted, with no events to replay: getters may be used at once, and what is
 * inherited. Borrows the summary's arrays until model_destroy.  NULL with errno ENOMEM. */
struct model *model_from_summary(const struct figures_summary *summary);

/* Brings all figures up to date; then the getters are valid.  0, -ENOMEM, or -EBADMSG: a call path's frees
 * were more than its blocks. */
int model_finish(struct model *model);

const struct model_totals *model_totals(const struct model *model);
struct model_node model_node(const struct model *model, uint32_t node);

/* All of that in one. */
const struct figures_summary *model_summary(const struct model *model);

#endif
