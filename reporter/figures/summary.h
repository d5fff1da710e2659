/*
 * summary.h - figures to BLOCK_SUMMARY and BLOCK_MOVES payloads and back; see format.h for the layout.
 *
 * Decoding trusts nothing: whatever it accepts agrees with itself, sum by sum.
 */
#ifndef MPROF_REPORTER_FIGURES_SUMMARY_H
#define MPROF_REPORTER_FIGURES_SUMMARY_H

#include "figures/figures.h"
#include "trace/buffer.h"
#include "trace/varint.h"

/* ---- encoding ------------------------------------------------------------ */

/* The next node that has figures, in order, and these: who has them ready and who works them out look the
 * same.  Asked for as often as there are such nodes. */
typedef bool summary_next_fn(void *context, uint32_t *node, struct model_node *figures);

struct summary_encoder {
	const struct model_totals *totals;
	summary_next_fn *next;
	void *context;
	uint64_t used;    /* nodes with figures in all */
	uint64_t written; /* of them: in the payloads so far; this and the rest is zero at first */
	uint32_t end;     /* behind the last node in these */
	bool begun;
};

/* Appends the next payload; false if there is none any more.  At least one is made. */
bool summary_encode(struct summary_encoder *encoder, struct buffer *payload);

/* By from and to: shorter to write, and the same whenever the moves are.  Not for moves that go on.  0 or
 * -ENOMEM: they are as they were. */
int moves_sort(struct move *moves, size_t count);

struct moves_encoder { /* the moves are borrowed until the last payload; the rest is zero at first */
	const struct move *moves;
	size_t count, written;
	bool begun;
};

/* Appends the next payload; false if there is none any more.  At least one is made. */
bool moves_encode(struct moves_encoder *encoder, struct buffer *payload);

/* ---- decoding ------------------------------------------------------------ */

struct summary_decoder {  /* all zero: nothing was decoded */
	unsigned version; /* of the format, where it is not the newest: set before the first payload */
	struct model_totals totals;
	struct figures_nodes nodes;
	size_t node_count;
	bool begun; /* there was a payload of these */
	uint64_t used, found;
	uint64_t next;      /* the least id that may come */
	struct move *moves; /* NULL before the first payload of them */
	size_t move_count;
	uint64_t moves_expected;
};

/* Takes the payloads of one summary in order.  0, -EBADMSG or -ENOMEM. */
int summary_decode(struct summary_decoder *decoder, struct varint_cursor *payload, size_t node_count);

int summary_decode_moves(struct summary_decoder *decoder, struct varint_cursor *payload, size_t node_count);

/* Whether nothing is missing, and the sums agree.  Fills in the totals' sums. */
bool summary_complete(struct summary_decoder *decoder);

/* Of that, whether the moves are all there and fit the totals; none at all are fine. */
bool summary_moves_complete(const struct summary_decoder *decoder);

/* What was decoded, borrowed. */
struct figures_summary summary_decoded(const struct summary_decoder *decoder);

void summary_decoder_finish(struct summary_decoder *decoder);

#endif
