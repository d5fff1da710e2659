/*
 * moves_codec.c - moves to BLOCK_MOVES payloads and back; see summary.h, and format.h for the layout.
 */
#include "figures/summary.h"

#include <errno.h>
#include <stdlib.h>

#define MOVES_PER_BLOCK 65536u

/* ---- encoding ------------------------------------------------------------ */

static int by_nodes(const void *left, const void *right)
{
	const struct move *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

void moves_sort(struct move *moves, size_t count)
{
	if (count > 0)
		qsort(moves, count, sizeof(*moves), by_nodes);
}

bool moves_encode(struct moves_encoder *encoder, struct buffer *payload)
{
	size_t left = encoder->count - encoder->written,
	       here = left < MOVES_PER_BLOCK ? left : MOVES_PER_BLOCK;
	uint32_t from = 0;

	if (left == 0 && encoder->begun)
		return false;
	encoder->begun = true;
	buffer_varint(payload, encoder->count);
	buffer_varint(payload, encoder->written);
	buffer_varint(payload, here);
	for (; here > 0; here--) {
		const struct move *move = &encoder->moves[encoder->written++];
		buffer_signed(payload, (int64_t)move->from - from);
		buffer_signed(payload, (int64_t)move->to - move->from);
		buffer_varint(payload, move->count);
		buffer_varint(payload, move->exit_bytes);
		buffer_varint(payload, move->entry_bytes);
		from = move->from;
	}
	return true;
}

/* ---- decoding ------------------------------------------------------------ */

static bool take_move(struct varint_cursor *payload, uint64_t *from, size_t node_count, struct move *move)
{
	int64_t start = varint_next_signed(payload), to = varint_next_signed(payload);

	if (__builtin_add_overflow(start, (int64_t)*from, &start) || start < 0 ||
	    (uint64_t)start >= node_count)
		return false;
	*from = (uint64_t)start;
	if (__builtin_add_overflow(to, start, &to) || to < 0 || (uint64_t)to >= node_count || to == start)
		return false;
	*move = (struct move){.from = (uint32_t)*from, .to = (uint32_t)to};
	move->count = varint_next(payload);
	move->exit_bytes = varint_next(payload);
	move->entry_bytes = varint_next(payload);
	return !payload->failed && move->count > 0;
}

/* Room for `more`, of which the payload holds at least a byte each. */
static int reserve(struct summary_decoder *decoder, uint64_t more)
{
	struct move *grown = reallocarray(decoder->moves, decoder->move_count + more + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	decoder->moves = grown;
	return 0;
}

int summary_decode_moves(struct summary_decoder *decoder, struct varint_cursor *payload, size_t node_count)
{
	uint64_t all = varint_next(payload), before = varint_next(payload), count = varint_next(payload);
	uint64_t from = 0;

	if (payload->failed || before != decoder->move_count || count > all - before ||
	    count > varint_left(payload) || (decoder->moves && all != decoder->moves_expected))
		return -EBADMSG;
	int error = reserve(decoder, count);
	if (error)
		return error;
	decoder->moves_expected = all;
	for (; count > 0; count--) {
		if (!take_move(payload, &from, node_count, &decoder->moves[decoder->move_count]))
			return -EBADMSG;
		decoder->move_count++;
	}
	return 0;
}

bool summary_moves_complete(const struct summary_decoder *decoder)
{
	uint64_t events = decoder->totals.events, peak_bytes = decoder->totals.peak_bytes;

	if (decoder->move_count != decoder->moves_expected)
		return false;
	for (size_t i = 0; i < decoder->move_count; i++) {
		const struct move *move = &decoder->moves[i];

		/* Each event ends a move at most, and each thread one more. */
		if (move->count > 2 * events || move->exit_bytes > peak_bytes ||
		    move->entry_bytes > peak_bytes)
			return false;
	}
	return true;
}
