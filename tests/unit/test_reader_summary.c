/*
 * test_reader_summary.c - the summary of a trace: good, absent, and at odds with itself or the rest.
 */
#include "data/sample.h"
#include "figures/timeline.h"
#include "replay/model.h"
#include "reader/reader.h"
#include "trace/format.h"

#include "figures/breakdown_tables.h"

#include "sample_file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct buffer with_summary(void)
{
	struct buffer trace = {0};

	sample_trace_with_summary(&trace);
	return trace;
}

/* Where the nth block from the end begins, from 0. */
static size_t block_from_end(const struct buffer *trace, size_t nth)
{
	size_t starts[SAMPLE_FILE_BLOCKS], count = block_starts(trace, starts);

	return starts[count - 2 - nth];
}

#define FROM_END_MOVES 3
#define FROM_END_SUMMARY 4

static void expect_summary(const struct trace_info *info)
{
	const struct figures_summary *summary = info->summary;

	cr_assert_not_null(summary);
	cr_assert_eq(summary->totals.events, SAMPLE_EVENTS);
	cr_assert_eq(summary->totals.allocations, 112);
	cr_assert_eq(summary->totals.frees, 62);
	cr_assert_eq(summary->totals.live_bytes, 50000);
	cr_assert_eq(summary->totals.peak_bytes, 100000);
	cr_assert_eq(summary->totals.peak_blocks, 100);
	cr_assert_eq(summary->totals.peak_time_ns, 9900);
	cr_assert_eq(summary->totals.temporary, 10);
	cr_assert_eq(summary->totals.stray_frees, 2);
	cr_assert_eq(summary->totals.lost_frees, 1);
	cr_assert_eq(figures_nodes_find(summary->nodes, 2).live_blocks, 50);
	cr_assert_eq(figures_nodes_find(summary->nodes, 1).allocations, 0);
	cr_assert_eq(figures_nodes_find(summary->nodes, 2).lifetime_ns, 411600);
	cr_assert_eq(figures_nodes_find(summary->nodes, 4).lifetime_ns, 1000);
	cr_assert_eq(summary->node_count, SAMPLE_NODES);
}

/* And the moves of the summary are those of a replay. */
static void expect_moves(struct trace *trace)
{
	const struct figures_summary *summary = trace_info(trace)->summary;
	struct model *model = model_create(trace_info(trace)->node_count);
	struct diagnostic diagnostic;

	cr_assert_eq(trace_replay(trace, model_events, model, &diagnostic), 0, "%s", diagnostic.message);
	model_finish(model);
	cr_assert(summary->moves_known);
	cr_assert_eq(summary->move_count, 6);
	cr_assert_eq(model_summary(model)->move_count, 6);
	cr_assert_arr_eq(summary->moves, model_summary(model)->moves, 6 * sizeof(struct move));
	model_destroy(model);
}

Test(reader_summary, a_summary_says_what_a_replay_says)
{
	struct buffer bytes = with_summary();
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);

	expect_summary(trace_info(trace));
	expect_figures(trace);
	expect_moves(trace);
	trace_close(trace);
	close(file.fd);
	buffer_finish(&bytes);
}

Test(reader_summary, format_3_stays_readable)
{
	struct trace *trace = open_or_die(TEST_DATA "/format-3.mprof");

	cr_assert_not_null(trace_info(trace)->summary);
	expect_figures(trace);
	expect_moves(trace);
	trace_close(trace);
}

Test(reader_summary, a_trace_without_a_summary_says_so)
{
	struct trace *trace = open_or_die(TEST_DATA "/format-2.mprof");

	cr_assert_null(trace_info(trace)->summary);
	trace_close(trace);
}

Test(reader_summary, a_summary_without_an_end_is_none)
{
	struct buffer bytes = with_summary();
	struct memory_file file = memory_file(bytes.data, block_from_end(&bytes, 0));
	struct trace *trace = open_or_die(file.path);

	cr_assert_null(trace_info(trace)->summary);
	cr_assert_not(trace_info(trace)->ended);
	trace_close(trace);
	close(file.fd);
	buffer_finish(&bytes);
}

Test(reader_summary, a_breakdown_is_read_when_it_is_asked_for)
{
	struct buffer bytes = with_summary();
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	const struct breakdown_tables *tables;
	struct diagnostic diagnostic;

	cr_assert_eq(trace_breakdown(trace, &tables, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(tables->kind_count, 2);
	cr_assert_eq(tables->kinds[1].kind, kind_of_block(4100, 1));
	cr_assert_eq(tables->pair_count, 4);
	cr_assert_eq(tables->pairs[0].freed, 3);
	cr_assert_eq(tables->pairs[0].blocks, 50);
	cr_assert_eq(tables->lifetime_count, 2);
	cr_assert_eq(tables->thread_count, 2);
	trace_close(trace);
	close(file.fd);
	buffer_finish(&bytes);
}

/* The sample without the nth block from the end. */
static struct buffer without_block(size_t nth)
{
	struct buffer whole = with_summary(), bytes = {0};
	size_t from = block_from_end(&whole, nth), to = block_from_end(&whole, nth - 1);

	buffer_append(&bytes, whole.data, from);
	buffer_append(&bytes, whole.data + to, whole.length - to);
	buffer_finish(&whole);
	return bytes;
}

Test(reader_summary, a_summary_may_come_without_moves_but_moves_alone_are_nothing)
{
	struct buffer bytes = without_block(FROM_END_MOVES);
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);

	expect_summary(trace_info(trace));
	cr_assert_not(trace_info(trace)->summary->moves_known);
	trace_close(trace);
	close(file.fd);
	buffer_finish(&bytes);
	bytes = without_block(FROM_END_SUMMARY);
	file = memory_file(bytes.data, bytes.length);
	trace = open_or_die(file.path);
	cr_assert_null(trace_info(trace)->summary);
	expect_figures(trace);
	trace_close(trace);
	close(file.fd);
	buffer_finish(&bytes);
}

/* Behind the summary, in place of the moves: `count` of them. */
static void expect_moves_refused(size_t count, const uint64_t *values)
{
	struct buffer whole = with_summary(), bytes = {0}, payload = {0};
	size_t from = block_from_end(&whole, FROM_END_MOVES), to = block_from_end(&whole, 0);

	for (size_t i = 0; i < count; i++)
		buffer_varint(&payload, values[i]);
	buffer_append(&bytes, whole.data, from);
	sample_block(&bytes, BLOCK_MOVES, &payload);
	buffer_append(&bytes, whole.data + to, whole.length - to);
	expect_bytes_refused(bytes.data, bytes.length, -EBADMSG, "inconsistent");
	buffer_finish(&whole);
	buffer_finish(&bytes);
	buffer_finish(&payload);
}

/* Each word of from and to is doubled: zigzag. */
Test(reader_summary, moves_that_disagree_with_themselves_or_the_end_are_refused)
{
	expect_moves_refused(3, (const uint64_t[]){1, 0, 0});                      /* one is missing */
	expect_moves_refused(8, (const uint64_t[]){1, 0, 1, 0, 10, 1, 0, 0});      /* no such node */
	expect_moves_refused(8, (const uint64_t[]){1, 0, 1, 0, 2, 1, 100001, 0});  /* above the peak */
	expect_moves_refused(8, (const uint64_t[]){1, 0, 1, 0, 2, 1, 0, 100001});  /* above the peak */
	expect_moves_refused(8, (const uint64_t[]){1, 0, 1, 0, 2, 1000000, 0, 0}); /* more than events */
	expect_moves_refused(4, (const uint64_t[]){1, 0, 1, 0});
}

static void flip(struct buffer *bytes, size_t bit)
{
	bytes->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	sample_reseal(bytes->data, bytes->length);
}

/* Any bit of summary and moves, with all checksums right: refused, or figures that agree with END. */
Test(reader_summary, a_summary_that_disagrees_with_itself_or_the_end_is_refused)
{
	struct buffer compressed = with_summary(), bytes = {0};
	unsigned refused = 0, tried = 0;

	sample_stored(&compressed, &bytes);
	size_t from = block_from_end(&bytes, FROM_END_SUMMARY) + sizeof(struct format_block_header);
	size_t to = block_from_end(&bytes, FROM_END_MOVES);
	for (size_t bit = 8 * from; bit < 8 * to; bit++, tried++) {
		struct diagnostic diagnostic = {{0}};
		struct trace *trace;

		flip(&bytes, bit);
		struct memory_file file = memory_file(bytes.data, bytes.length);
		int error = trace_open(file.path, &trace, &diagnostic);
		cr_assert(error == 0 || error == -EBADMSG);
		refused += error != 0;
		cr_assert(error != 0 || trace_info(trace)->summary->totals.peak_bytes == 100000);
		trace_close(trace);
		close(file.fd);
		flip(&bytes, bit);
	}
	cr_assert_gt(refused, tried / 2, "%u of %u", refused, tried);
	buffer_finish(&compressed);
	buffer_finish(&bytes);
}

/* ---- the time line ------------------------------------------------------------------------------ */

static int open_timeline(const struct buffer *bytes, const struct timeline **timeline, struct trace **trace,
			 struct diagnostic *diagnostic)
{
	struct memory_file file = memory_file(bytes->data, bytes->length);

	*trace = open_or_die(file.path);
	int error = trace_timeline(*trace, timeline, diagnostic);
	close(file.fd);
	return error;
}

Test(reader_summary, a_time_line_is_read_when_asked_for)
{
	struct buffer bytes = with_summary();
	const struct timeline *timeline;
	struct diagnostic diagnostic;
	struct trace *trace;

	cr_assert_eq(open_timeline(&bytes, &timeline, &trace, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_not_null(timeline);
	cr_assert_eq(timeline->count, 1);
	cr_assert_eq(timeline->list[0].change.bytes, 50000);
	cr_assert_eq(timeline->list[0].to_peak.bytes, 100000);
	cr_assert_eq(timeline->list[0].entry_count, 2);
	trace_close(trace);
	buffer_finish(&bytes);
}

/* One interval with one path: what it says that node 2 had in the end, and at the peak. */
static struct buffer with_interval(int64_t bytes_left, int64_t bytes_at_peak)
{
	struct buffer whole = with_summary(), out = {0}, payload = {0}, interval = {0}, entries = {0};
	size_t from = block_from_end(&whole, 1), to = block_from_end(&whole, 0);
	const int64_t figures[] = {bytes_left, 50, bytes_at_peak, 100};

	buffer_varint(&entries, 2 << 5 | 2 << 1 | 1);
	for (size_t i = 0; i < 4; i++)
		buffer_signed(&entries, figures[i]);
	buffer_varint(&interval, 1);
	buffer_varint(&interval, 20000);
	buffer_varint(&interval, 9900);
	buffer_varint(&interval, SAMPLE_EVENTS);
	for (size_t i = 0; i < 4; i++)
		buffer_signed(&interval, figures[i]);
	for (size_t i = 0; i < 2; i++)
		buffer_varint(&interval, 0);
	buffer_varint(&interval, 1);
	buffer_text(&interval, entries.data, entries.length);
	buffer_varint(&payload, interval.length);
	buffer_varint(&payload, 0);
	buffer_append(&payload, interval.data, interval.length);
	buffer_append(&out, whole.data, from);
	sample_block(&out, BLOCK_INTERVALS, &payload);
	buffer_append(&out, whole.data + to, whole.length - to);
	buffer_finish(&whole);
	buffer_finish(&payload);
	buffer_finish(&interval);
	buffer_finish(&entries);
	return out;
}

Test(reader_summary, a_time_line_that_contradicts_the_figures_is_refused)
{
	static const int64_t figures[][2] = {
		{50000, 100000}, {49999, 100000}, {50000, 99999}, {-1, 100000}, {50000, 49999}};

	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		struct buffer bytes = with_interval(figures[i][0], figures[i][1]);
		const struct timeline *timeline;
		struct diagnostic diagnostic = {{0}};
		struct trace *trace;
		int error = open_timeline(&bytes, &timeline, &trace, &diagnostic);

		cr_assert_eq(error, i == 0 ? 0 : -EBADMSG, "%zu: %s", i, diagnostic.message);
		cr_assert(i == 0 || strstr(diagnostic.message, "its heap over time contradicts its figures"));
		/* Whoever does not ask for it may have the rest. */
		expect_figures(trace);
		trace_close(trace);
		buffer_finish(&bytes);
	}
}
