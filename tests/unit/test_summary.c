/* test_summary.c - figures that were counted while draining, against a replay of the same trace; and the
 * codec between them, with whatever bytes. */
#include "drain/drain.h"
#include "figures/summary.h"
#include "figures/timeline.h"
#include "replay/model.h"
#include "replay/replayed.h"
#include "reader/reader.h"

#include "fake_producer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 4u
#define ADDRESSES 300u
#define RECORDS 20000u

static struct fake fake;
static struct trace *trace;
static struct model *model;
static struct diagnostic diagnostic;
static uint64_t random_state;
static bool sampled;

static uint64_t random_below(uint64_t limit)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 33) % limit;
}

static void set_up(void)
{
	fake_create(&fake, fake_dead_pid());
}

static void tear_down(void)
{
	trace_close(trace);
	model_destroy(model);
	fake_destroy(&fake);
}

TestSuite(summary, .init = set_up, .fini = tear_down);

/* Frees of what lives and of what does not, addresses handed out twice, reallocs that fail and do not:
 * all that makes a stray, lost, parked or temporary block. */
static void record_one(struct fake_thread *thread)
{
	uint64_t address = 0x1000 + 16 * random_below(ADDRESSES), size_bytes = random_below(5000);
	uint32_t node = (uint32_t)random_below(FAKE_NODES);

	switch (random_below(9)) {
	case 0:
	case 1:
	case 2:
		fake_record(thread, RECORD_ALLOC, address, size_bytes, node);
		break;
	case 3:
		fake_record(thread, RECORD_ALLOC, address, size_bytes, node);
		fake_record(thread, RECORD_FREE, address, sampled && random_below(2) ? RECORD_TEMPORARY : 0,
			    (node + 1) % FAKE_NODES);
		break;
	case 4:
		fake_record(thread, RECORD_REALLOC_FREE, address, 0, node);
		if (random_below(3) == 0)
			fake_ext(thread, EXT_REALLOC_FAILED, 0, 0);
		else if (sampled && random_below(2))
			fake_ext(thread, EXT_REALLOC_UNSAMPLED, 0, 0);
		else
			fake_record(thread, RECORD_ALLOC, address + 16, size_bytes, node);
		break;
	case 5:
		fake_record(thread, random_below(9) ? RECORD_TRACK_ALLOC : RECORD_HIDDEN_ALLOC, address,
			    size_bytes, node);
		break;
	case 6:
		fake_ext(thread, random_below(2) ? EXT_GC_BEGIN : EXT_GC_END, 0, node);
		break;
	default:
		fake_record(thread, random_below(9) ? RECORD_FREE : RECORD_TRACK_FREE, address, 0, node);
	}
	if (random_below(50) == 0)
		fake.last_stamp += 200000; /* what waits is given up */
}

static void record(uint64_t seed, uint32_t thread_count)
{
	struct fake_thread threads[THREADS];

	random_state = seed;
	for (uint32_t i = 0; i < thread_count; i++)
		threads[i] = fake_thread(&fake, 100 + i);
	for (uint32_t i = 0; i < RECORDS; i++)
		record_one(&threads[random_below(thread_count)]);
}

static void drain_and_open(void)
{
	cr_assert_eq(drain_run(fake.session_path, DRAIN_FINISH, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(trace_open(fake.trace_path, &trace, &diagnostic), 0, "%s", diagnostic.message);
}

static void replay(void)
{
	const struct trace_info *info = trace_info(trace);

	model = model_create(info->node_count);
	model_sampled(model, info->sample_bytes);
	cr_assert_eq(trace_replay(trace, model_events, model, &diagnostic), 0, "%s", diagnostic.message);
	model_finish(model);
}

static void expect_equal_moves(const struct figures_summary *summary)
{
	const struct figures_summary *replayed = model_summary(model);

	cr_assert(summary->moves_known && replayed->moves_known);
	cr_assert_eq(summary->move_count, replayed->move_count);
	cr_assert_arr_eq(summary->moves, replayed->moves, summary->move_count * sizeof(*summary->moves));
}

/* All but times: the drainer's are exact, a replay's interpolated, and lifetimes are the drainer's alone. */
static void expect_equal(const struct figures_summary *summary)
{
	struct model_totals totals = *model_totals(model);
	uint64_t apart = summary->totals.peak_time_ns > totals.peak_time_ns
				 ? summary->totals.peak_time_ns - totals.peak_time_ns
				 : totals.peak_time_ns - summary->totals.peak_time_ns;

	cr_assert_leq(apart, 2000000, "peak times are %lu ns apart", apart);
	totals.peak_time_ns = summary->totals.peak_time_ns;
	cr_assert_arr_eq(&summary->totals, &totals, sizeof(totals), "totals differ");
	for (uint32_t i = 0; i < summary->node_count; i++) {
		struct model_node got = figures_nodes_find(summary->nodes, i),
				  expected = model_node(model, i);
		cr_assert_eq(expected.lifetime_ns, 0);
		expected.lifetime_ns = got.lifetime_ns;
		cr_assert_arr_eq(&got, &expected, sizeof(expected), "node %u differs", i);
	}
	expect_equal_moves(summary);
}

/* ---- the time line ---------------------------------------------------------------------------------- */

struct path {
	uint64_t bytes, blocks, allocations, allocated_bytes;
};

/* What each call path had at the beginning of an interval, at its peak, and has now. */
static struct path at_begin[FAKE_NODES + 1], at_peak[FAKE_NODES + 1], now[FAKE_NODES + 1];
static uint64_t heap, heap_at_peak, heap_at_begin;

static void begin_interval(void)
{
	memcpy(at_begin, now, sizeof(now));
	memcpy(at_peak, now, sizeof(now));
	heap_at_begin = heap_at_peak = heap;
}

static void expect_interval(const struct interval *interval)
{
	struct timeline_walk walk = interval_walk(interval);
	struct timeline_entry entry, none = {0}, of_path[FAKE_NODES + 1];

	for (uint32_t i = 0; i <= FAKE_NODES; i++)
		of_path[i] = none;
	while (timeline_walk_next(&walk, &entry))
		of_path[entry.id] = entry;
	cr_assert_eq((uint64_t)interval->change.bytes, heap - heap_at_begin);
	cr_assert_eq((uint64_t)interval->to_peak.bytes, heap_at_peak - heap_at_begin);
	for (uint32_t i = 0; i <= FAKE_NODES; i++) {
		cr_assert_eq((uint64_t)of_path[i].change.bytes, now[i].bytes - at_begin[i].bytes);
		cr_assert_eq((uint64_t)of_path[i].change.blocks, now[i].blocks - at_begin[i].blocks);
		cr_assert_eq((uint64_t)of_path[i].to_peak.bytes, at_peak[i].bytes - at_begin[i].bytes);
		cr_assert_eq((uint64_t)of_path[i].to_peak.blocks, at_peak[i].blocks - at_begin[i].blocks);
		cr_assert_eq(of_path[i].allocations, now[i].allocations - at_begin[i].allocations);
		cr_assert_eq(of_path[i].allocated_bytes,
			     now[i].allocated_bytes - at_begin[i].allocated_bytes);
	}
}

static void see_event(const struct trace_event *event)
{
	bool begins = event->type == EVENT_ALLOC;
	struct path *path = &now[begins ? event->node : event->origin];
	struct weight weight = {0};

	if (event->type == EVENT_STRAY_FREE)
		return;
	weight = weight_of(event->size_bytes, trace_info(trace)->sample_bytes);
	path->bytes += begins ? weight.bytes : -weight.bytes;
	path->blocks += begins ? weight.blocks : -weight.blocks;
	path->allocations += begins ? weight.blocks : 0;
	path->allocated_bytes += begins ? weight.bytes : 0;
	heap += begins ? weight.bytes : -weight.bytes;
	if (heap <= heap_at_peak)
		return;
	heap_at_peak = heap;
	memcpy(at_peak, now, sizeof(now));
}

struct timeline_check {
	const struct timeline *timeline;
	size_t interval;
	uint64_t events;
};

static int check_events(void *context, const struct trace_event *events, size_t count)
{
	struct timeline_check *check = context;

	for (size_t i = 0; i < count; i++) {
		const struct interval *interval = &check->timeline->list[check->interval];

		cr_assert_lt(check->interval, check->timeline->count);
		see_event(&events[i]);
		if (++check->events < interval->events)
			continue;
		expect_interval(interval);
		begin_interval();
		check->interval++;
		check->events = 0;
	}
	return 0;
}

static void expect_exact(const struct timeline *timeline)
{
	struct timeline_check check = {.timeline = timeline};

	memset(now, 0, sizeof(now));
	heap = 0;
	begin_interval();
	cr_assert_eq(trace_replay(trace, check_events, &check, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(check.interval, timeline->count);
}

/* Returns how many intervals there are, as recorded; a replay's may be others, and as exact. */
static size_t expect_exact_timeline(void)
{
	const struct timeline *recorded;
	struct timeline replayed;
	const struct replay_boundary list[] = {
		{0, 1000},
		{trace_info(trace)->duration_ns / 3, REPLAY_BY_TIME},
		{trace_info(trace)->duration_ns / 2, REPLAY_BY_TIME},
	};

	cr_assert_eq(trace_timeline(trace, &recorded, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_not_null(recorded);
	expect_exact(recorded);
	for (size_t count = 0; count <= 3; count += 3) {
		const struct replay_boundaries boundaries = {list, count};

		cr_assert_eq(timeline_replay(trace, &boundaries, NULL, &replayed, &diagnostic), 0, "%s",
			     diagnostic.message);
		cr_assert_geq(replayed.count, 3);
		expect_exact(&replayed);
		timeline_finish(&replayed);
	}
	return recorded->count;
}

/* Some frees are a collector's, some are not. */
static void expect_collected(const struct figures_summary *summary)
{
	uint64_t collected = 0;

	for (uint32_t i = 0; i < summary->node_count; i++)
		collected += figures_nodes_find(summary->nodes, i).collected_blocks;
	cr_assert_gt(collected, summary->totals.frees / 10);
	cr_assert_lt(collected, summary->totals.frees);
}

static void drain_and_compare(uint64_t seed, uint32_t thread_count)
{
	record(seed, thread_count);
	drain_and_open();
	const struct figures_summary *summary = trace_info(trace)->summary;
	cr_assert_not_null(summary);
	replay();
	expect_equal(summary);
	expect_collected(summary);
	cr_assert_geq(expect_exact_timeline(), 3);
	cr_assert_gt(summary->totals.stray_frees, 100);
	cr_assert_gt(summary->totals.lost_frees, 100);
	cr_assert_gt(summary->totals.temporary, 100);
	cr_assert_gt(summary->totals.live_blocks, 10);
	cr_assert_gt(summary->move_count, 100);
}

Test(summary, equals_a_replay_of_one_thread)
{
	drain_and_compare(1, 1);
}

Test(summary, equals_a_replay_of_threads)
{
	drain_and_compare(2, THREADS);
}

/* Frees of unknown blocks are of unsampled ones, and no events. */
static void sample_and_compare(uint64_t seed, uint32_t thread_count)
{
	sampled = true;
	fake.header->sample_bytes = 4096;
	record(seed, thread_count);
	drain_and_open();
	const struct figures_summary *summary = trace_info(trace)->summary;
	cr_assert_not_null(summary);
	cr_assert_eq(summary->totals.sample_bytes, 4096);
	replay();
	expect_equal(summary);
	expect_collected(summary);
	cr_assert_geq(expect_exact_timeline(), 3);
	cr_assert_eq(summary->totals.stray_frees, 0);
	cr_assert_gt(summary->totals.spread, 0);
	cr_assert_gt(weight_blocks(summary->totals.temporary, 4096), 500);
	cr_assert_gt(weight_blocks(summary->totals.allocations, 4096), summary->totals.events / 2);
}

Test(summary, equals_a_replay_of_a_sampled_thread)
{
	sample_and_compare(4, 1);
}

Test(summary, equals_a_replay_of_sampled_threads)
{
	sample_and_compare(5, THREADS);
}

Test(summary, of_nothing_is_there_too)
{
	drain_and_open();
	cr_assert_not_null(trace_info(trace)->summary);
	cr_assert_eq(trace_info(trace)->summary->totals.events, 0);
	cr_assert(trace_info(trace)->summary->moves_known);
	cr_assert_eq(trace_info(trace)->summary->move_count, 0);
}

Test(summary, stands_in_for_a_replay)
{
	record(3, THREADS);
	drain_and_open();
	replay();
	struct model *known = model_from_summary(trace_info(trace)->summary);
	cr_assert_eq(model_totals(known)->peak_bytes, model_totals(model)->peak_bytes);
	cr_assert_eq(model_node(known, 7).peak_bytes, model_node(model, 7).peak_bytes);
	model_destroy(known);
}

/* How far estimates may be off outlives the drainer that knew. */
Test(summary, a_sampled_aggregate_goes_on_with_its_error)
{
	struct fake_thread thread = fake_thread(&fake, (uint32_t)getpid());

	fake.header->pid = getpid();
	fake.header->flags |= SESSION_AGGREGATE;
	fake.header->sample_bytes = 512;
	for (uint64_t i = 1; i <= 9; i++)
		fake_record(&thread, RECORD_ALLOC, i << 12, 10 * i, 5);
	drain_and_open();
	uint64_t spread = trace_info(trace)->summary->totals.spread;
	cr_assert_gt(spread, 0);
	trace_close(trace);
	atomic_store(&fake.header->end_state, SESSION_REPLACED);
	drain_and_open();
	cr_assert(trace_info(trace)->ended);
	cr_assert_eq(trace_info(trace)->summary->totals.spread, spread);
}

/* The collection, and what it has freed so far, outlive the drainer that saw it begin. */
Test(summary, an_aggregate_goes_on_in_the_middle_of_a_collection)
{
	struct fake_thread thread = fake_thread(&fake, (uint32_t)getpid());

	fake.header->pid = getpid();
	fake.header->flags |= SESSION_AGGREGATE;
	for (uint64_t i = 1; i <= 3; i++)
		fake_record(&thread, RECORD_ALLOC, i << 12, 100 * i, 5);
	fake_record(&thread, RECORD_ALLOC, 0x9000, 8, 6);
	fake_ext(&thread, EXT_GC_BEGIN, 0, 7);
	fake_record(&thread, RECORD_FREE, 0x1000, 0, 7);
	cr_assert_eq(drain_run(fake.session_path, DRAIN_FINISH, &diagnostic), 0, "%s", diagnostic.message);
	fake_record(&thread, RECORD_FREE, 0x2000, 0, 7);
	fake_ext(&thread, EXT_GC_END, 0, 7);
	fake_record(&thread, RECORD_FREE, 0x3000, 0, 7);
	atomic_store(&fake.header->end_state, SESSION_REPLACED);
	drain_and_open();
	const struct trace_info *info = trace_info(trace);
	cr_assert(info->ended && info->aggregate);
	cr_assert_eq(info->note_count, 2);
	struct model_node node = figures_nodes_find(info->summary->nodes, 5);
	cr_assert_eq(node.own_frees, 3);
	cr_assert_eq(node.collected_blocks, 2);
	cr_assert_eq(node.collected_bytes, 300);
}

Test(summary, a_type_is_a_node_of_its_own)
{
	struct fake_thread thread = fake_thread(&fake, 100);
	struct session_node *typed = session_node(fake.header, FAKE_NODES);
	uint32_t label = fake_text(&fake, "pair", 4);

	typed->parent = 5;
	typed->module = NODE_LABEL;
	typed->pc = label;
	atomic_store(&fake.header->nodes_used, FAKE_NODES + 1);
	fake_record(&thread, RECORD_TRACK_ALLOC, 0x1000, 24, FAKE_NODES);
	drain_and_open();
	const struct trace_info *info = trace_info(trace);
	cr_assert_eq(info->node_count, FAKE_NODES + 1);
	const struct trace_code *code = trace_code(info, FAKE_NODES);
	cr_assert(code->label && !code->exact_pc && !code->truncated);
	cr_assert_eq(info->nodes[FAKE_NODES].parent, 5);
	cr_assert_not(trace_code(info, 5)->label);
	cr_assert_str_eq(trace_label(trace, code->pc), "pair");
	cr_assert_eq(figures_nodes_find(info->summary->nodes, FAKE_NODES).peak_bytes, 24);
}

/* ---- codec --------------------------------------------------------------- */

struct made {
	struct model_node *nodes;
	struct model_totals totals;
	size_t count;
};

/* Every third, from 0. */
struct made_walk {
	const struct made *made;
	uint32_t next;
};

static bool next_made(void *context, uint32_t *node, struct model_node *figures)
{
	struct made_walk *walk = context;

	*node = walk->next;
	*figures = walk->made->nodes[*node];
	walk->next += 3;
	return true;
}

/* Every third node has figures; some are as large as 64 bits hold. */
static struct made make(size_t count)
{
	struct made made = {calloc(count, sizeof(*made.nodes)), {0}, count};

	for (size_t i = 0; i < count; i += 3)
		made.nodes[i] = (struct model_node){.allocations = 1 + random_below(1000),
						    .allocated_bytes = UINT64_C(1) << random_below(40),
						    .lifetime_ns = UINT64_C(1) << random_below(64),
						    .live_blocks = 1,
						    .peak_blocks = 1};
	for (size_t i = 0; i < count; i += 3) {
		struct model_node *node = &made.nodes[i];
		node->live_blocks = node->allocations;
		node->live_bytes = node->allocated_bytes;
		node->peak_bytes = node->allocated_bytes;
		made.totals.allocations += node->allocations;
		made.totals.events += node->allocations;
		made.totals.peak_bytes += node->peak_bytes;
	}
	return made;
}

static unsigned encode(const struct made *made, struct buffer payloads[16])
{
	struct made_walk walk = {made, 0};
	struct summary_encoder encoder = {
		.totals = &made->totals, .next = next_made, .context = &walk, .used = (made->count + 2) / 3};
	unsigned count = 0;

	while (summary_encode(&encoder, &payloads[count]))
		cr_assert_lt(++count, 16);
	return count;
}

static int decode(struct summary_decoder *decoder, const struct buffer *payload, size_t bytes,
		  size_t node_count)
{
	struct varint_cursor at = varint_cursor(payload->data, bytes);

	return summary_decode(decoder, &at, node_count);
}

Test(summary, large_ones_are_several_payloads)
{
	struct made made = make(600000);
	struct summary_decoder decoder = {0};
	struct buffer payloads[16] = {0};
	unsigned count = encode(&made, payloads);

	cr_assert_gt(count, 2);
	for (unsigned i = 0; i < count; i++) {
		cr_assert_not(summary_complete(&decoder), "%u of %u are not all", i, count);
		cr_assert_eq(decode(&decoder, &payloads[i], payloads[i].length, made.count), 0);
	}
	cr_assert(summary_complete(&decoder));
	for (uint32_t i = 0; i < made.count; i++) {
		struct model_node node = figures_nodes_find(&decoder.nodes, i);
		cr_assert_arr_eq(&node, &made.nodes[i], sizeof(node), "node %u", i);
	}
	cr_assert_eq(decoder.totals.peak_bytes, made.totals.peak_bytes);
	cr_assert_eq(decode(&decoder, &payloads[1], payloads[1].length, made.count), -EBADMSG, "twice");
	summary_decoder_finish(&decoder);
	for (unsigned i = 0; i < count; i++)
		buffer_finish(&payloads[i]);
	free(made.nodes);
}

Test(summary, damage_is_refused_or_harmless)
{
	struct made made = make(60);
	struct buffer payloads[16] = {0};
	unsigned refused = 0;

	cr_assert_eq(encode(&made, payloads), 1);
	for (size_t cut = 0; cut < payloads[0].length; cut++) {
		struct summary_decoder decoder = {0};
		cr_assert_eq(decode(&decoder, &payloads[0], cut, made.count), -EBADMSG, "cut at %zu", cut);
		summary_decoder_finish(&decoder);
	}
	for (int i = 0; i < 20000; i++) {
		struct summary_decoder decoder = {0};
		size_t at = random_below(payloads[0].length);
		uint8_t bit = (uint8_t)(1 << random_below(8));
		payloads[0].data[at] ^= bit;
		refused += decode(&decoder, &payloads[0], payloads[0].length, made.count) != 0 ||
			   !summary_complete(&decoder);
		payloads[0].data[at] ^= bit;
		summary_decoder_finish(&decoder);
	}
	cr_assert_gt(refused, 5000);
	buffer_finish(&payloads[0]);
	free(made.nodes);
}

static int decode_words(unsigned version, const uint64_t *words, size_t count,
			struct summary_decoder *decoder)
{
	struct buffer payload = {0};

	*decoder = (struct summary_decoder){.version = version};
	for (size_t i = 0; i < count; i++)
		buffer_varint(&payload, words[i]);
	int error = decode(decoder, &payload, payload.length, 2);
	buffer_finish(&payload);
	return error;
}

/* A head, node 1 and the end. */
Test(summary, version_2_does_not_know_collectors)
{
	static const uint64_t older[] = {0, 0, 0, 0, 0, 1, 0, 0, 2, 2, 10, 1, 4, 1, 4, 10, 2, 0, 0, 99, 0};
	static const uint64_t newer[] = {0, 0, 0, 0,  0, 1, 0, 0,  2, 2, 10, 1,
					 4, 1, 4, 10, 2, 0, 0, 99, 1, 4, 0};
	struct summary_decoder decoder;

	cr_assert_eq(decode_words(2, older, sizeof(older) / sizeof(*older), &decoder), 0);
	cr_assert(summary_complete(&decoder));
	cr_assert_eq(figures_nodes_find(&decoder.nodes, 1).lifetime_ns, 99);
	cr_assert_eq(figures_nodes_find(&decoder.nodes, 1).collected_blocks, 0);
	summary_decoder_finish(&decoder);
	cr_assert_eq(decode_words(3, newer, sizeof(newer) / sizeof(*newer), &decoder), 0);
	cr_assert(summary_complete(&decoder));
	cr_assert_eq(figures_nodes_find(&decoder.nodes, 1).collected_bytes, 4);
	summary_decoder_finish(&decoder);
	cr_assert_eq(decode_words(3, older, sizeof(older) / sizeof(*older), &decoder), -EBADMSG);
	summary_decoder_finish(&decoder);
}

/* More bytes by the collector than by all. */
Test(summary, impossible_collectors_are_refused)
{
	static const uint64_t words[] = {0, 0, 0, 0,  0, 1, 0, 0,  2, 2, 10, 1,
					 4, 1, 4, 10, 2, 0, 0, 99, 1, 5, 0};
	static const uint64_t blocks[] = {0, 0, 0, 0,  0, 1, 0, 0,  2, 2, 10, 1,
					  4, 1, 4, 10, 2, 0, 0, 99, 2, 4, 0};
	struct summary_decoder decoder;

	cr_assert_eq(decode_words(3, words, sizeof(words) / sizeof(*words), &decoder), -EBADMSG);
	summary_decoder_finish(&decoder);
	cr_assert_eq(decode_words(3, blocks, sizeof(blocks) / sizeof(*blocks), &decoder), -EBADMSG);
	summary_decoder_finish(&decoder);
}
