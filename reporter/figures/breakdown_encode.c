/* breakdown_encode.c - what was counted to the bytes of BLOCK_BREAKDOWN. */
#include "figures/breakdown_codec.h"
#include "figures/breakdown_columns.h"
#include "figures/breakdown_walk.h"

#include <errno.h>

struct encoder {
	struct breakdown_walk walk;
	struct before before;
	struct buffer columns[COLUMNS];
};

static void put_others(struct buffer *column, const struct portion_lists *lists, uint32_t number)
{
	uint64_t count = 0;

	for (uint32_t i = lists->first[number]; i > 0; i = lists->next[i])
		count++;
	buffer_varint(column, count);
}

static void put_kind_portion(struct buffer *column, const struct kind_row *row)
{
	uint32_t thread = kind_thread(row->kind);

	buffer_varint(column, kind_class(row->kind));
	buffer_varint(column, thread == KIND_SEVERAL ? 0 : thread + 1);
	buffer_varint(column, row->allocations);
	buffer_varint(column, row->allocated_bytes);
	buffer_varint(column, row->live_blocks);
	buffer_varint(column, row->live_bytes);
	buffer_varint(column, row->peak_blocks);
	buffer_varint(column, row->peak_bytes);
	buffer_varint(column, row->temporary);
}

static void put_kinds(struct encoder *encoder, uint32_t number)
{
	const struct figures *figures = encoder->walk.figures;
	const struct figures_counters *all = &figures->counters[number];
	uint32_t first = figures->breakdown.paths[number].kind.first;
	uint32_t likely = likely_class(&figures->totals, all->allocated_bytes, all->allocations);

	put_others(&encoder->columns[KIND_OTHERS], &encoder->walk.kinds, number);
	buffer_signed(&encoder->columns[KIND_CLASSES], (int64_t)kind_class(first) - likely);
	buffer_signed(&encoder->columns[KIND_THREADS], (int64_t)kind_thread(first) - encoder->before.thread);
	encoder->before.thread = kind_thread(first);
	for (uint32_t i = encoder->walk.kinds.first[number]; i > 0; i = encoder->walk.kinds.next[i]) {
		struct kind_row row = breakdown_kind(&encoder->walk, 0, i);

		put_kind_portion(&encoder->columns[KIND_PORTIONS], &row);
	}
}

static void put_pairs(struct encoder *encoder, uint32_t number)
{
	const struct figures *figures = encoder->walk.figures;
	const struct figures_counters *all = &figures->counters[number];
	uint64_t blocks = all->allocations - all->live_blocks, bytes = all->allocated_bytes - all->live_bytes;
	uint32_t freed = figures->free_numbers.nodes[figures->breakdown.paths[number].pair.first];

	put_others(&encoder->columns[PAIR_OTHERS], &encoder->walk.pairs, number);
	buffer_signed(&encoder->columns[PAIR_NODES], (int64_t)freed - encoder->before.freed);
	encoder->before.freed = freed;
	for (uint32_t i = encoder->walk.pairs.first[number]; i > 0; i = encoder->walk.pairs.next[i]) {
		struct pair_row row = breakdown_pair(&encoder->walk, 0, i);

		buffer_signed(&encoder->columns[PAIR_PORTIONS], (int64_t)row.freed - freed);
		buffer_varint(&encoder->columns[PAIR_BLOCKS], row.blocks);
		buffer_signed(&encoder->columns[PAIR_BYTES],
			      (int64_t)(row.bytes - likely_bytes(row.blocks, blocks, bytes)));
	}
}

static void put_lifetimes(struct encoder *encoder, uint32_t number)
{
	const struct figures *figures = encoder->walk.figures;
	const struct figures_counters *all = &figures->counters[number];
	uint32_t first = figures->breakdown.paths[number].lifetime.first;
	uint32_t likely =
		likely_lifetime(&figures->totals, all->lifetime_ns, all->allocations - all->live_blocks);

	put_others(&encoder->columns[LIFETIME_OTHERS], &encoder->walk.lifetimes, number);
	buffer_signed(&encoder->columns[LIFETIME_TIMES], (int64_t)lifetime_time_class(first) - likely);
	buffer_varint(&encoder->columns[LIFETIME_ALLOCATIONS], lifetime_allocations_class(first));
	for (uint32_t i = encoder->walk.lifetimes.first[number]; i > 0; i = encoder->walk.lifetimes.next[i]) {
		struct lifetime_row row = breakdown_lifetime(&encoder->walk, 0, i);

		buffer_varint(&encoder->columns[LIFETIME_PORTIONS], lifetime_time_class(row.lifetime));
		buffer_varint(&encoder->columns[LIFETIME_PORTIONS], lifetime_allocations_class(row.lifetime));
		buffer_varint(&encoder->columns[LIFETIME_PORTIONS], row.blocks);
	}
}

static void put_path(struct encoder *encoder, uint32_t number)
{
	const struct figures_counters *all = &encoder->walk.figures->counters[number];

	if (all->allocations == 0)
		return;
	put_kinds(encoder, number);
	if (all->allocations == all->live_blocks)
		return;
	put_pairs(encoder, number);
	put_lifetimes(encoder, number);
}

static void put_thread(struct buffer *column, const struct thread_figures *thread)
{
	const uint64_t words[THREAD_WORDS] = {
		thread->allocations,     thread->allocated_bytes,
		thread->frees,           thread->freed_bytes,
		thread->live_bytes,      thread->peak_bytes,
		thread->freed_by_others, thread->freed_by_others_bytes,
		thread->frees_of_others, thread->freed_of_others_bytes,
	};

	for (size_t i = 0; i < THREAD_WORDS; i++)
		buffer_varint(column, words[i]);
}

static void put_threads(struct encoder *encoder, size_t thread_count)
{
	static const struct thread_figures none;
	const struct breakdown *breakdown = &encoder->walk.figures->breakdown;

	for (size_t i = 0; i < thread_count && i < BREAKDOWN_THREADS; i++)
		put_thread(&encoder->columns[THREADS],
			   i < breakdown->thread_capacity ? &breakdown->threads[i] : &none);
}

int breakdown_encode(const struct figures *figures, const struct numbering *begins, size_t node_count,
		     size_t thread_count, struct buffer *out)
{
	struct encoder encoder = {0};
	int error = breakdown_walk_init(&encoder.walk, figures);

	for (uint32_t node = 0; !error && node < node_count; node++)
		if (numbering_find(begins, node) > 0)
			put_path(&encoder, numbering_find(begins, node));
	if (!error)
		put_threads(&encoder, thread_count);
	for (size_t i = 0; i < COLUMNS; i++) {
		buffer_text(out, encoder.columns[i].data, encoder.columns[i].length);
		out->failed |= encoder.columns[i].failed;
		buffer_finish(&encoder.columns[i]);
	}
	breakdown_walk_finish(&encoder.walk);
	return error ? error : out->failed ? -ENOMEM : 0;
}
