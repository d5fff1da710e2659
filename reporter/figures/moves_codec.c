/*
 * moves_codec.c - moves to BLOCK_MOVES payloads and back; see summary.h, and format.h for the layout.
 */
#include "figures/summary.h"

#include "base/radix.h"

#include <errno.h>
#include <stdlib.h>

#define MOVES_PER_BLOCK 65536u

/* ---- encoding ------------------------------------------------------------ */

/* Each move to where it belongs, once around each cycle of places: the items are used up. */
static void put_in_order(struct move *moves, uint64_t *sorted, size_t count)
{
	for (uint32_t start = 0; start < count; start++) {
		struct move first = moves[start];
		uint32_t at = start;

		while (radix_which(sorted[at]) != start) {
			uint32_t from = radix_which(sorted[at]);

			moves[at] = moves[from];
			sorted[at] = at;
			at = from;
		}
		sorted[at] = at;
		moves[at] = first;
	}
}

int moves_sort(struct move *moves, size_t count)
{
	uint64_t *list = malloc((2 * count + 1) * sizeof(*list)), *sorted;

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		list[i] = radix_item(moves[i].to, i);
	sorted = radix_sort(list, list + count, count);
	for (size_t i = 0; i < count; i++)
		sorted[i] = radix_item(moves[radix_which(sorted[i])].from, radix_which(sorted[i]));
	sorted = radix_sort(sorted, sorted == list ? list + count : list, count);
	put_in_order(moves, sorted, count);
	free(list);
	return 0;
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
