/*
 * test_breakdown.c - figures by kind, place of freeing, lifetime and thread against an oracle that keeps
 * every block: as they are counted beside intervals, written, read, and gone on with.
 */
#include "figures/breakdown_codec.h"
#include "figures/breakdown_walk.h"
#include "figures/intervals.h"

#include "random.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PATHS 20u     /* numbers 1 to PATHS - 1 */
#define FREE_NODES 8u /* from FIRST_FREE_NODE on */
#define FIRST_FREE_NODE 500u
#define NODES 600u
#define CLASSES 14u
#define THREADS 5u
#define EVENTS 4000u
#define STEP_NS 100000u /* from event to event */

/* ---- the oracle ---------------------------------------------------------------------------------- */

struct kind {
	uint64_t allocations, allocated_bytes, live_bytes, live_blocks, peak_bytes, peak_blocks, temporary;
};

static struct kind kinds[PATHS][CLASSES][THREADS];
static struct pair_figures pairs[PATHS][FREE_NODES];
static uint64_t lifetimes[PATHS][SIZE_CLASSES][SIZE_CLASSES];
static struct thread_figures threads[THREADS];
static uint64_t heap, highest, allocations;

struct block {
	uint64_t size_bytes, ordinal, born_ns;
	uint32_t number, thread;
};

static struct figures figures;
static struct intervals intervals;
static struct numbering begins;
static struct block live[EVENTS];
static size_t live_count;

static void note_highest(void)
{
	if (heap <= highest)
		return;
	highest = heap;
	for (size_t i = 0; i < PATHS * CLASSES * THREADS; i++) {
		struct kind *kind = &kinds[0][0][0] + i;

		kind->peak_bytes = kind->live_bytes;
		kind->peak_blocks = kind->live_blocks;
	}
}

static struct figures_place place_at(uint32_t node, uint32_t number, uint32_t thread, uint64_t time_ns)
{
	cr_assert_eq(figures_reserve_thread(&figures, thread), 0);
	return (struct figures_place){.time_ns = time_ns,
				      .node = node,
				      .thread = thread,
				      .number = number,
				      .by = breakdown_thread(&figures.breakdown, thread)};
}

/* By node: another order than that of numbers. */
static uint32_t node_of(uint32_t number)
{
	return number * 7 % 101 + 1;
}

static void allocate(uint64_t time_ns)
{
	struct block block = {
		.size_bytes = random_below(4) ? 64 + random_below(3) : random_below(5000),
		.ordinal = allocations++,
		.born_ns = time_ns,
		.number = 1 + random_below(random_below(3) ? 5 : PATHS - 1),
		.thread = random_below(3) ? 0 : random_below(THREADS),
	};
	struct figures_place at = place_at(node_of(block.number), block.number, block.thread, time_ns);
	struct weight weight = weight_of(block.size_bytes, figures.totals.sample_bytes);
	struct kind *kind = &kinds[block.number][size_class(block.size_bytes)][block.thread];
	struct thread_figures *thread = &threads[block.thread];

	at.kind = kind_of_block(block.size_bytes, kind_of_thread(block.thread));
	cr_assert_eq(figures_reserve(&figures, PATHS), 0);
	figures_alloc(&figures, &at, block.size_bytes);
	kind->allocations += weight.blocks;
	kind->allocated_bytes += weight.bytes;
	kind->live_blocks += weight.blocks;
	kind->live_bytes += weight.bytes;
	thread->allocations += weight.blocks;
	thread->allocated_bytes += weight.bytes;
	thread->live_bytes += weight.bytes;
	if (thread->live_bytes > thread->peak_bytes)
		thread->peak_bytes = thread->live_bytes;
	heap += weight.bytes;
	note_highest();
	live[live_count++] = block;
}

static void count_end(const struct block *block, uint32_t freed, uint32_t by, uint64_t time_ns,
		      bool temporary)
{
	struct weight weight = weight_of(block->size_bytes, figures.totals.sample_bytes);
	struct kind *kind = &kinds[block->number][size_class(block->size_bytes)][block->thread];
	uint64_t steps = time_ns / BREAKDOWN_STEP_NS - block->born_ns / BREAKDOWN_STEP_NS;

	kind->live_blocks -= weight.blocks;
	kind->live_bytes -= weight.bytes;
	kind->temporary += temporary ? weight.blocks : 0;
	pairs[block->number][freed].blocks += weight.blocks;
	pairs[block->number][freed].bytes += weight.bytes;
	lifetimes[block->number][size_class(steps)][size_class(allocations - block->ordinal)] +=
		weight.blocks;
	threads[by].frees += weight.blocks;
	threads[by].freed_bytes += weight.bytes;
	threads[block->thread].live_bytes -= weight.bytes;
	threads[block->thread].freed_by_others += by != block->thread ? weight.blocks : 0;
	threads[block->thread].freed_by_others_bytes += by != block->thread ? weight.bytes : 0;
	threads[by].frees_of_others += by != block->thread ? weight.blocks : 0;
	threads[by].freed_of_others_bytes += by != block->thread ? weight.bytes : 0;
	heap -= weight.bytes;
}

static void end_one(uint64_t time_ns)
{
	size_t index = random_below((uint32_t)live_count);
	struct block block = live[index];
	uint32_t freed = random_below(3) ? block.number % FREE_NODES : random_below(FREE_NODES);
	uint32_t by = random_below(3) ? block.thread : random_below(THREADS);
	struct figures_place at = place_at(FIRST_FREE_NODE + freed, 0, by, time_ns);
	struct figures_block end = {
		.size_bytes = block.size_bytes,
		.origin = block.number,
		.kind = kind_of_block(block.size_bytes, kind_of_thread(block.thread)),
		.lifetime = lifetime_of_block(time_ns / BREAKDOWN_STEP_NS - block.born_ns / BREAKDOWN_STEP_NS,
					      allocations - block.ordinal),
		.lived_ns = time_ns - block.born_ns,
		.temporary = random_below(4) == 0,
	};

	at.number = figures_free_number(&figures, at.node);
	at.kind = kind_of_thread(by);
	figures_end(&figures, &at, &end);
	count_end(&block, freed, by, time_ns, end.temporary);
	live[index] = live[--live_count];
}

static void record(size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		uint64_t time_ns = (i + 1) * STEP_NS;
		bool up = random_below(100) < (i / 400 % 2 ? 35u : 65u);

		if (up || live_count == 0)
			allocate(time_ns);
		else
			end_one(time_ns);
		if (random_below(150) == 0)
			cr_assert_eq(intervals_close(&intervals, &figures, time_ns + 1, false), 0);
	}
}

static void number_paths(void)
{
	for (uint32_t i = 1; i < PATHS; i++)
		cr_assert_eq(numbering_number(&begins, node_of(i)), i);
}

static void begin_recording(uint64_t seed, uint64_t sample_bytes)
{
	random_state = seed;
	live_count = 0;
	heap = highest = allocations = 0;
	memset(kinds, 0, sizeof(kinds));
	memset(pairs, 0, sizeof(pairs));
	memset(lifetimes, 0, sizeof(lifetimes));
	memset(threads, 0, sizeof(threads));
	figures = (struct figures){.totals.sample_bytes = sample_bytes};
	breakdown_init(&figures.breakdown);
	intervals = (struct intervals){.length_ns = STEP_NS, .bytes_most = INTERVALS_BYTES_LEAST};
	begins = (struct numbering){0};
	number_paths();
}

static void end_recording(void)
{
	figures_finish(&figures);
	intervals_finish(&intervals);
	numbering_finish(&begins);
}

/* ---- what the tables must say ---------------------------------------------------------------------- */

/* The number of a path's node, as numbers were given. */
static uint32_t number_of(uint32_t node)
{
	uint32_t number = numbering_find(&begins, node);

	cr_assert(number > 0 && number < PATHS);
	return number;
}

static void take_kinds(const struct breakdown_tables *tables)
{
	for (size_t i = 0; i < tables->kind_count; i++) {
		const struct kind_row *row = &tables->kinds[i];
		struct kind *kind =
			&kinds[number_of(row->node)][kind_class(row->kind)][kind_thread(row->kind)];

		cr_assert_eq(row->allocations, kind->allocations);
		cr_assert_eq(row->allocated_bytes, kind->allocated_bytes);
		cr_assert_eq(row->live_bytes, kind->live_bytes);
		cr_assert_eq(row->live_blocks, kind->live_blocks);
		cr_assert_eq(row->peak_bytes, kind->peak_bytes, "%lu, not %lu", row->peak_bytes,
			     kind->peak_bytes);
		cr_assert_eq(row->peak_blocks, kind->peak_blocks);
		cr_assert_eq(row->temporary, kind->temporary);
		kind->allocations = 0; /* there is no other row of it, and in the end none is left */
	}
	for (size_t i = 0; i < PATHS * CLASSES * THREADS; i++)
		cr_assert_eq((&kinds[0][0][0] + i)->allocations, 0);
}

static void take_pairs(const struct breakdown_tables *tables)
{
	for (size_t i = 0; i < tables->pair_count; i++) {
		const struct pair_row *row = &tables->pairs[i];
		struct pair_figures *pair = &pairs[number_of(row->node)][row->freed - FIRST_FREE_NODE];

		cr_assert_eq(row->blocks, pair->blocks);
		cr_assert_eq(row->bytes, pair->bytes);
		pair->blocks = 0;
	}
	for (size_t i = 0; i < PATHS * FREE_NODES; i++)
		cr_assert_eq((&pairs[0][0] + i)->blocks, 0);
}

static void take_lifetimes(const struct breakdown_tables *tables)
{
	for (size_t i = 0; i < tables->lifetime_count; i++) {
		const struct lifetime_row *row = &tables->lifetimes[i];
		uint64_t *blocks = &lifetimes[number_of(row->node)][lifetime_time_class(row->lifetime)]
					     [lifetime_allocations_class(row->lifetime)];

		cr_assert_eq(row->blocks, *blocks);
		*blocks = 0;
	}
	for (size_t i = 0; i < PATHS * SIZE_CLASSES * SIZE_CLASSES; i++)
		cr_assert_eq(*(&lifetimes[0][0][0] + i), 0);
}

/* What the oracle knows is used up. */
static void expect_tables(const struct breakdown_tables *tables)
{
	take_kinds(tables);
	take_pairs(tables);
	take_lifetimes(tables);
}

static struct figures_nodes nodes;

static struct figures_summary summarize(void)
{
	figures_nodes_finish(&nodes);
	for (uint32_t node = 0; node < NODES; node++) {
		struct model_node node_figures = figures_node(&figures, node, numbering_find(&begins, node));

		cr_assert_eq(figures_nodes_add(&nodes, node, &node_figures), 0);
	}
	return (struct figures_summary){
		.totals = figures_totals(&figures), .nodes = &nodes, .node_count = NODES};
}

/* The tables as they are read from what is written. */
static struct breakdown_tables write_and_read(const struct figures_summary *summary)
{
	struct breakdown_tables tables = {0};
	struct buffer bytes = {0};

	cr_assert_eq(breakdown_encode(&figures, &begins, NODES, THREADS, &bytes), 0);
	cr_assert_eq(breakdown_decode(&tables, bytes.data, bytes.length, summary, THREADS), 0);
	buffer_finish(&bytes);
	return tables;
}

static void settle(size_t events)
{
	cr_assert_eq(intervals_settle(&intervals, &figures, (events + 1) * STEP_NS), 0);
	cr_assert(breakdown_known(&figures.breakdown));
}

Test(breakdown, is_that_of_an_oracle)
{
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct breakdown_tables collected = {0};

		begin_recording(seed, seed % 3 == 0 ? 300 : 0);
		record(0, EVENTS);
		settle(EVENTS);
		struct figures_summary summary = summarize();
		struct breakdown_tables read = write_and_read(&summary);

		cr_assert_eq(read.thread_count, THREADS);
		cr_assert_eq(memcmp(read.threads, threads, sizeof(threads)), 0);
		cr_assert_eq(breakdown_collect(&figures, &begins, NODES, &collected), 0);
		cr_assert_eq(collected.kind_count, read.kind_count);
		for (size_t i = 0; i < read.kind_count; i++)
			cr_assert_eq(memcmp(&collected.kinds[i], &read.kinds[i], sizeof(*read.kinds)), 0);
		expect_tables(&read);
		breakdown_tables_finish(&read);
		breakdown_tables_finish(&collected);
		end_recording();
	}
	figures_nodes_finish(&nodes);
}

static void restore_figures(const struct figures_summary *summary)
{
	for (uint32_t node = 0; node < NODES; node++) {
		const struct model_node restored = figures_nodes_find(summary->nodes, node);

		if (!model_node_is_idle(&restored))
			cr_assert_eq(figures_restore_node(&figures, node, numbering_find(&begins, node),
							  &restored),
				     0);
	}
}

/* As a drainer that was killed goes on from what it wrote. */
Test(breakdown, goes_on_from_what_was_written)
{
	for (uint64_t seed = 1; seed <= 8; seed++) {
		begin_recording(seed, seed % 3 == 0 ? 300 : 0);
		record(0, EVENTS / 2);
		settle(EVENTS / 2);
		struct figures_summary summary = summarize();
		struct breakdown_tables read = write_and_read(&summary);

		figures_finish(&figures);
		breakdown_init(&figures.breakdown);
		figures.moves.failed = true;
		cr_assert_eq(figures_restore(&figures, &summary), 0);
		figures.totals.sample_bytes = summary.totals.sample_bytes;
		restore_figures(&summary);
		cr_assert_eq(breakdown_restore(&figures, &begins, &read), 0);
		breakdown_tables_finish(&read);
		intervals_go_on(&intervals, &figures);
		record(EVENTS / 2, EVENTS);
		settle(EVENTS);
		summary = summarize();
		read = write_and_read(&summary);
		cr_assert_eq(memcmp(read.threads, threads, sizeof(threads)), 0);
		expect_tables(&read);
		breakdown_tables_finish(&read);
		end_recording();
	}
	figures_nodes_finish(&nodes);
}

/* Whatever bytes there are, they are refused or make sense. */
Test(breakdown, damage_is_refused)
{
	struct buffer bytes = {0};
	size_t taken = 0;

	begin_recording(5, 0);
	record(0, EVENTS);
	settle(EVENTS);
	struct figures_summary summary = summarize();
	cr_assert_eq(breakdown_encode(&figures, &begins, NODES, THREADS, &bytes), 0);
	for (size_t i = 0; i < 5000; i++) {
		struct breakdown_tables read = {0};
		size_t at = random_below((uint32_t)bytes.length);
		size_t length = i % 4 ? bytes.length : random_below((uint32_t)bytes.length);
		uint8_t before = bytes.data[at];

		bytes.data[at] = (uint8_t)random_bits();
		int error = breakdown_decode(&read, bytes.data, length, &summary, THREADS);
		cr_assert(error == 0 || error == -EBADMSG);
		taken += error == 0;
		breakdown_tables_finish(&read);
		bytes.data[at] = before;
	}
	cr_assert_lt(taken, 1500, "%zu of 5000 were taken", taken);
	buffer_finish(&bytes);
	figures_nodes_finish(&nodes);
	end_recording();
}

/* Then threads are one, but for the kinds that were there before. */
Test(breakdown, too_many_kinds_are_of_several_threads)
{
	const uint32_t count = KIND_SEVERAL;
	struct breakdown_tables tables = {0};
	uint64_t sum = 0, several = 0, blocks_of_several = 0;

	begin_recording(1, 0);
	cr_assert_eq(figures_reserve(&figures, PATHS), 0);
	cr_assert_eq(figures_reserve_thread(&figures, count), 0);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 3 * count; i++) {
			struct figures_place at = place_at(node_of(1), 1, i % count, i);
			uint64_t size_bytes = UINT64_C(1) << i / count;

			at.kind = kind_of_block(size_bytes, kind_of_thread(at.thread));
			if (round == 0) {
				figures_alloc(&figures, &at, size_bytes);
				continue;
			}
			at.node = FIRST_FREE_NODE;
			at.number = figures_free_number(&figures, at.node);
			figures_end(&figures, &at,
				    &(struct figures_block){.size_bytes = size_bytes,
							    .origin = 1,
							    .kind = at.kind,
							    .lifetime = lifetime_key(0, 0)});
		}
	}
	cr_assert_eq(breakdown_collect(&figures, &begins, NODES, &tables), 0);
	for (size_t i = 0; i < tables.kind_count; i++) {
		sum += tables.kinds[i].allocations;
		several += kind_thread(tables.kinds[i].kind) == KIND_SEVERAL;
		if (kind_thread(tables.kinds[i].kind) == KIND_SEVERAL)
			blocks_of_several += tables.kinds[i].allocations;
		cr_assert_eq(tables.kinds[i].live_blocks, 0);
		cr_assert_eq(tables.kinds[i].live_bytes, 0);
	}
	cr_assert_eq(sum, 3 * (uint64_t)count);
	cr_assert_eq(several, 1, "of the last class");
	cr_assert_eq(blocks_of_several, sum - 1 - BREAKDOWN_KINDS_MOST);
	cr_assert_leq(figures.breakdown.kinds.count, BREAKDOWN_KINDS_MOST + 3);
	breakdown_tables_finish(&tables);
	end_recording();
}
