/*
 * breakdown_codec.h - what was counted to the bytes of BLOCK_BREAKDOWN, and these to tables; see format.h for
 * the layout.
 *
 * Decoding trusts nothing: whatever it accepts agrees with the summary, sum by sum.
 */
#ifndef MPROF_REPORTER_FIGURES_BREAKDOWN_CODEC_H
#define MPROF_REPORTER_FIGURES_BREAKDOWN_CODEC_H

#include "figures/breakdown_tables.h"
#include "trace/buffer.h"

/* Appends what was counted of so many nodes and threads.  0 or -ENOMEM. */
int breakdown_encode(const struct figures *figures, const struct numbering *begins, size_t node_count,
		     size_t thread_count, struct buffer *out);

/* Takes untrusted bytes, for a trace of this summary and so many threads; for an all-zero struct,
 * breakdown_tables_finish in any case.  0, -EBADMSG or -ENOMEM. */
int breakdown_decode(struct breakdown_tables *tables, const void *bytes, size_t count,
		     const struct figures_summary *summary, size_t thread_count);

#endif
