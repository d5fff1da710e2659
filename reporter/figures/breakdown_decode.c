/* breakdown_decode.c - the bytes of BLOCK_BREAKDOWN, which are untrusted, to tables. */
#include "figures/breakdown_codec.h"
#include "figures/breakdown_columns.h"
#include "figures/breakdown_walk.h"
#include "trace/array.h"

#include <errno.h>
#include <stdlib.h>

/* What was freed at a node, of what is said of pairs. */
struct freed {
	uint64_t blocks, bytes;
};

/* Of untrusted numbers: what is too large comes round, and is refused. */
static int64_t plus(int64_t difference, uint32_t number)
{
	return (int64_t)((uint64_t)difference + number);
}

struct decoder {
	struct breakdown_tables *tables;
	const struct figures_summary *summary;
	size_t thread_count;
	struct before before;
	struct varint_cursor columns[COLUMNS];
	struct freed *freed; /* by node */
};

static bool take_kind_portion(struct decoder *decoder, struct kind_row *row)
{
	struct varint_cursor *at = &decoder->columns[KIND_PORTIONS];
	uint64_t class = varint_next(at), thread = varint_next(at);

	row->allocations = varint_next(at);
	row->allocated_bytes = varint_next(at);
	row->live_blocks = varint_next(at);
	row->live_bytes = varint_next(at);
	row->peak_blocks = varint_next(at);
	row->peak_bytes = varint_next(at);
	row->temporary = varint_next(at);
	row->kind = kind_key((uint32_t) class, thread == 0 ? KIND_SEVERAL : (uint32_t)(thread - 1));
	return !at->failed && class < SIZE_CLASSES && thread <= decoder->thread_count;
}

/* The first row's place is before the others', and what it has is known behind them. */
static int take_kinds(struct decoder *decoder, uint32_t node, const struct model_node *all)
{
	struct breakdown_tables *tables = decoder->tables;
	uint64_t others = varint_next(&decoder->columns[KIND_OTHERS]);
	int64_t class = plus(varint_next_signed(&decoder->columns[KIND_CLASSES]),
			     likely_class(&decoder->summary->totals, all->allocated_bytes, all->allocations));
	int64_t thread = plus(varint_next_signed(&decoder->columns[KIND_THREADS]), decoder->before.thread);
	struct kind_row first = {
		.node = node,
		.allocations = all->allocations,
		.allocated_bytes = all->allocated_bytes,
		.live_bytes = all->live_bytes,
		.live_blocks = all->live_blocks,
		.peak_bytes = all->peak_bytes,
		.peak_blocks = all->peak_blocks,
		.temporary = all->temporary,
	};
	size_t place = tables->kind_count;

	if (class < 0 || class >= SIZE_CLASSES || thread < 0 ||
	    ((uint64_t)thread >= decoder->thread_count && thread != KIND_SEVERAL))
		return -EBADMSG;
	decoder->before.thread = (uint32_t)thread;
	first.kind = kind_key((uint32_t) class, (uint32_t)thread);
	int error = breakdown_add_kind(tables, &first);
	for (; !error && others > 0; others--) {
		struct kind_row row = {.node = node};

		if (!take_kind_portion(decoder, &row) || !breakdown_without_kind(&first, &row))
			return -EBADMSG;
		error = breakdown_add_kind(tables, &row);
	}
	if (!error)
		tables->kinds[place] = first;
	return error;
}

/* False: there is no such node. */
static bool take_freed(struct decoder *decoder, int64_t node, struct pair_row *row)
{
	if (node < 0 || (uint64_t)node >= decoder->summary->node_count)
		return false;
	row->freed = (uint32_t)node;
	return true;
}

static void add_freed(struct decoder *decoder, const struct pair_row *row)
{
	decoder->freed[row->freed].blocks += row->blocks;
	decoder->freed[row->freed].bytes += row->bytes;
}

static int take_pairs(struct decoder *decoder, uint32_t node, const struct model_node *all)
{
	struct breakdown_tables *tables = decoder->tables;
	struct varint_cursor *at = &decoder->columns[PAIR_PORTIONS];
	uint64_t others = varint_next(&decoder->columns[PAIR_OTHERS]);
	struct pair_row first = {.node = node, .blocks = all->own_frees, .bytes = all->own_freed_bytes};
	size_t place = tables->pair_count;

	if (!take_freed(decoder,
			plus(varint_next_signed(&decoder->columns[PAIR_NODES]), decoder->before.freed),
			&first))
		return -EBADMSG;
	decoder->before.freed = first.freed;
	int error = breakdown_add_pair(tables, &first);
	for (; !error && others > 0; others--) {
		struct pair_row row = {.node = node};

		if (!take_freed(decoder, plus(varint_next_signed(at), first.freed), &row))
			return -EBADMSG;
		row.blocks = varint_next(&decoder->columns[PAIR_BLOCKS]);
		row.bytes = (uint64_t)varint_next_signed(&decoder->columns[PAIR_BYTES]) +
			    likely_bytes(row.blocks, all->own_frees, all->own_freed_bytes);
		if (at->failed || !breakdown_without_pair(&first, &row))
			return -EBADMSG;
		add_freed(decoder, &row);
		error = breakdown_add_pair(tables, &row);
	}
	if (!error) {
		tables->pairs[place] = first;
		add_freed(decoder, &first);
	}
	return error;
}

static bool take_lifetime(int64_t time_class, uint64_t allocations_class, struct lifetime_row *row)
{
	if (time_class < 0 || time_class >= SIZE_CLASSES || allocations_class >= SIZE_CLASSES)
		return false;
	row->lifetime = lifetime_key((uint32_t)time_class, (uint32_t)allocations_class);
	return true;
}

static int take_lifetimes(struct decoder *decoder, uint32_t node, const struct model_node *all)
{
	struct breakdown_tables *tables = decoder->tables;
	struct varint_cursor *at = &decoder->columns[LIFETIME_PORTIONS];
	uint64_t others = varint_next(&decoder->columns[LIFETIME_OTHERS]);
	int64_t time_class =
		plus(varint_next_signed(&decoder->columns[LIFETIME_TIMES]),
		     likely_lifetime(&decoder->summary->totals, all->lifetime_ns, all->own_frees));
	uint64_t allocations_class = varint_next(&decoder->columns[LIFETIME_ALLOCATIONS]);
	struct lifetime_row first = {.node = node, .blocks = all->own_frees};
	size_t place = tables->lifetime_count;

	if (!take_lifetime(time_class, allocations_class, &first))
		return -EBADMSG;
	int error = breakdown_add_lifetime(tables, &first);
	for (; !error && others > 0; others--) {
		struct lifetime_row row = {.node = node};
		uint64_t time = varint_next(at), allocations = varint_next(at);

		row.blocks = varint_next(at);
		if (at->failed || time >= SIZE_CLASSES || !take_lifetime((int64_t)time, allocations, &row) ||
		    row.blocks > first.blocks)
			return -EBADMSG;
		first.blocks -= row.blocks;
		error = breakdown_add_lifetime(tables, &row);
	}
	if (!error)
		tables->lifetimes[place] = first;
	return error;
}

static int take_paths(struct decoder *decoder)
{
	struct figures_walk walk = figures_walk(decoder->summary->nodes);
	struct model_node all;
	uint32_t node;
	int error = 0;

	while (!error && figures_walk_next(&walk, &node, &all)) {
		if (all.allocations == 0)
			continue;
		error = take_kinds(decoder, node, &all);
		if (!error && all.own_frees > 0)
			error = take_pairs(decoder, node, &all);
		if (!error && all.own_frees > 0)
			error = take_lifetimes(decoder, node, &all);
	}
	return error;
}

static int take_threads(struct decoder *decoder)
{
	struct breakdown_tables *tables = decoder->tables;
	struct varint_cursor *at = &decoder->columns[THREADS];

	tables->threads = calloc(decoder->thread_count + 1, sizeof(*tables->threads));
	if (!tables->threads)
		return -ENOMEM;
	for (; tables->thread_count < decoder->thread_count; tables->thread_count++) {
		struct thread_figures *thread = &tables->threads[tables->thread_count];

		thread->allocations = varint_next(at);
		thread->allocated_bytes = varint_next(at);
		thread->frees = varint_next(at);
		thread->freed_bytes = varint_next(at);
		thread->live_bytes = varint_next(at);
		thread->peak_bytes = varint_next(at);
		thread->freed_by_others = varint_next(at);
		thread->freed_by_others_bytes = varint_next(at);
		thread->frees_of_others = varint_next(at);
		thread->freed_of_others_bytes = varint_next(at);
	}
	return 0;
}

/* Whether each node has freed what pairs say that it has. */
static bool freed_agrees(const struct decoder *decoder)
{
	struct figures_walk walk = figures_walk(decoder->summary->nodes);

	for (uint32_t node = 0; node < decoder->summary->node_count; node++) {
		const struct model_node all = figures_walk_to(&walk, node);

		if (decoder->freed[node].blocks != all.frees || decoder->freed[node].bytes != all.freed_bytes)
			return false;
	}
	return true;
}

/* Whether threads are the run in all. */
static bool threads_agree(const struct decoder *decoder)
{
	const struct model_totals *totals = &decoder->summary->totals;
	struct thread_figures sum = {0};

	for (size_t i = 0; i < decoder->tables->thread_count; i++) {
		const struct thread_figures *thread = &decoder->tables->threads[i];

		sum.allocations += thread->allocations;
		sum.allocated_bytes += thread->allocated_bytes;
		sum.frees += thread->frees;
		sum.freed_bytes += thread->freed_bytes;
		if (thread->live_bytes > thread->peak_bytes || thread->peak_bytes > thread->allocated_bytes ||
		    thread->freed_by_others > thread->allocations || thread->frees_of_others > thread->frees)
			return false;
		sum.freed_by_others += thread->freed_by_others;
		sum.frees_of_others += thread->frees_of_others;
	}
	return sum.freed_by_others == sum.frees_of_others && sum.allocations == totals->allocations &&
	       sum.allocated_bytes == totals->allocated_bytes && sum.frees == totals->frees &&
	       sum.freed_bytes == totals->freed_bytes;
}

/* Nothing is missing, and nothing is left over. */
static bool all_is_read(const struct decoder *decoder)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (decoder->columns[i].failed || varint_left(&decoder->columns[i]) > 0)
			return false;
	return true;
}

static bool take_columns(struct decoder *decoder, const void *bytes, size_t count)
{
	struct varint_cursor at = varint_cursor(bytes, count);

	for (size_t i = 0; i < COLUMNS; i++) {
		uint64_t length = varint_next(&at);
		const uint8_t *column = varint_next_bytes(&at, length);

		if (at.failed)
			return false;
		decoder->columns[i] = varint_cursor(column, (size_t)length);
	}
	return true;
}

int breakdown_decode(struct breakdown_tables *tables, const void *bytes, size_t count,
		     const struct figures_summary *summary, size_t thread_count)
{
	struct decoder decoder = {
		.tables = tables,
		.summary = summary,
		.thread_count = thread_count < BREAKDOWN_THREADS ? thread_count : BREAKDOWN_THREADS,
	};

	if (!take_columns(&decoder, bytes, count))
		return -EBADMSG;
	decoder.freed = calloc(summary->node_count + 1, sizeof(*decoder.freed));
	int error = decoder.freed ? take_paths(&decoder) : -ENOMEM;
	if (!error)
		error = take_threads(&decoder);
	if (!error && (!all_is_read(&decoder) || !freed_agrees(&decoder) || !threads_agree(&decoder)))
		error = -EBADMSG;
	tables->lifetimes_known = tables->threads_known = true;
	free(decoder.freed);
	return error;
}
