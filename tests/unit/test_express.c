/* test_express.c - the same records by the quick loop and one by one: nothing may tell which it was. */
#include "drain/drain.h"

#include "drained.h"
#include "fake_producer.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS 20000
#define ADDRESSES 700u
#define ADDRESS_BYTES 48u

/* A prefix that says what the record says, too; the loop leaves what has one to the others. */
static void say_twice(struct fake_thread *thread, uint64_t size_bytes)
{
	fake_commit(thread, record_ext_w0(EXT_SIZE, 0), size_bytes);
}

static void put(struct fake_thread *thread, bool quick, enum record_type type, uint64_t place, uint32_t node,
		uint64_t size_bytes)
{
	if (!quick)
		say_twice(thread, size_bytes);
	fake_record(thread, type, 0x10000 + place * ADDRESS_BYTES, size_bytes, node);
}

/* Few addresses, so that some frees are stray and some blocks end unseen. */
static void record(struct fake_thread *thread, bool quick)
{
	unsigned short random[3] = {1, 2, 3};
	for (int i = 0; i < RECORDS; i++) {
		long choice = nrand48(random) % 16;
		uint64_t place = (uint64_t)nrand48(random) % ADDRESSES;
		uint32_t node = 1 + (uint32_t)nrand48(random) % 20;
		uint64_t size_bytes = 8 + (uint64_t)nrand48(random) % 90;
		/* The loop leaves those that a row of the live map has no room for. */
		if (nrand48(random) % 100 == 0)
			size_bytes += UINT64_C(5) << 30;
		if (choice < 7) {
			put(thread, quick, RECORD_ALLOC, place, node, size_bytes);
		} else if (choice < 13) {
			put(thread, quick, RECORD_FREE, place, node, 0);
		} else if (choice < 15) {
			put(thread, quick, RECORD_REALLOC_FREE, place, node, 0);
			put(thread, quick, RECORD_ALLOC, (place + (uint64_t)choice % 2) % ADDRESSES, node,
			    size_bytes);
		} else { /* the very next record is the free */
			put(thread, quick, RECORD_ALLOC, place, node, size_bytes);
			put(thread, quick, RECORD_FREE, place, node, 0);
		}
	}
}

static struct drained drain(bool quick)
{
	struct fake fake;
	struct diagnostic diagnostic;
	fake_create(&fake, fake_dead_pid());
	struct fake_thread thread = fake_thread(&fake, 100);
	record(&thread, quick);
	cr_assert_eq(drain_run(fake.session_path, DRAIN_FINISH, &diagnostic), 0, "%s", diagnostic.message);
	struct drained drained = drained_read(fake.trace_path);
	fake_destroy(&fake);
	return drained;
}

/* Times aside, which are as exact as this machine's clocks were at that moment. */
static void check_same_item(size_t index, const struct events_item *a, const struct events_item *b)
{
	bool same = a->type == b->type && a->flags == b->flags && a->node == b->node &&
		    a->origin == b->origin && a->size_bytes == b->size_bytes && a->address == b->address &&
		    a->thread == b->thread;
	cr_assert(same, "event %zu", index);
}

static void check_same_node(size_t index, const struct model_node *a, const struct model_node *b)
{
	bool same = a->allocations == b->allocations && a->allocated_bytes == b->allocated_bytes &&
		    a->frees == b->frees && a->freed_bytes == b->freed_bytes &&
		    a->live_bytes == b->live_bytes && a->live_blocks == b->live_blocks &&
		    a->peak_bytes == b->peak_bytes && a->temporary == b->temporary &&
		    a->stray_frees == b->stray_frees;
	cr_assert(same, "node %zu", index);
}

/* Times aside, as above. */
static void check_same_breakdown(const struct breakdown_tables *a, const struct breakdown_tables *b)
{
	uint64_t lifetimes[2][SIZE_CLASSES] = {{0}};

	cr_assert_gt(a->kind_count, 60);
	cr_assert_eq(a->kind_count, b->kind_count);
	for (size_t i = 0; i < a->kind_count; i++)
		cr_assert_eq(memcmp(&a->kinds[i], &b->kinds[i], sizeof(*a->kinds)), 0, "kind %zu", i);
	cr_assert_gt(a->pair_count, 60);
	cr_assert_eq(a->pair_count, b->pair_count);
	for (size_t i = 0; i < a->pair_count; i++)
		cr_assert_eq(memcmp(&a->pairs[i], &b->pairs[i], sizeof(*a->pairs)), 0, "pair %zu", i);
	for (size_t i = 0; i < a->lifetime_count; i++)
		lifetimes[0][lifetime_allocations_class(a->lifetimes[i].lifetime)] += a->lifetimes[i].blocks;
	for (size_t i = 0; i < b->lifetime_count; i++)
		lifetimes[1][lifetime_allocations_class(b->lifetimes[i].lifetime)] += b->lifetimes[i].blocks;
	cr_assert_eq(memcmp(lifetimes[0], lifetimes[1], sizeof(lifetimes[0])), 0);
	cr_assert_eq(a->thread_count, b->thread_count);
	cr_assert_eq(memcmp(a->threads, b->threads, a->thread_count * sizeof(*a->threads)), 0);
}

Test(express, says_what_the_general_path_says)
{
	struct drained quick = drain(true), general = drain(false);
	cr_assert_gt(quick.count, RECORDS);
	cr_assert_eq(quick.count, general.count);
	for (size_t i = 0; i < quick.count; i++)
		check_same_item(i, &quick.items[i], &general.items[i]);
	for (size_t i = 2; i < 8; i++) /* behind the kind of end and its time, up to the peak */
		cr_assert_eq(quick.end[i], general.end[i], "word %zu: %lu, %lu", i, quick.end[i],
			     general.end[i]);
	const struct figures_summary a = summary_decoded(&quick.summary),
				     b = summary_decoded(&general.summary);
	cr_assert_gt(a.node_count, 20);
	cr_assert_eq(a.node_count, b.node_count);
	for (uint32_t i = 0; i < a.node_count; i++) {
		struct model_node here = figures_nodes_find(a.nodes, i),
				  there = figures_nodes_find(b.nodes, i);
		check_same_node(i, &here, &there);
	}
	cr_assert_eq(a.move_count, b.move_count);
	check_same_breakdown(&quick.breakdown, &general.breakdown);
	drained_finish(&quick);
	drained_finish(&general);
}
