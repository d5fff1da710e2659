/*
 * test_tally.c - a replay by operations against one event by event: the same blocks of events must give the
 * same figures, whatever is in them.
 */
#include "replay/model.h"
#include "trace/events_run.h"

#include "random.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NODES 40u
#define THREADS 4u
#define EVENTS 4000u
#define BLOCKS 7u

/* Live blocks, by what their end has to bring along. */
struct heap {
	struct events_item blocks[EVENTS * BLOCKS];
	size_t count;
};

static struct events_item begin_block(struct heap *heap, struct events_encoder *encoder,
				      struct events_item item)
{
	item.type = OPERATION_ALLOC;
	/* Some call paths have few sizes, others any. */
	item.size_bytes = item.node < NODES / 2 ? item.node % 3 * 24 : random_below(5000);
	item.flags = random_below(9) == 0 ? OPERATION_REALLOC : 0;
	events_encoder_add(encoder, &item);
	heap->blocks[heap->count++] = item;
	return item;
}

static void end_block(struct heap *heap, struct events_encoder *encoder, struct events_item item)
{
	struct events_item *block = &heap->blocks[random_below((uint32_t)heap->count)];

	item.operation = block->operation;
	item.size_bytes = block->size_bytes;
	*block = heap->blocks[--heap->count];
	item.type = random_below(50) == 0 ? OPERATION_LOST : OPERATION_FREE;
	if (item.type == OPERATION_FREE && random_below(3) == 0)
		item.flags = random_below(2) ? OPERATION_TEMPORARY : OPERATION_COLLECTED;
	events_encoder_add(encoder, &item);
}

static void add_event(struct heap *heap, struct events_encoder *encoder, uint32_t thread, uint64_t time_ns,
		      uint32_t bias)
{
	struct events_item item = {.node = random_below(NODES), .thread = thread, .time_ns = time_ns};

	if (random_below(60) == 0) {
		item.type = OPERATION_STRAY_FREE;
		item.address = 8 * (uint64_t)random_below(1000);
		events_encoder_add(encoder, &item);
	} else if (heap->count == 0 || random_below(100) < bias) {
		begin_block(heap, encoder, item);
	} else {
		end_block(heap, encoder, item);
	}
}

static void write_block(struct heap *heap, struct events_encoder *encoder, uint64_t *time_ns,
			struct buffer *payload)
{
	uint32_t thread = 0, bias = 30 + random_below(50);

	for (uint32_t i = 0; i < EVENTS; i++) {
		if (random_below(20) == 0)
			thread = random_below(THREADS);
		*time_ns += random_below(2000);
		add_event(heap, encoder, thread, *time_ns, bias);
	}
	cr_assert_eq(events_encoder_finish(encoder, payload), 0);
}

static struct trace_event event_of(const struct events_item *item)
{
	static const uint8_t types[] = {EVENT_ALLOC, EVENT_FREE, EVENT_STRAY_FREE, EVENT_LOST};

	return (struct trace_event){
		.size_bytes = item->type == OPERATION_STRAY_FREE ? item->address : item->size_bytes,
		.time_ns = item->time_ns,
		.node = item->node,
		.origin = item->origin,
		.thread = item->thread,
		.type = types[item->type],
		.temporary = (item->flags & OPERATION_TEMPORARY) != 0,
		.collected = (item->flags & OPERATION_COLLECTED) != 0,
	};
}

/* The block, event by event and by runs. */
static void read_block(const struct buffer *payload, struct events_decoder *decoders[2],
		       struct model *models[2])
{
	struct events_item item;
	struct events_run *run;
	int result;

	for (int i = 0; i < 2; i++)
		cr_assert_eq(events_decoder_feed(decoders[i], payload->data, payload->length, NODES, THREADS),
			     0);
	while (events_decoder_next(decoders[0], &item, 1) == 1) {
		struct trace_event event = event_of(&item);
		cr_assert_eq(model_events(models[0], &event, 1), 0);
	}
	while ((result = events_decoder_run(decoders[1], &run)) == 1)
		cr_assert_eq(model_run(models[1], run), 0);
	cr_assert_eq(result, 0);
}

static void expect_same(const struct figures_summary *a, const struct figures_summary *b)
{
	cr_assert_arr_eq(&a->totals, &b->totals, sizeof(a->totals), "totals differ");
	cr_assert_eq(a->nodes->count, b->nodes->count);
	cr_assert_eq(a->nodes->packed.length, b->nodes->packed.length);
	cr_assert_arr_eq(a->nodes->packed.data, b->nodes->packed.data, a->nodes->packed.length,
			 "nodes differ");
	cr_assert_eq(a->move_count, b->move_count);
	cr_assert_gt(a->move_count, NODES);
	cr_assert_arr_eq(a->moves, b->moves, a->move_count * sizeof(*a->moves), "moves differ");
}

static void compare(uint64_t seed, uint64_t sample_bytes, struct heap *heap)
{
	struct events_encoder *encoder = events_encoder_create();
	struct events_decoder *decoders[] = {events_decoder_create(), events_decoder_create()};
	struct model *models[] = {model_create(NODES), model_create(NODES)};
	struct buffer payload = {0};
	uint64_t time_ns = 0;

	random_state = seed;
	heap->count = 0;
	for (int i = 0; i < 2; i++)
		model_sampled(models[i], sample_bytes);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		write_block(heap, encoder, &time_ns, &payload);
		read_block(&payload, decoders, models);
	}
	for (int i = 0; i < 2; i++)
		cr_assert_eq(model_finish(models[i]), 0);
	expect_same(model_summary(models[0]), model_summary(models[1]));
	for (int i = 0; i < 2; i++) {
		events_decoder_destroy(decoders[i]);
		model_destroy(models[i]);
	}
	events_encoder_destroy(encoder);
	buffer_finish(&payload);
}

Test(tally, agrees_with_a_replay_of_each_event)
{
	struct heap *heap = malloc(sizeof(*heap));

	for (uint64_t seed = 1; seed <= 10; seed++)
		compare(seed, 0, heap);
	compare(11, 1000, heap);
	free(heap);
}

/* ---- damage -------------------------------------------------------------- */

/* What a crafted trace is made of: blocks of 10 bytes. */
struct craft {
	struct events_encoder *encoder;
	struct events_decoder *decoder;
	struct model *model;
	bool by_event;
	int error; /* of the replay so far */
	struct buffer payload;
};

static struct craft craft_begin(uint64_t sample_bytes, bool by_event)
{
	struct craft craft = {.encoder = events_encoder_create(),
			      .decoder = events_decoder_create(),
			      .model = model_create(NODES),
			      .by_event = by_event};

	model_sampled(craft.model, sample_bytes);
	return craft;
}

static uint32_t craft_alloc(struct craft *craft, uint32_t node)
{
	struct events_item item = {.type = OPERATION_ALLOC, .node = node, .size_bytes = 10};

	events_encoder_add(craft->encoder, &item);
	return item.operation;
}

static void craft_free(struct craft *craft, uint32_t operation)
{
	struct events_item item = {
		.type = OPERATION_FREE, .node = 3, .size_bytes = 10, .operation = operation};

	events_encoder_add(craft->encoder, &item);
}

static void craft_pairs(struct craft *craft, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		craft_free(craft, craft_alloc(craft, 4));
}

/* The end of a block, which is replayed. */
static void craft_block(struct craft *craft)
{
	struct events_item item;
	struct events_run *run;

	cr_assert_eq(events_encoder_finish(craft->encoder, &craft->payload), 0);
	cr_assert_eq(
		events_decoder_feed(craft->decoder, craft->payload.data, craft->payload.length, NODES, 1), 0);
	while (craft->error == 0 && craft->by_event && events_decoder_next(craft->decoder, &item, 1) == 1) {
		struct trace_event event = event_of(&item);
		craft->error = model_events(craft->model, &event, 1);
	}
	while (craft->error == 0 && !craft->by_event && events_decoder_run(craft->decoder, &run) == 1)
		craft->error = model_run(craft->model, run);
}

static int craft_end(struct craft *craft)
{
	int error = craft->error ? craft->error : model_finish(craft->model);

	buffer_finish(&craft->payload);
	events_encoder_destroy(craft->encoder);
	events_decoder_destroy(craft->decoder);
	model_destroy(craft->model);
	return error;
}

/* Frees of one call path's block too many, which another's make up for, until that path allocates again. */
static int replay_debt(uint64_t sample_bytes, bool by_event, unsigned pairs_meanwhile)
{
	struct craft craft = craft_begin(sample_bytes, by_event);
	uint32_t block = craft_alloc(&craft, 1);

	craft_alloc(&craft, 2);
	craft_alloc(&craft, 2);
	craft_free(&craft, block);
	craft_free(&craft, block);
	craft_pairs(&craft, pairs_meanwhile);
	craft_block(&craft);
	craft_alloc(&craft, 1);
	craft_pairs(&craft, pairs_meanwhile);
	craft_block(&craft);
	return craft_end(&craft);
}

/* Whatever is wrong for long is seen; for a moment, only where events are counted one by one. */
Test(tally, refuses_more_frees_than_allocations_in_between)
{
	cr_assert_eq(replay_debt(0, true, 0), -EBADMSG);
	cr_assert_eq(replay_debt(0, false, 100), -EBADMSG);
	cr_assert_eq(replay_debt(1000, true, 0), -EBADMSG);
	cr_assert_eq(replay_debt(1000, false, 0), -EBADMSG);
}

Test(tally, takes_blocks_that_come_and_go_for_long)
{
	for (int by_event = 0; by_event < 2; by_event++) {
		struct craft craft = craft_begin(0, by_event);
		for (unsigned i = 0; i < 20; i++) {
			uint32_t block = craft_alloc(&craft, 1 + i % 3);
			craft_pairs(&craft, 100);
			craft_block(&craft);
			craft_free(&craft, block);
		}
		craft_block(&craft);
		cr_assert_eq(craft_end(&craft), 0);
	}
}

/* Frees twice what was allocated once; another call path's blocks live on, so that in all there is enough. */
static int replay_double_free(bool others)
{
	struct events_encoder *encoder = events_encoder_create();
	struct events_decoder *decoder = events_decoder_create();
	struct model *model = model_create(NODES);
	struct buffer payload = {0};
	struct events_item block = {.type = OPERATION_ALLOC, .node = 1, .size_bytes = 10}, other = block;
	struct events_run *run;

	other.node = 2;
	events_encoder_add(encoder, &block);
	for (int i = 0; others && i < 2; i++)
		events_encoder_add(encoder, &other);
	struct events_item end = {
		.type = OPERATION_FREE, .node = 3, .size_bytes = 10, .operation = block.operation};
	events_encoder_add(encoder, &end);
	events_encoder_add(encoder, &end);
	cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	cr_assert_eq(events_decoder_feed(decoder, payload.data, payload.length, NODES, 1), 0);
	int error = 0;
	while (error == 0 && events_decoder_run(decoder, &run) == 1)
		error = model_run(model, run);
	if (error == 0)
		error = model_finish(model);
	buffer_finish(&payload);
	events_encoder_destroy(encoder);
	events_decoder_destroy(decoder);
	model_destroy(model);
	return error;
}

Test(tally, refuses_frees_of_what_does_not_live)
{
	cr_assert_eq(replay_double_free(false), -EBADMSG);
	cr_assert_eq(replay_double_free(true), -EBADMSG);
}
