/* test_moves.c - moves beyond what they may take, and their codec, with whatever bytes. */
#include "figures/summary.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NODES 500u

static struct summary_decoder decoder;
static struct buffer payload;

static void tear_down(void)
{
	summary_decoder_finish(&decoder);
	buffer_finish(&payload);
}

TestSuite(moves, .fini = tear_down);

/* ---- counting ------------------------------------------------------------ */

Test(moves, beyond_the_limit_none_are_known)
{
	struct moves moves = {.limit = 3};

	cr_assert_eq(moves_grow(&moves, 2), 0);
	for (uint32_t node = 1; node <= 3; node++)
		moves_event(&moves, 1, node, 0, node);
	moves_event(&moves, 0, 1, 0, 5); /* a known one */
	cr_assert_not(moves.failed);
	cr_assert_eq(moves.count, 3);
	cr_assert_eq(moves_all(&moves)[0].count, 2);
	moves_event(&moves, 0, 7, 0, 5);
	cr_assert(moves.failed);
	cr_assert_eq(moves.count, 0, "what is of no use any more is given back");
	moves_event(&moves, 0, 1, 0, 5);
	moves_end(&moves);
	cr_assert_null(moves_all(&moves));
	moves_finish(&moves);
}

Test(moves, threads_may_come_later)
{
	struct moves moves = {0};

	for (uint32_t i = 0; i < 300; i++) {
		cr_assert_eq(moves_grow(&moves, i + 1), 0);
		moves_event(&moves, i, i + 1, i, i + 1);
		moves_event(&moves, i / 2, i + 1, 0, 0);
	}
	moves_end(&moves);
	cr_assert_not(moves.failed);
	uint64_t left = 0, entered = 0;
	for (uint32_t i = 0; i < moves.count; i++) {
		const struct move *move = &moves_all(&moves)[i];
		left += move->from == 0 ? move->count : 0;
		entered += move->to == 0 ? move->count : 0;
	}
	cr_assert_eq(left, 300);
	cr_assert_eq(entered, 300);
	moves_finish(&moves);
}

/* ---- codec --------------------------------------------------------------- */

static int decode(const void *bytes, size_t count, size_t node_count)
{
	struct varint_cursor at = varint_cursor(bytes, count);
	int error = summary_decode_moves(&decoder, &at, node_count);

	return error == 0 && at.failed ? -EBADMSG : error;
}

/* Every pair of `nodes` nodes, unsorted. */
static struct move *make(uint32_t nodes, size_t *count)
{
	struct move *moves = calloc((size_t)nodes * nodes, sizeof(*moves));

	*count = 0;
	for (uint32_t to = nodes; to-- > 0;)
		for (uint32_t from = 0; from < nodes; from++)
			if (from != to)
				moves[(*count)++] =
					(struct move){from, to, 1 + from * to, from * 3u, UINT64_MAX - to};
	return moves;
}

Test(moves, many_are_several_payloads)
{
	size_t count;
	struct move *moves = make(NODES, &count);
	struct moves_encoder encoder = {.moves = moves, .count = count};
	unsigned payloads = 0;

	cr_assert_eq(moves_sort(moves, count), 0);
	for (size_t i = 1; i < count; i++)
		cr_assert(moves[i - 1].from < moves[i].from ||
			  (moves[i - 1].from == moves[i].from && moves[i - 1].to < moves[i].to));
	for (; moves_encode(&encoder, &payload); payloads++, buffer_clear(&payload)) {
		cr_assert_not(summary_moves_complete(&decoder) && payloads > 0);
		cr_assert_eq(decode(payload.data, payload.length, NODES), 0);
		cr_assert_eq(decoder.move_count, encoder.written);
	}
	cr_assert_gt(payloads, 3);
	cr_assert_eq(decoder.move_count, count);
	cr_assert_arr_eq(decoder.moves, moves, count * sizeof(*moves));
	free(moves);
}

/* As they came: nothing but the length of it depends on their order. */
Test(moves, in_any_order_they_round_trip)
{
	size_t count;
	struct move *moves = make(20, &count);
	struct moves_encoder encoder = {.moves = moves, .count = count};

	cr_assert(moves_encode(&encoder, &payload));
	cr_assert_eq(decode(payload.data, payload.length, 20), 0);
	cr_assert_eq(decoder.move_count, count);
	cr_assert_arr_eq(decoder.moves, moves, count * sizeof(*moves));
	free(moves);
}

Test(moves, of_nothing_are_known_too)
{
	struct moves_encoder encoder = {0};

	cr_assert(moves_encode(&encoder, &payload));
	cr_assert_eq(decode(payload.data, payload.length, 1), 0);
	cr_assert_not_null(decoder.moves);
	cr_assert(summary_moves_complete(&decoder));
	cr_assert(summary_decoded(&decoder).moves_known);
}

struct words {
	uint64_t all, before, count;
	struct {
		int64_t step, to;
		uint64_t times;
	} moves[3];
};

/* Each with the number of moves that `count` says, three at most. */
static int decode_words(struct words words)
{
	buffer_clear(&payload);
	buffer_varint(&payload, words.all);
	buffer_varint(&payload, words.before);
	buffer_varint(&payload, words.count);
	for (size_t i = 0; i < words.count && i < 3; i++) {
		buffer_signed(&payload, words.moves[i].step);
		buffer_signed(&payload, words.moves[i].to);
		buffer_varint(&payload, words.moves[i].times);
		buffer_varint(&payload, 0);
		buffer_varint(&payload, 0);
	}
	summary_decoder_finish(&decoder);
	return decode(payload.data, payload.length, 5);
}

Test(moves, impossible_ones_are_refused)
{
	cr_assert_eq(decode_words((struct words){2, 0, 2, {{0, 4, 1}, {4, -4, 1}}}), 0);
	cr_assert(!summary_moves_complete(&decoder), "more moves than events");
	decoder.totals.events = 1;
	cr_assert(summary_moves_complete(&decoder));
	decoder.moves[1].count = 3;
	cr_assert(!summary_moves_complete(&decoder), "more moves than events");
	decoder.moves[1] = (struct move){.from = 4, .count = 1, .exit_bytes = 7};
	cr_assert(!summary_moves_complete(&decoder), "more than the peak");
	decoder.totals.peak_bytes = 7;
	cr_assert(summary_moves_complete(&decoder));
	decoder.moves[1].entry_bytes = 8;
	cr_assert(!summary_moves_complete(&decoder), "more than the peak");
	cr_assert_eq(decode_words((struct words){3, 0, 2, {{0, 4, 1}, {4, -4, 1}}}), 0);
	decoder.totals.events = 1;
	cr_assert(!summary_moves_complete(&decoder), "one is missing");
	cr_assert_eq(decode_words((struct words){1, 0, 1, {{0, 0, 1}}}), -EBADMSG, "to where it is");
	cr_assert_eq(decode_words((struct words){1, 0, 1, {{0, 5, 1}}}), -EBADMSG, "to no node");
	cr_assert_eq(decode_words((struct words){1, 0, 1, {{1, -2, 1}}}), -EBADMSG, "below the root");
	cr_assert_eq(decode_words((struct words){1, 0, 1, {{4, INT64_MAX, 1}}}), -EBADMSG, "overflow");
	cr_assert_eq(decode_words((struct words){1, 0, 1, {{5, -1, 1}}}), -EBADMSG, "from no node");
	cr_assert_eq(decode_words((struct words){2, 0, 2, {{3, 1, 1}, {2, -1, 1}}}), -EBADMSG, "beyond");
	cr_assert_eq(decode_words((struct words){1, 0, 1, {{-1, 1, 1}}}), -EBADMSG, "before the root");
	cr_assert_eq(decode_words((struct words){2, 0, 2, {{1, 1, 1}, {INT64_MAX, 1, 1}}}), -EBADMSG);
	cr_assert_eq(decode_words((struct words){1, 0, 1, {{0, 1, 0}}}), -EBADMSG, "never made");
	cr_assert_eq(decode_words((struct words){1, 0, 2, {{0, 1, 1}, {1, 1, 1}}}), -EBADMSG,
		     "more than all");
	cr_assert_eq(decode_words((struct words){2, 1, 1, {{0, 1, 1}}}), -EBADMSG, "the first is missing");
	cr_assert_eq(decode_words((struct words){1, UINT64_MAX, 1, {{0, 1, 1}}}), -EBADMSG);
	cr_assert_eq(decode_words((struct words){UINT64_MAX, 0, UINT64_MAX, {{0, 1, 1}}}), -EBADMSG);
}

Test(moves, payloads_that_disagree_are_refused)
{
	cr_assert_eq(decode_words((struct words){2, 0, 1, {{0, 1, 1}}}), 0);
	cr_assert_eq(decode(payload.data, payload.length, 5), -EBADMSG, "twice");
	const uint8_t other[] = {3, 1, 1, 2, 2, 1, 0, 0}, fitting[] = {2, 1, 1, 2, 2, 1, 0, 0};
	cr_assert_eq(decode(other, sizeof(other), 5), -EBADMSG, "3 in all, not 2");
	cr_assert_eq(decode(fitting, sizeof(fitting), 5), 0);
	cr_assert_eq(decoder.moves[1].to, 2);
}

Test(moves, damage_is_refused_or_harmless)
{
	size_t count;
	struct move *moves = make(12, &count);
	struct moves_encoder encoder = {.moves = moves, .count = count};
	uint32_t random = 1;

	cr_assert_eq(moves_sort(moves, count), 0);
	cr_assert(moves_encode(&encoder, &payload));
	for (size_t cut = 0; cut < payload.length; cut++) {
		uint8_t *copy = malloc(cut + 1); /* ends where its memory ends */
		memcpy(copy + 1, payload.data, cut);
		cr_assert_eq(decode(copy + 1, cut, 12), -EBADMSG, "cut at %zu", cut);
		summary_decoder_finish(&decoder);
		free(copy);
	}
	for (int i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		uint8_t *byte = &payload.data[random % payload.length], bit = (uint8_t)(1 << (random >> 29));
		*byte ^= bit;
		if (decode(payload.data, payload.length, 12) == 0)
			for (size_t at = 0; at < decoder.move_count; at++)
				cr_assert(decoder.moves[at].from < 12 && decoder.moves[at].to < 12 &&
					  decoder.moves[at].from != decoder.moves[at].to);
		summary_decoder_finish(&decoder);
		*byte ^= bit;
	}
	free(moves);
}
