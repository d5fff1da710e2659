/* test_footprint.c - what a drainer keeps of call paths: little for those that are only passed. */
#include "figures/figures.h"
#include "trace/array.h"
#include "trace/events.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)
#define PATHS 300000u
#define STEPS                                                                                                \
	10u /* nodes for each path, the last two of which are where a block begins and where it ends         \
	     */

/* What this process holds for itself. */
static uint64_t own_bytes(void)
{
	unsigned long size, resident, shared;
	FILE *statm = fopen("/proc/self/statm", "r");

	cr_assert_not_null(statm);
	cr_assert_eq(fscanf(statm, "%lu %lu %lu", &size, &resident, &shared), 3);
	fclose(statm);
	return (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* ---- arrays ---------------------------------------------------------------- */

Test(footprint, an_array_keeps_what_is_in_it_and_grows_by_zeroes)
{
	uint64_t *array = NULL;
	size_t count = 0;

	while (count < 2000000) {
		size_t more = array_generous(count, count + 1);
		array = array_grow(array, count, more, sizeof(*array), ARRAY_DENSE);
		cr_assert_not_null(array);
		for (size_t i = count; i < more; i++)
			cr_assert(array[i] == 0, "new ones are zero");
		for (size_t i = count; i < more; i += 1000)
			array[i] = i;
		count = more;
		for (size_t i = 0; i < count; i++)
			cr_assert(array[i] == i || array[i] == 0);
	}
	cr_assert_null(array_grow(array, count, SIZE_MAX / 4, sizeof(*array), ARRAY_DENSE),
		       "more than there is");
	cr_assert_eq(array[0], 0);
	array_free(array, count, sizeof(*array));
	array_free(NULL, 0, sizeof(*array));
}

Test(footprint, numbers_are_given_once)
{
	struct numbering numbering = {0};

	cr_assert_eq(numbering_find(&numbering, 0), 0);
	cr_assert_eq(numbering_find(&numbering, UINT32_MAX), 0);
	for (uint32_t i = 0; i < 5000; i++)
		cr_assert_eq(numbering_number(&numbering, 7 * i), i + 1);
	for (uint32_t i = 0; i < 5000; i++) {
		cr_assert_eq(numbering_number(&numbering, 7 * i), i + 1);
		cr_assert_eq(numbering.nodes[i + 1], 7 * i);
		cr_assert_eq(numbering_find(&numbering, 7 * i + 1), 0);
	}
	cr_assert_eq(numbering.count, 5000);
	numbering_finish(&numbering);
}

/* ---- the encoder and the figures -------------------------------------------- */

static struct events_item item_of(uint32_t path, enum operation_type type, uint32_t operation)
{
	return (struct events_item){.size_bytes = 48,
				    .node = (path + 1) * STEPS - (type == OPERATION_ALLOC ? 1 : 2),
				    .operation = operation,
				    .type = (uint8_t)type};
}

/* A block that begins at the end of its path, as the drainer counts it; its operation. */
static uint32_t begin_block(struct events_encoder *encoder, struct figures *figures, uint32_t path)
{
	struct events_item item = item_of(path, OPERATION_ALLOC, 0);

	events_encoder_add(encoder, &item);
	struct figures_place at = {.node = item.node, .number = events_encoder_begin(encoder, item.node)};
	cr_assert_eq(figures_reserve(figures, at.number), 0);
	figures_alloc(figures, &at, item.size_bytes);
	return item.operation;
}

static void end_block(struct events_encoder *encoder, struct figures *figures, uint32_t path,
		      uint32_t operation)
{
	struct events_item item = item_of(path, OPERATION_FREE, operation);

	events_encoder_add(encoder, &item);
	struct figures_place at = {.node = item.node, .number = figures_free_number(figures, item.node)};
	struct figures_block block = {.size_bytes = item.size_bytes,
				      .origin = events_encoder_origin(encoder, operation),
				      .temporary = true};
	cr_assert_gt(at.number, 0);
	figures_end(figures, &at, &block);
}

/* Each path once, as in a program that never goes the same way twice.  24 bytes a node are more than 16,
 * which is what the session has of it, and 160 for each place of events. */
Test(footprint, of_a_node_little_is_kept_and_of_a_place_of_events_not_much)
{
	struct events_encoder *encoder = events_encoder_create();
	struct figures figures = {0};
	struct buffer payload = {0};
	uint64_t before = own_bytes();

	cr_assert_eq(figures_reserve_thread(&figures, 0), 0);
	for (uint32_t path = 0; path < PATHS; path++) {
		end_block(encoder, &figures, path, begin_block(encoder, &figures, path));
		if (events_encoder_pending(encoder) >= 65536)
			cr_assert_eq(events_encoder_finish(encoder, &payload), 0);
	}
	uint64_t bytes = own_bytes() - before;
	cr_assert_eq(figures.moves.count, 2 * PATHS);
	cr_assert_lt(bytes, 32 * MIB + (24 - 16) * PATHS * STEPS + 160 * 2 * PATHS, "%lu bytes a path",
		     bytes / PATHS);
	buffer_finish(&payload);
	figures_finish(&figures);
	events_encoder_destroy(encoder);
}

/* ---- the result --------------------------------------------------------------- */

Test(footprint, figures_are_found_where_they_were_put)
{
	struct figures_nodes nodes = {0};
	struct model_node got,
		made = {.allocations = 5, .allocated_bytes = 500, .peak_bytes = 100, .peak_blocks = 1};
	struct figures_walk walk;
	uint32_t node, expected = 3;

	cr_assert_eq(figures_nodes_find(&nodes, 0).allocations, 0);
	for (uint32_t i = 3; i < 100000; i += 7) {
		made.allocations = i;
		cr_assert_eq(figures_nodes_add(&nodes, i, &made), 0);
		cr_assert_eq(figures_nodes_add(&nodes, i + 1, &(struct model_node){0}), 0, "nothing");
	}
	for (uint32_t i = 0; i < 100010; i++)
		cr_assert_eq(figures_nodes_find(&nodes, i).allocations, i % 7 == 3 && i < 100000 ? i : 0);
	for (walk = figures_walk(&nodes); figures_walk_next(&walk, &node, &got); expected += 7)
		cr_assert(node == expected && got.allocations == expected && got.live_blocks == expected);
	cr_assert_geq(expected, 100000);
	walk = figures_walk(&nodes);
	for (uint32_t i = 0; i < 100010; i += 3)
		cr_assert_eq(figures_walk_to(&walk, i).allocations, i % 7 == 3 && i < 100000 ? i : 0);
	cr_assert_lt(nodes.packed.length, 20 * nodes.count);
	figures_nodes_finish(&nodes);
}
