/*
 * summary.c - see summary.h.
 */
#include "figures/summary.h"

#include <errno.h>
#include <stdlib.h>

#define PAYLOAD_ENOUGH (1u << 20) /* bytes, then another payload begins */
#define NODE_WORDS_2 11           /* of format version 2 */
#define HEAD_WORDS 8
#define TAIL_WORDS 3

/* ---- encoding ------------------------------------------------------------ */

static void put_words(struct buffer *payload, const uint64_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buffer_varint(payload, words[i]);
}

static void put_head(const struct summary_encoder *encoder, struct buffer *payload)
{
	const struct model_totals *totals = encoder->totals;
	const uint64_t words[HEAD_WORDS] = {
		totals->peak_time_ns,
		totals->peak_event,
		totals->lost_frees,
		totals->inherited_frees,
		totals->inherited_freed_bytes,
		encoder->used,
		encoder->written,
		encoder->end,
	};

	put_words(payload, words, HEAD_WORDS);
}

/* Only where blocks are sampled: there the sums are estimates, and do not say how many events there were. */
static void put_tail(const struct summary_encoder *encoder, struct buffer *payload)
{
	const struct model_totals *totals = encoder->totals;
	const uint64_t words[TAIL_WORDS] = {totals->sample_bytes, totals->events, totals->spread};

	if (totals->sample_bytes > 0)
		put_words(payload, words, TAIL_WORDS);
}

/* Ids count from the head's, each from behind the one before; a 0 ends the list. */
bool summary_encode(struct summary_encoder *encoder, struct buffer *payload)
{
	struct model_node figures;
	uint32_t node;

	if (encoder->begun && encoder->written == encoder->used)
		return false;
	encoder->begun = true;
	put_head(encoder, payload);
	while (encoder->written < encoder->used && payload->length < PAYLOAD_ENOUGH &&
	       encoder->next(encoder->context, &node, &figures)) {
		buffer_varint(payload, (uint64_t)(node - encoder->end) + 1);
		figures_node_pack(&figures, payload);
		encoder->end = node + 1;
		encoder->written++;
	}
	buffer_varint(payload, 0);
	put_tail(encoder, payload);
	return true;
}

/* ---- decoding ------------------------------------------------------------ */

static int take_head(struct summary_decoder *decoder, struct varint_cursor *payload, size_t node_count)
{
	uint64_t words[HEAD_WORDS];

	for (size_t i = 0; i < HEAD_WORDS; i++)
		words[i] = varint_next(payload);
	if (payload->failed || words[6] != decoder->found || words[7] != decoder->next ||
	    (decoder->begun && words[5] != decoder->used))
		return -EBADMSG;
	if (!decoder->begun) {
		decoder->begun = true;
		decoder->node_count = node_count;
		decoder->used = words[5];
	}
	decoder->totals.peak_time_ns = words[0];
	decoder->totals.peak_event = words[1];
	decoder->totals.lost_frees = words[2];
	decoder->totals.inherited_frees = words[3];
	decoder->totals.inherited_freed_bytes = words[4];
	return 0;
}

static void take_tail(struct summary_decoder *decoder, struct varint_cursor *payload)
{
	if (payload->failed || varint_left(payload) == 0)
		return;
	decoder->totals.sample_bytes = varint_next(payload);
	decoder->totals.events = varint_next(payload);
	decoder->totals.spread = varint_next(payload);
}

/* The next node's figures, which are checked. */
static int take_node(struct summary_decoder *decoder, struct varint_cursor *payload, uint64_t step)
{
	size_t words = decoder->version == 2 ? NODE_WORDS_2 : FIGURES_NODE_WORDS;
	struct model_node node;

	if (step > decoder->node_count - decoder->next || !figures_node_unpack(payload, words, &node) ||
	    !figures_node_sound(&node))
		return -EBADMSG;
	int error = figures_nodes_add(&decoder->nodes, (uint32_t)(decoder->next + step - 1), &node);
	decoder->next += step;
	decoder->found++;
	return error;
}

int summary_decode(struct summary_decoder *decoder, struct varint_cursor *payload, size_t node_count)
{
	int error = take_head(decoder, payload, node_count);
	uint64_t step;

	while (!error && (step = varint_next(payload)) > 0)
		error = take_node(decoder, payload, step);
	if (!error)
		take_tail(decoder, payload);
	return payload->failed ? -EBADMSG : error;
}

/* Sums that fit 64 bits; the own ones are only for comparison. */
struct sums {
	uint64_t allocations, allocated_bytes, frees, freed_bytes, own_frees, own_freed_bytes;
	uint64_t peak_bytes, peak_blocks, temporary, stray_frees;
};

static bool add_node(struct sums *sums, const struct model_node *node)
{
	return !(__builtin_add_overflow(sums->allocations, node->allocations, &sums->allocations) ||
		 __builtin_add_overflow(sums->allocated_bytes, node->allocated_bytes,
					&sums->allocated_bytes) ||
		 __builtin_add_overflow(sums->frees, node->frees, &sums->frees) ||
		 __builtin_add_overflow(sums->freed_bytes, node->freed_bytes, &sums->freed_bytes) ||
		 __builtin_add_overflow(sums->own_frees, node->own_frees, &sums->own_frees) ||
		 __builtin_add_overflow(sums->own_freed_bytes, node->own_freed_bytes,
					&sums->own_freed_bytes) ||
		 __builtin_add_overflow(sums->peak_bytes, node->peak_bytes, &sums->peak_bytes) ||
		 __builtin_add_overflow(sums->peak_blocks, node->peak_blocks, &sums->peak_blocks) ||
		 __builtin_add_overflow(sums->temporary, node->temporary, &sums->temporary) ||
		 __builtin_add_overflow(sums->stray_frees, node->stray_frees, &sums->stray_frees));
}

static bool sums_agree(const struct sums *sums, const struct model_totals *totals)
{
	uint64_t ends, events, quiet;

	return sums->frees == sums->own_frees && sums->freed_bytes == sums->own_freed_bytes &&
	       !__builtin_add_overflow(sums->temporary, totals->lost_frees, &quiet) && quiet <= sums->frees &&
	       totals->inherited_frees <= sums->stray_frees &&
	       !__builtin_add_overflow(sums->frees, sums->stray_frees, &ends) &&
	       !__builtin_add_overflow(ends, sums->allocations, &events) &&
	       (totals->peak_event == 0 ||
		totals->peak_event < (totals->sample_bytes ? totals->events : events));
}

bool summary_complete(struct summary_decoder *decoder)
{
	struct model_totals *totals = &decoder->totals;
	struct figures_walk walk = figures_walk(&decoder->nodes);
	struct sums sums = {0};
	struct model_node figures;
	uint32_t node;

	if (!decoder->begun || decoder->found != decoder->used)
		return false;
	while (figures_walk_next(&walk, &node, &figures))
		if (!add_node(&sums, &figures))
			return false;
	if (!sums_agree(&sums, totals))
		return false;
	if (totals->sample_bytes == 0)
		totals->events = sums.allocations + sums.frees + sums.stray_frees;
	totals->allocations = sums.allocations;
	totals->allocated_bytes = sums.allocated_bytes;
	totals->frees = sums.frees;
	totals->freed_bytes = sums.freed_bytes;
	totals->live_bytes = sums.allocated_bytes - sums.freed_bytes;
	totals->live_blocks = sums.allocations - sums.frees;
	totals->peak_bytes = sums.peak_bytes;
	totals->peak_blocks = sums.peak_blocks;
	totals->temporary = sums.temporary;
	totals->stray_frees = sums.stray_frees;
	return summary_moves_complete(decoder);
}

struct figures_summary summary_decoded(const struct summary_decoder *decoder)
{
	return (struct figures_summary){
		.totals = decoder->totals,
		.nodes = &decoder->nodes,
		.node_count = decoder->node_count,
		.moves = decoder->moves,
		.move_count = decoder->move_count,
		.moves_known = decoder->moves != NULL,
	};
}

void summary_decoder_finish(struct summary_decoder *decoder)
{
	figures_nodes_finish(&decoder->nodes);
	free(decoder->moves);
	*decoder = (struct summary_decoder){0};
}
