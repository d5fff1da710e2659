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
static void record_anything(struct fake_thread *thread, bool quick)
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

/* A loop whose rounds, of up to so many records, are the same: blocks come and go, some live into the next
 * one, and change places. */
#define ROUND_BLOCKS 16u

struct step {
	enum record_type type;
	uint64_t place, size_bytes;
	uint32_t node;
};

/* What lives before a round lives after it: each place is filled and emptied in turn, and as it was at first.
 */
static size_t make_round(unsigned short random[3], bool *lives, struct step *steps)
{
	size_t count = 0, places = 1 + (size_t)nrand48(random) % ROUND_BLOCKS;
	bool first[ROUND_BLOCKS];
	memcpy(first, lives, sizeof(first));
	for (long i = nrand48(random) % 20; i >= 0; i--) {
		size_t place = (size_t)nrand48(random) % places;
		steps[count++] = (struct step){lives[place] ? RECORD_FREE : RECORD_ALLOC, place,
					       lives[place] ? 0 : UINT64_C(16) << nrand48(random) % 8,
					       1 + (uint32_t)nrand48(random) % 24};
		lives[place] ^= true;
	}
	for (size_t place = 0; place < places; place++) {
		if (lives[place] == first[place])
			continue;
		steps[count++] = (struct step){lives[place] ? RECORD_FREE : RECORD_ALLOC, place,
					       lives[place] ? 0 : 24, 25};
		lives[place] = first[place];
	}
	return count;
}

/* Of a free and an allocation behind it that are one realloc. */
static void put_step(struct fake_thread *thread, bool quick, const struct step *step, const struct step *next)
{
	bool moves = next && step->type == RECORD_FREE && next->type == RECORD_ALLOC && step->node % 2 == 0;
	put(thread, quick, moves ? RECORD_REALLOC_FREE : step->type, step->place, step->node,
	    step->size_bytes);
}

static void record_rounds(struct fake_thread *thread, bool quick)
{
	unsigned short random[3] = {4, 5, 6};
	bool lives[ROUND_BLOCKS] = {false};
	struct step steps[20 + ROUND_BLOCKS];
	for (int loop = 0; loop < 400; loop++) {
		size_t count = make_round(random, lives, steps);
		long rounds = 1 + nrand48(random) % (nrand48(random) % 8 ? 30 : 3000);
		for (long i = 0; i < rounds; i++) {
			if (nrand48(random) % 64 == 0) /* some tens of microseconds later */
				thread->fake->last_stamp += (uint64_t)nrand48(random) % 100000;
			for (size_t step = 0; step < count; step++)
				put_step(thread, quick, &steps[step],
					 step + 1 < count ? &steps[step + 1] : NULL);
		}
		/* Something else may live from now on, or no more. */
		size_t place = (size_t)nrand48(random) % ROUND_BLOCKS;
		put(thread, quick, lives[place] ? RECORD_FREE : RECORD_ALLOC, place, 8,
		    lives[place] ? 0 : 40);
		lives[place] ^= true;
	}
}

static struct drained drain(bool quick, void (*put_all)(struct fake_thread *, bool))
{
	struct fake fake;
	struct diagnostic diagnostic;
	fake_create(&fake, fake_dead_pid());
	struct fake_thread thread = fake_thread(&fake, 100);
	put_all(&thread, quick);
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

static int compare_moves(const void *left, const void *right)
{
	const struct move *a = left, *b = right;
	return a->from != b->from ? (a->from > b->from) - (a->from < b->from)
				  : (a->to > b->to) - (a->to < b->to);
}

static struct move *sorted_moves(const struct figures_summary *summary)
{
	struct move *moves = calloc(summary->move_count, sizeof(*moves));
	cr_assert_not_null(moves);
	memcpy(moves, summary->moves, summary->move_count * sizeof(*moves));
	qsort(moves, summary->move_count, sizeof(*moves), compare_moves);
	return moves;
}

static void check_same_moves(const struct figures_summary *a, const struct figures_summary *b)
{
	cr_assert_gt(a->move_count, 20);
	cr_assert_eq(a->move_count, b->move_count);
	struct move *here = sorted_moves(a), *there = sorted_moves(b);
	for (size_t i = 0; i < a->move_count; i++) {
		cr_assert(here[i].from == there[i].from && here[i].to == there[i].to, "move %zu", i);
		cr_assert_eq(here[i].count, there[i].count, "move %zu", i);
		cr_assert_eq(here[i].exit_bytes, there[i].exit_bytes, "move %zu", i);
		cr_assert_eq(here[i].entry_bytes, there[i].entry_bytes, "move %zu", i);
	}
	free(here);
	free(there);
}

static void check_same(void (*put_all)(struct fake_thread *, bool))
{
	struct drained quick = drain(true, put_all), general = drain(false, put_all);
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
	check_same_moves(&a, &b);
	check_same_breakdown(&quick.breakdown, &general.breakdown);
	drained_finish(&quick);
	drained_finish(&general);
}

Test(express, says_what_the_general_path_says)
{
	check_same(record_anything);
}

Test(express, says_of_rounds_what_the_general_path_says)
{
	check_same(record_rounds);
}
