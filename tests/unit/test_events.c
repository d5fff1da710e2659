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

#define ALLOCATIONS_MAX 100000u

/* A random stream: it runs on between calls. */
struct stream {
	uint64_t time_ns;
	struct events_item *allocations; /* as they came out of the encoder */
	uint64_t allocation_count;
};

static struct stream stream_create(void)
{
	return (struct stream){.allocations = malloc(ALLOCATIONS_MAX * sizeof(struct events_item))};
}

static uint64_t random_size(uint32_t node)
{
	return node % 3 == 0 ? (uint64_t)rand() << (rand() % 20) : 16u * (node + (unsigned)rand() % 3);
}

static void random_end(const struct stream *stream, struct events_item *item)
{
	const struct events_item *ended = &stream->allocations[(uint64_t)rand() % stream->allocation_count];
	item->size_bytes = ended->size_bytes;
	item->operation = ended->operation;
	item->origin = ended->node;
	if (item->type == OPERATION_FREE && rand() % 4 == 0)
		item->flags |= OPERATION_TEMPORARY;
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
	if (stream->allocation_count == 0 && item.type != OPERATION_STRAY_FREE)
		item.type = OPERATION_ALLOC;
	if (item.type == OPERATION_FREE && rand() % 4 == 0)
		item.flags |= OPERATION_COLLECTED;
	if (item.type == OPERATION_ALLOC)
		item.size_bytes = random_size(item.node);
	else if (item.type == OPERATION_STRAY_FREE)
		item.address = ((uint64_t)rand() << 31 ^ (uint64_t)rand()) & ~UINT64_C(7);
	else
		random_end(stream, &item);
	return item;
}

/* Encodes a random item, and returns what the decoder is to make of it. */
static struct events_item add_random(struct stream *stream)
{
	struct events_item item = random_item(stream);
	events_encoder_add(encoder, &item);
	if (item.type == OPERATION_ALLOC)
		stream->allocations[stream->allocation_count++] = item;
	return item;
}

/* Everything but the time, which is interpolated. */
static void check_item(const struct events_item *got, const struct events_item *expected)
{
	cr_assert_eq(got->type, expected->type);
	cr_assert_eq(got->flags, expected->flags);
	cr_assert_eq(got->address, expected->address);
	cr_assert_eq(got->origin, expected->origin);
	cr_assert(got->type == OPERATION_STRAY_FREE || got->operation == expected->operation);
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
	struct stream stream = stream_create();
	struct events_item *items = malloc(3000 * sizeof(*items));
	srand(3);
	for (int block = 0; block < 60; block++) {
		size_t count = (size_t)rand() % 3000;
		for (size_t i = 0; i < count; i++)
			items[i] = add_random(&stream);
		cr_assert_eq(events_encoder_pending(encoder), count);
		cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
		check_block(items, count);
		cr_assert_eq(events_decoder_allocations(decoder), stream.allocation_count);
	}
	free(stream.allocations);
	free(items);
}

Test(events, a_resumed_encoder_goes_on_where_the_trace_ends)
{
	struct stream stream = stream_create();
	struct events_item items[500];
	srand(4);
	for (int block = 0; block < 20; block++) {
		for (size_t i = 0; i < 500; i++)
			items[i] = add_random(&stream);
		cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
		check_block(items, 500);
		events_encoder_destroy(encoder);
		encoder = events_encoder_create();
		cr_assert_eq(events_encoder_resume(encoder, decoder), 0);
		for (uint64_t i = 0; i < stream.allocation_count; i++)
			cr_assert_eq(events_encoder_origin(encoder, stream.allocations[i].operation),
				     events_encoder_begin(encoder, stream.allocations[i].node));
	}
	free(stream.allocations);
}

/* A block of events as another encoder may have written it: one allocation at node 3. */
static void write_alloc(uint64_t size_bytes)
{
	struct buffer column = {0};
	const uint64_t operation[] = {OPERATION_ALLOC | OPERATION_FIXED, 6, size_bytes};
	const uint64_t head[] = {0, 1, 0, 0, 0, 0};
	buffer_clear(&payload);
	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		buffer_varint(&payload, head[i]);
	for (size_t i = 0; i < sizeof(operation) / sizeof(*operation); i++)
		buffer_varint(&column, operation[i]);
	buffer_text(&payload, column.data, column.length);
	buffer_text(&payload, "", 1); /* index 0 */
	for (int columns = 2; columns < 7; columns++)
		buffer_varint(&payload, 0);
	buffer_finish(&column);
}

/* What a trace says in its operations and this dictionary does not: a small block is not a huge one. */
Test(events, a_resumed_encoder_knows_huge_blocks_from_small_ones)
{
	struct events_item items[] = {
		{.type = OPERATION_ALLOC, .node = 3, .size_bytes = 16},
		{.type = OPERATION_ALLOC, .node = 3, .size_bytes = UINT64_C(1) << 40},
		{.type = OPERATION_FREE, .node = 4, .size_bytes = (UINT64_C(1) << 32) + 16},
		{.type = OPERATION_FREE, .node = 4, .size_bytes = UINT64_C(1) << 40}};
	write_alloc((UINT64_C(1) << 32) + 16);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS), 0);
	cr_assert_eq(events_encoder_resume(encoder, decoder), 0);
	for (size_t i = 0; i < 4; i++) {
		items[i].operation = i == 2 ? 0 : items[1].operation;
		items[i].origin = i < 2 ? 0 : 3;
		events_encoder_add(encoder, &items[i]);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	check_block(items, 4);
}

Test(events, time_keeps_bursts_and_pauses_apart)
{
	struct events_item got[32];
	struct events_item item = {.type = OPERATION_ALLOC, .node = 1, .size_bytes = 8};
	for (uint64_t i = 0; i < 20; i++) {
		item.time_ns = i < 10 ? i * 10 : UINT64_C(5000000000) + i * 10;
		events_encoder_add(encoder, &item);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS), 0);
	cr_assert_eq(events_decoder_next(decoder, got, 32), 20);
	for (uint64_t i = 0; i < 20; i++)
		cr_assert_eq(got[i].time_ns, i < 10 ? i * 10 : UINT64_C(5000000000) + i * 10);
}

Test(events, a_warm_loop_costs_a_byte_an_event)
{
	struct events_item item = {.node = 3};
	for (uint64_t i = 0; i < 20000; i++) {
		item.type = i % 2 ? OPERATION_FREE : OPERATION_ALLOC;
		item.flags = i % 2 ? OPERATION_TEMPORARY : 0;
		item.size_bytes = 64;
		item.time_ns = i * 50;
		events_encoder_add(encoder, &item);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	cr_assert_lt(payload.length, 20000 + 200);
}

Test(events, a_node_of_many_sizes_keeps_the_dictionary_small)
{
	struct events_item item = {.type = OPERATION_ALLOC, .node = 2};
	struct events_item got[64];
	for (uint64_t i = 0; i < 50000; i++) {
		item.size_bytes = i;
		events_encoder_add(encoder, &item);
	}
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	/* With three nodes known a decoder takes at most 144 operations. */
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
				cr_assert(got[i].node < NODES && got[i].thread < THREADS &&
					  got[i].origin < NODES && got[i].type < 4);
		}
	}
	free(copy);
	events_decoder_reset(decoder);
	return n == 0;
}

static void encode_some(size_t count)
{
	struct stream stream = stream_create();
	srand(5);
	for (size_t i = 0; i < count; i++)
		add_random(&stream);
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	free(stream.allocations);
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
	struct stream stream = stream_create();
	for (int i = 0; i < 50; i++)
		items[i] = add_random(&stream);
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length - 1, NODES, THREADS),
		     -EBADMSG);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, 1, THREADS), -EBADMSG);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, 1), -EBADMSG);
	cr_assert_eq(events_decoder_allocations(decoder), 0);
	check_block(items, 50);
	free(stream.allocations);
}

Test(events, blocks_out_of_order_are_refused)
{
	struct buffer second = {0};
	struct events_item item = {.type = OPERATION_ALLOC, .node = 1, .size_bytes = 8};
	events_encoder_add(encoder, &item);
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	events_encoder_add(encoder, &item);
	cr_assert_eq(events_encoder_finish(encoder, &second), 0);
	cr_assert_eq(events_decoder_feed(decoder, second.data, second.length, NODES, THREADS), -EBADMSG);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS), 0);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS), -EBADMSG);
	cr_assert_eq(events_decoder_feed(decoder, second.data, second.length, NODES, THREADS), 0);
	buffer_finish(&second);
}

/* ---- ends of very many kinds ---------------------------------------------- */

#define MANY_NODES 600u

static struct events_item allocation_at(uint32_t node)
{
	struct events_item item = {.type = OPERATION_ALLOC, .node = node, .size_bytes = 8 + node};
	/* Every tenth node has too many sizes for the dictionary. */
	for (uint64_t size = 0; node % 10 == 0 && size < 17; size++) {
		item.size_bytes = 1000 + size;
		events_encoder_add(encoder, &item);
	}
	events_encoder_add(encoder, &item);
	return item;
}

static struct events_item end_of(const struct events_item *allocation, uint32_t node)
{
	return (struct events_item){.type = node % 7 ? OPERATION_FREE : OPERATION_LOST,
				    .flags = node % 7 && node % 5 == 0 ? OPERATION_TEMPORARY : 0,
				    .node = node,
				    .size_bytes = allocation->size_bytes,
				    .operation = allocation->operation,
				    .origin = allocation->node};
}

static size_t feed_and_check_ends(const struct events_item *expected, size_t skipped, size_t count)
{
	struct events_item got;
	size_t at = 0, ends = 0;
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, MANY_NODES, 1), 0);
	for (; events_decoder_next(decoder, &got, 1) > 0; at++)
		if (at >= skipped)
			check_item(&got, &expected[ends++]);
	cr_assert_eq(ends, count);
	return payload.length;
}

/* Every node's blocks are freed at every node: more kinds of ends than the dictionary may hold, so that the
 * last ones name their allocations one by one.  Twice, and by a resumed encoder in the second half. */
Test(events, ends_beyond_the_dictionary_round_trip)
{
	struct events_item *allocations = calloc(MANY_NODES, sizeof(*allocations));
	struct events_item *ends = calloc(MANY_NODES, sizeof(*ends));
	uint64_t operations_max = 20 * MANY_NODES; /* without ends: FIXED, open sizes, LOOSE ends */
	size_t first = 0, last = 0;

	cr_assert_lt(events_ends_max(operations_max / 4), (uint64_t)MANY_NODES * MANY_NODES);
	for (uint32_t i = 0; i < MANY_NODES; i++)
		allocations[i] = allocation_at(i);
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	feed_and_check_ends(NULL, SIZE_MAX, 0);
	for (uint32_t node = 0; node < 2 * MANY_NODES; node++) {
		for (uint32_t i = 0; i < MANY_NODES; i++) {
			ends[i] = end_of(&allocations[i], node % MANY_NODES);
			events_encoder_add(encoder, &ends[i]);
		}
		cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
		last = feed_and_check_ends(ends, 0, MANY_NODES);
		if (node == MANY_NODES)
			first = last;
		if (node % 500 == 499) {
			events_encoder_destroy(encoder);
			encoder = events_encoder_create();
			cr_assert_eq(events_encoder_resume(encoder, decoder), 0);
		}
	}
	/* The first node's ends are all in the dictionary; of the last one's, each is two indices. */
	cr_assert_gt(last, first + MANY_NODES / 4, "%zu bytes after %zu: none was LOOSE", last, first);
	free(allocations);
	free(ends);
}

/* ---- payloads by hand ------------------------------------------------------- */

/* What the columns of operations, indices, origins and sizes hold. */
struct columns {
	size_t counts[4];
	uint64_t words[4][12];
};

static int feed_columns(const struct columns *columns, uint64_t events)
{
	struct buffer column = {0};
	const uint64_t head[] = {0, events, 0, 0, 0, 0};
	buffer_clear(&payload);
	for (size_t i = 0; i < 6; i++)
		buffer_varint(&payload, head[i]);
	for (size_t i = 0; i < 7; i++) {
		buffer_clear(&column);
		for (size_t word = 0; i < 4 && word < columns->counts[i]; word++)
			buffer_varint(&column, columns->words[i][word]);
		buffer_text(&payload, column.data, column.length);
	}
	buffer_finish(&column);
	return events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS);
}

/* One operation behind an allocation of 8 bytes at node 0; nothing is an event. */
static int define(uint64_t type, uint64_t word)
{
	bool has_word =
		type & OPERATION_FIXED || ((type & OPERATION_TYPE_MASK) % 2 && !(type & OPERATION_LOOSE));
	const struct columns columns = {{has_word ? 6 : 5}, {{OPERATION_FIXED, 0, 8, type, 0, word}}};
	int error = feed_columns(&columns, 0);
	events_decoder_reset(decoder);
	return error;
}

Test(events, operations_are_what_they_may_be)
{
	cr_assert_eq(define(OPERATION_FREE, 1), 0);
	cr_assert_eq(define(OPERATION_LOST, 1), 0);
	cr_assert_eq(define(OPERATION_FREE | OPERATION_LOOSE | OPERATION_TEMPORARY, 0), 0);
	cr_assert_eq(define(OPERATION_LOST | OPERATION_LOOSE, 0), 0);
	cr_assert_eq(define(OPERATION_STRAY_FREE | OPERATION_TRACKED, 0), 0);
	cr_assert_eq(define(OPERATION_FREE, 0), -EBADMSG, "its own");
	cr_assert_eq(define(OPERATION_FREE, 2), -EBADMSG, "one before the first");
	cr_assert_eq(define(OPERATION_FREE, UINT64_MAX), -EBADMSG);
	cr_assert_eq(define(OPERATION_FREE, UINT64_C(1) << 32 | 1), -EBADMSG);
	cr_assert_eq(define(OPERATION_ALLOC | OPERATION_TEMPORARY, 0), -EBADMSG);
	cr_assert_eq(define(OPERATION_STRAY_FREE | OPERATION_TEMPORARY, 0), -EBADMSG);
	cr_assert_eq(define(OPERATION_LOST | OPERATION_TEMPORARY, 1), -EBADMSG);
	cr_assert_eq(define(OPERATION_ALLOC | OPERATION_LOOSE, 0), -EBADMSG);
	cr_assert_eq(define(OPERATION_STRAY_FREE | OPERATION_LOOSE, 0), -EBADMSG);
	cr_assert_eq(define(OPERATION_FREE | OPERATION_FIXED, 1), -EBADMSG);
	cr_assert_eq(define(4, 0), -EBADMSG);
	cr_assert_eq(define(OPERATION_FREE | OPERATION_COLLECTED | OPERATION_TRACKED, 1), 0);
	cr_assert_eq(define(OPERATION_ALLOC | OPERATION_COLLECTED, 0), -EBADMSG);
	cr_assert_eq(define(OPERATION_STRAY_FREE | OPERATION_COLLECTED, 0), -EBADMSG);
	cr_assert_eq(define(OPERATION_LOST | OPERATION_COLLECTED, 1), -EBADMSG);
	cr_assert_eq(define(OPERATION_FREE | 512, 1), -EBADMSG);
}

Test(events, an_end_that_names_an_end_is_refused)
{
	const struct columns bound = {{9},
				      {{OPERATION_FIXED, 0, 8, OPERATION_FREE, 0, 1, OPERATION_FREE, 0, 1}}};
	const struct columns good = {{9},
				     {{OPERATION_FIXED, 0, 8, OPERATION_FREE, 0, 1, OPERATION_FREE, 2, 2}}};
	cr_assert_eq(feed_columns(&bound, 0), -EBADMSG);
	cr_assert_eq(feed_columns(&good, 0), 0);
}

/* Operations: 0 allocates 8 bytes, 1 allocates what the event says, 2 is a loose end. */
static long pull_ends(size_t origins, uint64_t origin, size_t sizes, struct events_item *got)
{
	const struct columns columns = {
		{7, 1, origins, sizes},
		{{OPERATION_FIXED, 0, 8, OPERATION_ALLOC, 2, OPERATION_FREE | OPERATION_LOOSE, 2},
		 {2},
		 {origin, origin},
		 {77, 77}}};
	events_decoder_reset(decoder);
	cr_assert_eq(feed_columns(&columns, 1), 0);
	return events_decoder_next(decoder, got, 1);
}

Test(events, a_loose_end_names_its_allocation)
{
	struct events_item got;
	cr_assert_eq(pull_ends(1, 0, 0, &got), 1);
	cr_assert(got.size_bytes == 8 && got.origin == 0 && got.node == 2 && got.operation == 0);
	cr_assert_eq(pull_ends(1, 1, 1, &got), 1);
	cr_assert(got.size_bytes == 77 && got.origin == 1 && got.node == 2 && got.operation == 1);
	cr_assert_eq(pull_ends(1, 2, 0, &got), -EBADMSG, "an end");
	cr_assert_eq(pull_ends(1, 3, 0, &got), -EBADMSG, "nothing");
	cr_assert_eq(pull_ends(1, UINT64_MAX, 0, &got), -EBADMSG);
	cr_assert_eq(pull_ends(0, 0, 0, &got), -EBADMSG, "none is named");
	cr_assert_eq(pull_ends(2, 0, 0, &got), -EBADMSG, "too many are named");
	cr_assert_eq(pull_ends(1, 1, 0, &got), -EBADMSG, "no size");
	cr_assert_eq(pull_ends(1, 0, 1, &got), -EBADMSG, "a size too many");
}

/* One allocation and `ends` ends of its blocks, all alike; then a loose one. */
static int feed_ends(uint64_t ends)
{
	struct buffer column = {0};
	buffer_clear(&payload);
	for (size_t i = 0; i < 6; i++)
		buffer_varint(&payload, 0);
	buffer_append(&column, (const uint8_t[]){OPERATION_FIXED, 0, 8}, 3);
	for (uint64_t i = 0; i < ends; i++) {
		buffer_varint(&column, OPERATION_FREE);
		buffer_varint(&column, 0);
		buffer_varint(&column, i + 1);
	}
	buffer_varint(&column, OPERATION_FREE | OPERATION_LOOSE);
	buffer_varint(&column, 0);
	buffer_text(&payload, column.data, column.length);
	for (int i = 0; i < 6; i++)
		buffer_varint(&payload, 0);
	buffer_finish(&column);
	return events_decoder_feed(decoder, payload.data, payload.length, NODES, THREADS);
}

Test(events, too_many_ends_are_refused)
{
	cr_assert_eq(feed_ends(events_ends_max(1)), 0);
	events_decoder_reset(decoder);
	cr_assert_eq(feed_ends(events_ends_max(1) + 1), -EBADMSG);
	events_decoder_reset(decoder);
	cr_assert_eq(feed_ends(1), 0);
}
