/* test_events.c - event streams round trip exactly; damaged payloads are refused, not believed. */
#include "trace/events.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NODES 40
#define THREADS 5

static struct events_encoder *encoder;
static struct events_decoder *decoder;
static struct buffer payload;

static void set_up(void)
{
	encoder = events_encoder_create();
	decoder = events_decoder_create();
}

static void tear_down(void)
{
	events_encoder_destroy(encoder);
	events_decoder_destroy(decoder);
	buffer_finish(&payload);
}

TestSuite(events, .init = set_up, .fini = tear_down);

/* A random stream: `allocations` and `time_ns` run on between calls. */
struct stream {
	uint64_t allocations, time_ns;
};

static uint64_t random_size(uint32_t node)
{
	return node % 3 == 0 ? (uint64_t)rand() << (rand() % 20) : 16u * (node + (unsigned)rand() % 3);
}

static struct events_item random_item(struct stream *stream)
{
	struct events_item item = {.node = (uint32_t)rand() % NODES, .thread = (uint32_t)rand() % THREADS};
	stream->time_ns += (unsigned)rand() % 300;
	if (rand() % 1000 == 0)
		stream->time_ns += (unsigned)rand() % 10000000;
	item.time_ns = stream->time_ns;
	item.flags = rand() % 10 == 0 ? OPERATION_TRACKED : rand() % 10 == 0 ? OPERATION_REALLOC : 0;
	item.type = (uint8_t)(rand() % 10 < 6 ? OPERATION_ALLOC : rand() % 4);
	if (stream->allocations == 0 && item.type != OPERATION_STRAY_FREE)
		item.type = OPERATION_ALLOC;
	if (item.type == OPERATION_ALLOC) {
		item.block = stream->allocations++;
		item.size_bytes = random_size(item.node);
	} else if (item.type == OPERATION_STRAY_FREE) {
		item.block = ((uint64_t)rand() << 31 ^ (uint64_t)rand()) & ~UINT64_C(7);
	} else {
		item.block = (uint64_t)rand() % stream->allocations;
	}
	return item;
}

/* Everything but the time, which is interpolated. */
static void check_item(const struct events_item *got, const struct events_item *expected)
{
	cr_assert_eq(got->type, expected->type);
	cr_assert_eq(got->flags, expected->flags);
	cr_assert_eq(got->block, expected->block);
	cr_assert_eq(got->size_bytes, expected->size_bytes);
	cr_assert_eq(got->node, expected->node);
	cr_assert_eq(got->thread, expected->thread);
	int64_t off_ns = (int64_t)(got->time_ns - expected->time_ns);
	cr_assert(off_ns > -1300000 && off_ns < 1300000, "time is off by %ld", (long)off_ns);
}

static void check_block(const struct events_item *items, size_t count)
{
	struct events_item got[7];
	size_t seen = 0;
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS), 0);
	for (long n; (n = events_decoder_next(decoder, got, 7)) != 0; seen += (size_t)n) {
		cr_assert_gt(n, 0);
		for (long i = 0; i < n; i++)
			check_item(&got[i], &items[seen + (size_t)i]);
	}
	cr_assert_eq(seen, count);
	cr_assert(count == 0 || got[0].time_ns <= items[count - 1].time_ns);
}

Test(events, random_streams_round_trip)
{
	struct stream stream = {0};
	struct events_item *items = malloc(3000 * sizeof(*items));
	srand(3);
	for (int block = 0; block < 60; block++) {
		size_t count = (size_t)rand() % 3000;
		for (size_t i = 0; i < count; i++) {
			items[i] = random_item(&stream);
			events_encoder_add(encoder, &items[i]);
		}
		cr_assert_eq(events_encoder_pending(encoder), count);
		cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
		check_block(items, count);
		cr_assert_eq(events_decoder_allocations(decoder), stream.allocations);
	}
	free(items);
}

Test(events, a_resumed_encoder_goes_on_where_the_trace_ends)
{
	struct stream stream = {0};
	struct events_item items[500];
	srand(4);
	for (int block = 0; block < 20; block++) {
		for (size_t i = 0; i < 500; i++) {
			items[i] = random_item(&stream);
			events_encoder_add(encoder, &items[i]);
		}
		cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
		check_block(items, 500);
		events_encoder_destroy(encoder);
		encoder = events_encoder_create();
		cr_assert_eq(events_encoder_resume(encoder, decoder), 0);
	}
}

Test(events, time_keeps_bursts_and_pauses_apart)
{
	struct events_item got[32];
	struct events_item item = {.type = OPERATION_ALLOC, .node = 1, .size_bytes = 8};
	for (uint64_t i = 0; i < 20; i++) {
		item.block = i;
		item.time_ns = i < 10 ? i * 10 : UINT64_C(5000000000) + i * 10;
		events_encoder_add(encoder, &item);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS), 0);
	cr_assert_eq(events_decoder_next(decoder, got, 32), 20);
	for (uint64_t i = 0; i < 20; i++)
		cr_assert_eq(got[i].time_ns, i < 10 ? i * 10 : UINT64_C(5000000000) + i * 10);
}

Test(events, a_warm_loop_costs_two_bytes_an_event)
{
	struct events_item item = {.node = 3};
	for (uint64_t i = 0; i < 20000; i++) {
		item.type = i % 2 ? OPERATION_FREE : OPERATION_ALLOC;
		item.block = i / 2;
		item.size_bytes = i % 2 ? 0 : 64;
		item.time_ns = i * 50;
		events_encoder_add(encoder, &item);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	cr_assert_lt(payload.length, 2 * 20000);
}

Test(events, a_node_of_many_sizes_keeps_the_dictionary_small)
{
	struct events_item item = {.type = OPERATION_ALLOC, .node = 2};
	struct events_item got[64];
	for (uint64_t i = 0; i < 50000; i++) {
		item.block = i;
		item.size_bytes = i;
		events_encoder_add(encoder, &item);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	/* With three nodes known a decoder takes at most 96 operations. */
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, 3, 1), 0);
	uint64_t seen = 0;
	for (long n; (n = events_decoder_next(decoder, got, 64)) > 0;)
		for (long i = 0; i < n; i++)
			cr_assert_eq(got[i].size_bytes, seen++);
	cr_assert_eq(seen, 50000);
}

/* Feeds a copy that ends where its memory ends; true if all of it was believed. */
static bool believes(const uint8_t *bytes, size_t count)
{
	struct events_item got[64];
	uint8_t *copy = malloc(count ? count : 1);
	if (count > 0)
		memcpy(copy, bytes, count);
	long n = events_decoder_feed(decoder, copy, count, NODES, THREADS);
	cr_assert(n == 0 || n == -EBADMSG);
	if (n == 0) {
		while ((n = events_decoder_next(decoder, got, 64)) > 0) {
			for (long i = 0; i < n; i++)
				cr_assert(got[i].node < NODES && got[i].thread < THREADS && got[i].type < 4);
		}
	}
	free(copy);
	events_decoder_reset(decoder);
	return n == 0;
}

static void encode_some(size_t count)
{
	struct stream stream = {0};
	srand(5);
	for (size_t i = 0; i < count; i++) {
		struct events_item item = random_item(&stream);
		events_encoder_add(encoder, &item);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
}

Test(events, every_truncation_is_refused)
{
	encode_some(800);
	cr_assert(believes(payload.data, payload.length));
	for (size_t cut = 0; cut < payload.length; cut++)
		cr_assert_not(believes(payload.data, cut), "cut at %zu", cut);
}

Test(events, no_flipped_bit_crashes_or_escapes_the_tables)
{
	encode_some(300);
	for (size_t at = 0; at < payload.length; at++) {
		for (int bit = 0; bit < 8; bit++) {
			payload.data[at] ^= (uint8_t)(1 << bit);
			believes(payload.data, payload.length);
			payload.data[at] ^= (uint8_t)(1 << bit);
		}
	}
	cr_assert(believes(payload.data, payload.length));
}

Test(events, a_refused_block_leaves_no_trace)
{
	struct events_item items[50];
	struct stream stream = {0};
	for (int i = 0; i < 50; i++) {
		items[i] = random_item(&stream);
		events_encoder_add(encoder, &items[i]);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length - 1, NODES, THREADS),
		     -EBADMSG);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, 1, THREADS), -EBADMSG);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, 1), -EBADMSG);
	cr_assert_eq(events_decoder_allocations(decoder), 0);
	check_block(items, 50);
}

Test(events, blocks_out_of_order_are_refused)
{
	struct buffer second = {0};
	struct events_item item = {.type = OPERATION_ALLOC, .node = 1, .size_bytes = 8};
	events_encoder_add(encoder, &item);
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	item.block = 1;
	events_encoder_add(encoder, &item);
	cr_assert_eq(events_encoder_finish(encoder, &second), 0);
	cr_assert_eq(events_decoder_feed(decoder, second.data, second.length, NODES, THREADS), -EBADMSG);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS), 0);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS), -EBADMSG);
	cr_assert_eq(events_decoder_feed(decoder, second.data, second.length, NODES, THREADS), 0);
	buffer_finish(&second);
}
