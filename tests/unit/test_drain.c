/* test_drain.c - records by hand through the drainer, compared with what they mean. */
#include "drain/drain.h"
#include "drain/state.h"

#include "drained.h"
#include "fake_producer.h"
#include "trace/clock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fake fake;
static struct drained drained;
static struct diagnostic diagnostic;

static void set_up(void)
{
	fake_create(&fake, fake_dead_pid());
}

static void tear_down(void)
{
	drained_finish(&drained);
	fake_destroy(&fake);
}

TestSuite(drain, .init = set_up, .fini = tear_down);

static void finish(void)
{
	cr_assert_eq(drain_run(fake.session_path, DRAIN_FINISH, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_neq(access(fake.session_path, F_OK), 0, "the session is removed");
	cr_assert_neq(access(fake.live_path, F_OK), 0, "the live map is removed");
	drained = drained_read(fake.trace_path);
}

static const struct events_item *item_at(size_t index, uint8_t type, uint16_t flags, uint32_t node,
					 uint32_t tid)
{
	cr_assert_lt(index, drained.count);
	const struct events_item *item = &drained.items[index];
	cr_assert_eq(item->type, type, "event %zu is of type %u", index, item->type);
	cr_assert_eq(item->flags, flags, "event %zu has flags %u", index, item->flags);
	cr_assert_eq(item->node, node, "event %zu has node %u", index, item->node);
	cr_assert_eq(drained.tids[item->thread], tid, "event %zu is of %u", index,
		     drained.tids[item->thread]);
	return item;
}

static void check_alloc(size_t index, uint16_t flags, uint64_t size_bytes, uint32_t node, uint32_t tid)
{
	const struct events_item *item = item_at(index, OPERATION_ALLOC, flags, node, tid);
	cr_assert_eq(item->size_bytes, size_bytes, "event %zu is of %lu bytes", index, item->size_bytes);
}

static void check_end(size_t index, uint8_t type, uint16_t flags, uint64_t size_bytes, uint32_t origin,
		      uint32_t node, uint32_t tid)
{
	const struct events_item *item = item_at(index, type, flags, node, tid);
	cr_assert_eq(item->size_bytes, size_bytes, "event %zu is of %lu bytes", index, item->size_bytes);
	cr_assert_eq(item->origin, origin, "the block of event %zu is of node %u", index, item->origin);
}

static void check_stray(size_t index, uint16_t flags, uint64_t address, uint32_t node, uint32_t tid)
{
	const struct events_item *item = item_at(index, OPERATION_STRAY_FREE, flags, node, tid);
	cr_assert_eq(item->address, address, "event %zu is about %lx", index, item->address);
}

/* ---- one meaning each ---------------------------------------------------- */

Test(drain, an_empty_session_becomes_a_whole_trace)
{
	finish();
	cr_assert_eq(drained.count, 0);
	cr_assert_eq(drained.batches, 1);
	cr_assert_eq(drained.end[0], END_KILLED);
	cr_assert_not_null(drained.meta);
}

/* The recorder's memory is summed up of what it ever used; the process may never have held as much at once.
 */
Test(drain, what_the_recording_took_is_part_of_what_the_process_held)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_ALLOC, 0x1000, 24, 5);
	atomic_store(&fake.header->peak_rss_bytes, 100000);
	finish();
	cr_assert_eq(drained.end[8], 100000);
	cr_assert_gt(drained.end[11], 0);
	cr_assert_leq(drained.end[11], drained.end[8]);
}

Test(drain, allocations_and_frees_of_several_threads)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&a, RECORD_ALLOC, 0x1000, 24, 5);
	fake_record(&b, RECORD_ALLOC, 0x2000, 40, 6);
	fake_record(&b, RECORD_FREE, 0x1000, 0, 7);
	fake_record(&a, RECORD_ALLOC, 0x1000, 56, 8);
	fake_record(&a, RECORD_FREE, 0x2000, 0, 9);
	atomic_store(&fake.header->end_state, SESSION_EXITED);
	finish();
	cr_assert_eq(drained.count, 5);
	check_alloc(0, 0, 24, 5, 100);
	check_alloc(1, 0, 40, 6, 101);
	check_end(2, OPERATION_FREE, 0, 24, 5, 7, 101);
	check_alloc(3, 0, 56, 8, 100);
	check_end(4, OPERATION_FREE, 0, 40, 6, 9, 100);
	const uint64_t expected[] = {END_EXITED, drained.end[1], 5, 3, 2, 120, 64, 96};
	cr_assert_arr_eq(drained.end, expected, sizeof(expected));
	cr_assert_geq(drained.node_count, 10);
}

Test(drain, prefixes_carry_what_does_not_fit)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_ALLOC, 0x1000, RECORD_SIZE_MAX, 1);
	fake_record(&a, RECORD_ALLOC, 0x2000, RECORD_SIZE_MAX + 1, 2);
	fake_record(&a, RECORD_ALLOC, 0x3003, UINT64_C(5) << 40, 3);
	fake_record(&a, RECORD_ALLOC, UINT64_C(1) << 55, 8, 4);
	fake_record(&a, RECORD_FREE, 0x3003, 0, 5);
	fake_record(&a, RECORD_FREE, UINT64_C(1) << 55, 0, 6);
	finish();
	cr_assert_eq(drained.count, 6);
	check_alloc(0, 0, RECORD_SIZE_MAX, 1, 100);
	check_alloc(1, 0, RECORD_SIZE_MAX + 1, 2, 100);
	check_alloc(2, 0, UINT64_C(5) << 40, 3, 100);
	check_alloc(3, 0, 8, 4, 100);
	check_end(4, OPERATION_FREE, 0, UINT64_C(5) << 40, 3, 5, 100);
	check_end(5, OPERATION_FREE, OPERATION_TEMPORARY, 8, 4, 6, 100);
}

Test(drain, a_prefix_without_its_record_is_not_an_event)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, 1);
	fake_commit(&a, record_ext_w0(EXT_SIZE, 0), 1 << 20);
	finish();
	cr_assert_eq(drained.count, 1);
}

Test(drain, stamps_wrap_and_jump_without_losing_order)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, 1);
	for (uint64_t i = 0; i < 40; i++) {
		/* Some steps are below the span that needs an epoch, some far above. */
		fake.last_stamp += (UINT64_C(1) << 33) + (i % 4 == 3 ? UINT64_C(3) << 37 : 0);
		fake_record(i % 3 ? &a : &b, RECORD_FREE, 0x1000, 0, 2);
		fake_record(i % 2 ? &a : &b, RECORD_ALLOC, 0x1000, i, 3);
	}
	finish();
	cr_assert_eq(drained.count, 81);
	for (uint64_t i = 0; i < 40; i++) {
		bool by_a = i == 0 || (i - 1) % 2, temporary = by_a == (i % 3 != 0);
		check_end(1 + 2 * i, OPERATION_FREE, temporary ? OPERATION_TEMPORARY : 0, i ? i - 1 : 8,
			  i ? 3 : 1, 2, i % 3 ? 100 : 101);
		check_alloc(2 + 2 * i, 0, i, 3, i % 2 ? 100 : 101);
		cr_assert_geq(drained.items[1 + 2 * i].time_ns, drained.items[2 * i].time_ns);
	}
}

Test(drain, tracked_blocks_have_a_space_of_their_own)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_ALLOC, 0x1000, 64, 1);
	fake_record(&a, RECORD_TRACK_ALLOC, 0x1000, 16, 2);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 3);
	fake_record(&a, RECORD_TRACK_FREE, 0x1000, 0, 4);
	fake_record(&a, RECORD_TRACK_FREE, 0x1000, 0, 5);
	finish();
	cr_assert_eq(drained.count, 5);
	check_alloc(1, OPERATION_TRACKED, 16, 2, 100);
	check_end(2, OPERATION_FREE, 0, 64, 1, 3, 100);
	check_end(3, OPERATION_FREE, OPERATION_TRACKED | OPERATION_TEMPORARY, 16, 2, 4, 100);
	check_stray(4, OPERATION_TRACKED, 0x1000, 5, 100);
	cr_assert_eq(drained.end[7], 64 + 16, "the peak");
}

Test(drain, hidden_blocks_leave_no_trace)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_HIDDEN_ALLOC, 0x1000, 64, 0);
	fake_record(&a, RECORD_ALLOC, 0x2000, 8, 1);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 2);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 3);
	finish();
	cr_assert_eq(drained.count, 2);
	check_stray(1, 0, 0x1000, 3, 100);
}

Test(drain, a_realloc_is_a_free_and_an_allocation_or_nothing)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, 1);
	fake_record(&a, RECORD_REALLOC_FREE, 0x1000, 0, 2);
	/* The old address may be handed out before the realloc returns. */
	fake_record(&b, RECORD_ALLOC, 0x1000, 8, 3);
	fake_record(&a, RECORD_ALLOC, 0x2000, 16, 4);
	fake_record(&a, RECORD_REALLOC_FREE, 0x2000, 0, 5);
	fake_ext(&a, EXT_REALLOC_FAILED, 0, 0);
	fake_record(&a, RECORD_FREE, 0x2000, 0, 6);
	fake_record(&a, RECORD_REALLOC_FREE, 0x9000, 0, 7);
	fake_record(&a, RECORD_ALLOC, 0x9000, 32, 7);
	finish();
	cr_assert_eq(drained.count, 7);
	check_alloc(1, 0, 8, 3, 101);
	check_end(2, OPERATION_FREE, OPERATION_REALLOC | OPERATION_TEMPORARY, 8, 1, 2, 100);
	check_alloc(3, OPERATION_REALLOC, 16, 4, 100);
	check_end(4, OPERATION_FREE, OPERATION_TEMPORARY, 16, 4, 6, 100);
	check_stray(5, OPERATION_REALLOC, 0x9000, 7, 100);
	check_alloc(6, OPERATION_REALLOC, 32, 7, 100);
}

Test(drain, signal_handlers_inside_the_shim_come_in_their_place)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, 1);
	fake_side(&a, record_w0(RECORD_ALLOC, 0, 0), 0x2000, UINT64_C(1) << 33);
	fake_record(&a, RECORD_REALLOC_FREE, 0x1000, 0, 2);
	fake_side(&a, record_w0(RECORD_REALLOC_FREE, 0, 0), 0x2000, 0);
	fake_side(&a, record_ext_w0(EXT_REALLOC_FAILED, 0), 0x2000, 0);
	fake_side(&a, record_w0(RECORD_FREE, 0, 0), 0x2000, 0);
	fake_record(&a, RECORD_ALLOC, 0x3000, 9, 3);
	finish();
	cr_assert_eq(drained.count, 5);
	check_alloc(1, 0, UINT64_C(1) << 33, 0, 100);
	check_end(2, OPERATION_FREE, OPERATION_TEMPORARY, UINT64_C(1) << 33, 0, 0, 100);
	check_end(3, OPERATION_FREE, OPERATION_REALLOC, 8, 1, 2, 100);
	check_alloc(4, OPERATION_REALLOC, 9, 3, 100);
}

/* The handler's event is too young when it is seen, and the thread's own are committed before it is old
 * enough. */
Test(drain, signal_handlers_inside_the_shim_do_not_overtake_their_thread)
{
	struct fake_thread a = fake_thread(&fake, 100);
	uint64_t begin = fake.last_stamp;
	struct mapping mapping;
	struct drain drain;

	fake.last_stamp = begin + 10;
	fake_side(&a, record_w0(RECORD_ALLOC, 0, 0), 0x2000, 20);
	cr_assert_eq(mapping_open(&mapping, fake.session_path, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(mapping_lock(&mapping), 0);
	cr_assert_eq(drain_open(&drain, &mapping, DRAIN_FINISH, &diagnostic), 0, "%s", diagnostic.message);
	merge_refresh(&drain);
	cr_assert_eq(merge_take(&drain, begin, true), 0);
	fake.last_stamp = begin;
	fake_record(&a, RECORD_ALLOC, 0x1000, 10, 1);
	cr_assert_eq(merge_take(&drain, UINT64_MAX, false), 0);
	cr_assert_eq(commit_end(&drain, END_EXITED, 0), 0);
	drain_close(&drain);
	drained = drained_read(fake.trace_path);
	cr_assert_eq(drained.count, 2);
	check_alloc(0, 0, 10, 1, 100);
	check_alloc(1, 0, 20, 0, 100);
}

Test(drain, only_its_own_threads_next_allocation_ends_a_blocks_time_as_temporary)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&a, RECORD_ALLOC, 0x1000, 1, 1);
	fake_record(&b, RECORD_ALLOC, 0x2000, 2, 2);
	fake_record(&a, RECORD_HIDDEN_ALLOC, 0x9000, 64, 0); /* not in the trace */
	fake_record(&a, RECORD_FREE, 0x7000, 0, 3);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 3); /* temporary */
	fake_record(&a, RECORD_ALLOC, 0x1000, 3, 1);
	fake_record(&a, RECORD_ALLOC, 0x3000, 4, 1);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 3); /* another allocation between */
	fake_record(&a, RECORD_FREE, 0x2000, 0, 3); /* another thread's */
	fake_record(&a, RECORD_FREE, 0x3000, 0, 3); /* temporary: only frees between */
	fake.last_stamp += 2000000;                 /* what is stray has waited in vain by then */
	fake_record(&a, RECORD_ALLOC, 0x4000, 5, 4);
	finish();
	uint64_t flags[6] = {0}, temporary = 0;
	for (size_t i = 0; i < drained.count; i++) {
		const struct events_item *item = &drained.items[i];
		temporary += (item->flags & OPERATION_TEMPORARY) != 0;
		if (item->type == OPERATION_FREE)
			flags[item->size_bytes] = item->flags;
	}
	cr_assert_eq(temporary, 2);
	cr_assert_eq(flags[1], OPERATION_TEMPORARY);
	cr_assert_eq(flags[2], 0);
	cr_assert_eq(flags[3], 0);
	cr_assert_eq(flags[4], OPERATION_TEMPORARY);
	cr_assert_eq(figures_nodes_find(&drained.summary.nodes, 1).temporary, 2);
}

/* In coarse steps: each lifetime may be off by one of them. */
Test(drain, the_summary_knows_how_long_blocks_lived)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, 1);
	fake_record(&a, RECORD_ALLOC, 0x2000, 8, 1);
	fake_record(&a, RECORD_ALLOC, 0x3000, 8, 2); /* leaked */
	fake.last_stamp += 10000000;
	fake_record(&b, RECORD_FREE, 0x1000, 0, 3);
	fake.last_stamp += 30000000;
	fake_record(&a, RECORD_FREE, 0x2000, 0, 3);
	finish();
	const struct figures_nodes *nodes = &drained.summary.nodes;
	uint64_t lived_ns = figures_nodes_find(nodes, 1).lifetime_ns;
	double expected = 2. * (double)(drained.items[3].time_ns - drained.items[0].time_ns) +
			  (double)(drained.items[4].time_ns - drained.items[3].time_ns);
	cr_assert_gt(expected, 2e7);
	cr_assert_float_eq((double)lived_ns, expected, 4e5, "%lu, not %f", lived_ns, expected);
	cr_assert_eq(figures_nodes_find(nodes, 2).lifetime_ns, 0);
	cr_assert_eq(figures_nodes_find(nodes, 3).lifetime_ns, 0, "where blocks began, not where they ended");
}

/* ---- clocks that disagree ------------------------------------------------ */

Test(drain, an_allocation_that_overtook_the_free_of_its_address_waits_for_it)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, 1);
	fake_record(&b, RECORD_ALLOC, 0x1000, 16, 2);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 3);
	fake_record(&b, RECORD_FREE, 0x1000, 0, 4);
	finish();
	cr_assert_eq(drained.count, 4);
	check_end(2, OPERATION_FREE, OPERATION_TEMPORARY, 8, 1, 3, 100);
	check_end(3, OPERATION_FREE, OPERATION_TEMPORARY, 16, 2, 4, 101);
}

Test(drain, a_free_that_overtook_its_allocation_waits_for_it)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&a, RECORD_ALLOC, 0x5000, 8, 1);
	fake_record(&b, RECORD_FREE, 0x1000, 0, 2);
	fake_record(&a, RECORD_ALLOC, 0x1000, 16, 3);
	finish();
	cr_assert_eq(drained.count, 3);
	check_alloc(1, 0, 16, 3, 100);
	check_end(2, OPERATION_FREE, 0, 16, 3, 2, 101);
}

Test(drain, what_waits_in_vain_is_stray_or_lost)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, 1);
	fake_record(&b, RECORD_ALLOC, 0x1000, 16, 2);
	fake_record(&b, RECORD_FREE, 0x7000, 0, 3);
	fake.last_stamp += 2000000;
	fake_record(&a, RECORD_ALLOC, 0x7000, 8, 4);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 5);
	finish();
	cr_assert_eq(drained.count, 6);
	check_end(2, OPERATION_LOST, 0, 8, 1, 2, 101);
	check_stray(3, 0, 0x7000, 3, 101);
	check_alloc(4, 0, 8, 4, 100);
	check_end(5, OPERATION_FREE, 0, 16, 2, 5, 100);
}

Test(drain, one_thread_is_always_in_order)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	fake_record(&b, RECORD_ALLOC, 0x8000, 8, 1);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 2);
	fake_record(&a, RECORD_ALLOC, 0x1000, 16, 3);
	fake_record(&a, RECORD_ALLOC, 0x8000, 24, 4);
	fake_record(&a, RECORD_FREE, 0x8000, 0, 5);
	finish();
	cr_assert_eq(drained.count, 6);
	check_stray(1, 0, 0x1000, 2, 100);
	check_alloc(2, 0, 16, 3, 100);
	check_alloc(3, 0, 24, 4, 100);
	check_end(4, OPERATION_FREE, OPERATION_TEMPORARY, 24, 4, 5, 100);
	check_end(5, OPERATION_LOST, 0, 8, 1, 4, 100);
}

/* ---- notes --------------------------------------------------------------- */

static void check_note(struct varint_cursor *at, const uint64_t *expected, size_t values)
{
	cr_assert_eq(varint_next(at), expected[0], "events before it");
	cr_assert_eq(varint_next(at), 0, "thread");
	cr_assert_eq(varint_next(at), expected[1], "node");
	cr_assert_eq(varint_next(at), expected[2], "kind");
	varint_next(at);
	cr_assert_eq(varint_next(at), values);
	for (size_t i = 0; i < values; i++)
		cr_assert_eq(varint_next(at), expected[3 + i]);
}

Test(drain, notes_stand_between_the_events)
{
	struct fake_thread a = fake_thread(&fake, 100);
	uint32_t label = fake_text(&fake, "phase", 5);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, 1);
	fake_ext(&a, EXT_BEGIN, label, 2);
	fake_record(&a, RECORD_ALLOC, 0x2000, 8, 1);
	fake_value(&a, 77);
	fake_value(&a, UINT64_MAX);
	fake_ext(&a, EXT_END, label, 3);
	fake_ext(&a, EXT_PAUSE, 0, 0);
	finish();
	cr_assert_eq(drained.note_count, 3);
	cr_assert_eq(drained.label_count, 1);
	struct varint_cursor at = varint_cursor(drained.notes.data, drained.notes.length);
	check_note(&at, (uint64_t[]){1, 2, NOTE_BEGIN, label}, 1);
	check_note(&at, (uint64_t[]){2, 3, NOTE_END, label, 77, UINT64_MAX}, 3);
	check_note(&at, (uint64_t[]){2, 0, NOTE_PAUSE}, 0);
	cr_assert_eq(varint_left(&at), 0);
}

Test(drain, collections_and_caches_are_notes_with_values)
{
	struct fake_thread a = fake_thread(&fake, 100);
	uint32_t label = fake_text(&fake, "cache", 5);
	fake_ext(&a, EXT_GC_BEGIN, 2, 5);
	for (uint64_t value = 1; value <= 5; value++)
		fake_value(&a, value << 40);
	fake_ext(&a, EXT_GC_END, 2, 6);
	for (uint64_t value = 1; value <= 4; value++)
		fake_value(&a, value);
	fake_ext(&a, EXT_CACHE, label, 7);
	finish();
	cr_assert_eq(drained.note_count, 3);
	cr_assert_eq(drained.label_count, 1);
	struct varint_cursor at = varint_cursor(drained.notes.data, drained.notes.length);
	check_note(&at, (uint64_t[]){0, 5, NOTE_GC_BEGIN, 2}, 1);
	check_note(&at,
		   (uint64_t[]){0, 6, NOTE_GC_END, 2, UINT64_C(1) << 40, UINT64_C(2) << 40, UINT64_C(3) << 40,
				UINT64_C(4) << 40, UINT64_C(5) << 40},
		   6);
	check_note(&at, (uint64_t[]){0, 7, NOTE_CACHE, label, 1, 2, 3, 4}, 5);
}

/* Its frees from the first begin to the last end; not those of others, nor what it resizes. */
Test(drain, what_a_collecting_thread_frees_is_the_collectors)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101);
	for (uint64_t i = 1; i <= 6; i++)
		fake_record(&a, RECORD_ALLOC, i << 12, 10 * i, 5);
	fake_record(&a, RECORD_TRACK_ALLOC, 0x7000, 70, 6);
	fake_record(&a, RECORD_ALLOC, 0x9000, 90, 7);
	fake_ext(&a, EXT_GC_BEGIN, 0, 1);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 8);
	fake_ext(&a, EXT_GC_BEGIN, 1, 1);
	fake_record(&a, RECORD_TRACK_FREE, 0x7000, 0, 8);
	fake_ext(&a, EXT_GC_END, 1, 1);
	fake_record(&b, RECORD_FREE, 0x2000, 0, 8);
	fake_record(&a, RECORD_REALLOC_FREE, 0x3000, 0, 8);
	fake_record(&a, RECORD_ALLOC, 0x3000, 31, 8);
	fake_record(&a, RECORD_FREE, 0x4000, 0, 8);
	fake_ext(&a, EXT_GC_END, 0, 1);
	fake_record(&a, RECORD_FREE, 0x5000, 0, 8);
	fake_ext(&a, EXT_GC_END, 0, 1);
	fake_record(&a, RECORD_FREE, 0x6000, 0, 8);
	finish();
	cr_assert_eq(drained.count, 16);
	check_end(8, OPERATION_FREE, OPERATION_COLLECTED, 10, 5, 8, 100);
	check_end(9, OPERATION_FREE, OPERATION_COLLECTED | OPERATION_TRACKED, 70, 6, 8, 100);
	check_end(10, OPERATION_FREE, 0, 20, 5, 8, 101);
	check_end(11, OPERATION_FREE, OPERATION_REALLOC, 30, 5, 8, 100);
	check_end(13, OPERATION_FREE, OPERATION_COLLECTED, 40, 5, 8, 100);
	check_end(14, OPERATION_FREE, 0, 50, 5, 8, 100);
	check_end(15, OPERATION_FREE, 0, 60, 5, 8, 100);
	const struct figures_nodes *nodes = &drained.summary.nodes;
	struct model_node node = figures_nodes_find(nodes, 5);
	cr_assert_eq(node.own_frees, 6);
	cr_assert_eq(node.collected_blocks, 2);
	cr_assert_eq(node.collected_bytes, 50);
	cr_assert_eq(figures_nodes_find(nodes, 6).collected_bytes, 70);
	cr_assert_eq(figures_nodes_find(nodes, 8).collected_blocks, 0, "of blocks that began there");
}

Test(drain, a_fork_keeps_the_live_set_of_that_moment)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_ALLOC, 0x3000, 30, 1);
	fake_record(&a, RECORD_ALLOC, 0x1000, 10, 2);
	fake_record(&a, RECORD_ALLOC, 0x2000, 20, 3);
	fake_record(&a, RECORD_TRACK_ALLOC, 0x4000, 8, 1);
	fake_record(&a, RECORD_HIDDEN_ALLOC, 0x5000, 8, 1);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 1);
	fake_ext(&a, EXT_FORK, 1, 0);
	fake_record(&a, RECORD_FREE, 0x2000, 0, 1);
	finish();
	cr_assert_eq(drained.snapshot_count, 2);
	cr_assert_eq(drained.snapshot_addresses[0], 0x2000);
	cr_assert_eq(drained.snapshot_sizes[0], 20);
	cr_assert_eq(drained.snapshot_nodes[0], 3);
	cr_assert_eq(drained.snapshot_addresses[1], 0x3000);
	cr_assert_eq(drained.snapshot_sizes[1], 30);
	cr_assert_eq(drained.snapshot_nodes[1], 1);
	cr_assert_eq(drained.note_count, 1);
}

Test(drain, a_sync_is_answered_with_the_live_bytes)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_ALLOC, 0x1000, 100, 1);
	fake_record(&a, RECORD_ALLOC, 0x2000, 200, 1);
	fake_record(&a, RECORD_FREE, 0x1000, 0, 1);
	fake_ext(&a, EXT_SYNC, 42, 0);
	finish();
	cr_assert_eq(atomic_load(&fake.header->synced), 42);
	cr_assert_eq(atomic_load(&fake.header->live_bytes), 200);
}

Test(drain, meta_says_who_it_was)
{
	finish();
	json_t *meta = json_loads(drained.meta, 0, NULL);
	cr_assert_not_null(meta);
	json_t *command = json_object_get(meta, "command"),
	       *environment = json_object_get(meta, "environment");
	cr_assert_eq(json_array_size(command), 3);
	cr_assert_str_eq(json_string_value(json_array_get(command, 1)), "--option");
	cr_assert_str_eq(json_string_value(json_array_get(command, 2)), "b\xef\xbf\xbdyte");
	cr_assert_eq(json_object_size(environment), 2);
	cr_assert_str_eq(json_string_value(json_object_get(environment, "MPROF_OUT")), "y");
	cr_assert_str_eq(json_string_value(json_object_get(meta, "exe")), "/bin/prog");
	cr_assert_eq(json_integer_value(json_object_get(meta, "pid")), fake.header->pid);
	json_decref(meta);
}

/* ---- progress ------------------------------------------------------------ */

#define LEFT_RECORDS UINT64_C(600000)

struct told {
	uint64_t calls, done, total;
};

static void tell(void *context, uint64_t done, uint64_t total)
{
	struct told *told = context;

	cr_expect_gt(done, told->done);
	cr_expect_leq(done, total);
	*told = (struct told){told->calls + 1, done, total};
}

Test(drain, tells_how_much_of_what_was_left_is_taken)
{
	struct fake_thread thread = fake_thread(&fake, 1);
	struct told told = {0};
	const struct drain_progress progress = {tell, &told};

	for (uint64_t i = 0; i < LEFT_RECORDS / 2; i++) {
		fake_record(&thread, RECORD_ALLOC, 0x1000, 16, 0);
		fake_record(&thread, RECORD_FREE, 0x1000, 0, 0);
	}
	cr_assert_eq(drain_finish(fake.session_path, &progress, &diagnostic), 0, "%s", diagnostic.message);
	cr_expect_geq(told.calls, 2);
	cr_expect_eq(told.total, LEFT_RECORDS + 1, "the first has a prefix: %lu", told.total);
	cr_expect_geq(told.done, LEFT_RECORDS / 2);
}

/* ---- damage -------------------------------------------------------------- */

static int try_to_finish(void)
{
	diagnostic.message[0] = '\0';
	return drain_run(fake.session_path, DRAIN_FINISH, &diagnostic);
}

Test(drain, a_session_that_is_gone_has_been_finished)
{
	cr_assert_eq(drain_run("/tmp/no/such/session", DRAIN_FINISH, &diagnostic), 0);
	cr_assert_eq(drain_wait("/tmp/no/such/session", 10, NULL, &diagnostic), 0);
}

Test(drain, damaged_headers_are_refused)
{
	struct session_header *h = fake.header;
	h->version++;
	cr_assert_eq(try_to_finish(), -ENOTSUP);
	cr_assert_gt(strlen(diagnostic.message), 0);
	h->version--;
	h->chunks_max = UINT32_MAX;
	cr_assert_eq(try_to_finish(), -EINVAL);
	h->chunks_max = 64;
	h->nodes_offset = UINT64_MAX - 63;
	cr_assert_eq(try_to_finish(), -EINVAL);
	h->nodes_offset = h->text_offset;
	h->magic = 0;
	cr_assert_eq(try_to_finish(), -EINVAL);
	cr_assert_eq(truncate(fake.session_path, 100), 0);
	cr_assert_eq(try_to_finish(), -EINVAL);
}

Test(drain, wild_indices_in_the_session_do_no_harm)
{
	struct fake_thread a = fake_thread(&fake, 100), b = fake_thread(&fake, 101),
			   c = fake_thread(&fake, 102);
	struct fake_thread d = fake_thread(&fake, 103);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, (1u << RECORD_NODE_BITS) - 1);
	fake_record(&a, RECORD_NONE, 0x1000, 8, 1);
	fake_ext(&a, (enum ext_type)200, 1, 1);
	fake_ext(&a, EXT_MARK, (UINT64_C(1) << EXT_PAYLOAD_BITS) - 1, 1);
	fake_record(&b, RECORD_ALLOC, 0x2000, 8, 1);
	atomic_store(&b.chunk->next, UINT32_MAX);
	fake_record(&c, RECORD_ALLOC, 0x3000, 8, 1);
	atomic_store(&c.chunk->next, atomic_load(&c.slot->first_chunk));
	atomic_store(&d.chunk->committed, UINT32_MAX);
	atomic_store(&d.slot->first_chunk, UINT32_MAX);
	finish();
	cr_assert_eq(drained.count, 3);
	check_alloc(0, 0, 8, 0, 100);
}

Test(drain, a_trace_of_something_else_is_left_alone)
{
	cr_assert_eq(truncate(fake.trace_path, 0), 0);
	cr_assert_eq(try_to_finish(), -EINVAL);
	FILE *file = fopen(fake.trace_path, "w");
	fputs("this is a text file of more than thirty-two bytes\n", file);
	fclose(file);
	cr_assert_eq(try_to_finish(), -EINVAL);
	struct stat status;
	cr_assert_eq(stat(fake.trace_path, &status), 0);
	cr_assert_eq(status.st_size, 50);
}

Test(drain, a_node_that_was_never_finished_hangs_on_the_root)
{
	struct fake_thread a = fake_thread(&fake, 100);
	fake_record(&a, RECORD_ALLOC, 0x1000, 8, FAKE_NODES + 3);
	finish();
	cr_assert_eq(drained.count, 1);
	check_alloc(0, 0, 8, FAKE_NODES + 3, 100);
}
