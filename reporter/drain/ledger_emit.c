/*
 * ledger_emit.c - see ledger_emit.h.
 */
#include "drain/ledger_emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct events_item item_of(const struct ledger_moment *moment, enum operation_type type, uint64_t key,
				  uint64_t flags)
{
	return (struct events_item){
		.time_ns = moment->time_ns,
		.node = moment->node,
		.thread = moment->thread_index,
		.type = (uint8_t)type,
		.flags = (uint16_t)(flags | (key & 1 ? OPERATION_TRACKED : 0)),
	};
}

/* The number by which figures know the event's node, with room for it; 0: no memory. */
static uint32_t number_of(struct ledger *ledger, const struct events_item *item)
{
	if (item->type != OPERATION_ALLOC)
		return figures_free_number(ledger->figures, item->node);
	uint32_t number = events_encoder_begin(ledger->batch->encoder, item->node);
	return figures_reserve(ledger->figures, number) == 0 ? number : 0;
}

/* Whether figures are kept, and where; without memory for them a trace of events has no summary, and that is
 * all. */
static bool counts(struct ledger *ledger, const struct events_item *item, struct figures_place *at)
{
	if (!ledger->figures)
		return false;
	*at = (struct figures_place){
		.time_ns = item->time_ns,
		.node = item->node,
		.thread = item->thread,
		.number = number_of(ledger, item),
		.kind = kind_of_thread(item->thread),
	};
	if (at->number > 0 && figures_reserve_thread(ledger->figures, item->thread) == 0) {
		at->by = breakdown_thread(&ledger->figures->breakdown, item->thread);
		return true;
	}
	ledger->figures = NULL;
	if (ledger->batch->aggregate) /* there is nothing else */
		ledger->batch->error = -ENOMEM;
	return false;
}

static void count_alloc(struct ledger *ledger, const struct events_item *item, uint32_t kind)
{
	struct figures_place at;
	if (!counts(ledger, item, &at))
		return;
	struct thread_figures before = *at.by;
	at.kind = kind;
	figures_alloc(ledger->figures, &at, item->size_bytes);
	/* Its end will not know whose it was, either. */
	if (kind_thread(kind) == KIND_SEVERAL && item->thread < KIND_SEVERAL) {
		at.by->live_bytes = before.live_bytes;
		at.by->peak_bytes = before.peak_bytes;
	}
}

static uint32_t born_at(uint64_t time_ns)
{
	return (uint32_t)(time_ns / LIVEMAP_BORN_NS);
}

uint32_t ledger_note_huge(struct ledger *ledger, uint64_t block, uint32_t kind)
{
	if (!ledger->huge)
		ledger->huge = calloc(LEDGER_HUGE_MOST, sizeof(*ledger->huge));
	if (!ledger->huge || ledger->huge_count == LEDGER_HUGE_MOST)
		return kind_key(kind_class(kind), KIND_SEVERAL);
	ledger->huge[ledger->huge_count++] = (struct ledger_huge){block, kind};
	return kind;
}

/* Of a block that ends, whose row did not say. */
static uint32_t take_huge(struct ledger *ledger, const struct livemap_entry *entry)
{
	for (size_t i = ledger->huge_count; i > 0; i--) {
		if (ledger->huge[i - 1].block != entry->block)
			continue;
		uint32_t kind = ledger->huge[i - 1].kind;
		ledger->huge[i - 1] = ledger->huge[--ledger->huge_count];
		return kind;
	}
	return kind_of_block(entry->size_bytes, KIND_SEVERAL);
}

static void count_end(struct ledger *ledger, const struct events_item *item,
		      const struct livemap_entry *entry)
{
	struct figures_place at;
	uint32_t steps = born_at(item->time_ns) - entry->born;
	struct figures_block block = {
		.size_bytes = entry->size_bytes,
		.lived_ns = steps * LIVEMAP_BORN_NS,
		.origin = batch_origin(ledger->batch, entry->operation),
		.kind = livemap_is_huge(entry->size_bytes) ? take_huge(ledger, entry) : entry->kind,
		.lifetime = lifetime_of_block(steps, ledger->batch->allocations - entry->block),
		.temporary = (item->flags & OPERATION_TEMPORARY) != 0,
		.lost = item->type == OPERATION_LOST,
		.collected = (item->flags & OPERATION_COLLECTED) != 0,
	};
	if (counts(ledger, item, &at))
		figures_end(ledger->figures, &at, &block);
}

static void count_stray(struct ledger *ledger, const struct events_item *item)
{
	struct figures_place at;
	if (counts(ledger, item, &at))
		figures_stray_free(ledger->figures, &at);
}

void ledger_note_alloc(struct ledger *ledger, uint32_t thread, uint64_t block)
{
	if (thread >= ledger->last_alloc_count) {
		size_t count = 2 * (size_t)thread + 16;
		uint64_t *grown = realloc(ledger->last_alloc, count * sizeof(*grown));
		if (!grown) {
			ledger->batch->error = -ENOMEM;
			return;
		}
		memset(grown + ledger->last_alloc_count, 0,
		       (count - ledger->last_alloc_count) * sizeof(*grown));
		ledger->last_alloc = grown;
		ledger->last_alloc_count = count;
	}
	ledger->last_alloc[thread] = block + 1;
}

static bool is_temporary(const struct ledger *ledger, uint32_t thread, const struct livemap_entry *entry)
{
	return thread < ledger->last_alloc_count && ledger->last_alloc[thread] == entry->block + 1;
}

void ledger_emit_alloc(struct ledger *ledger, const struct ledger_moment *moment, struct livemap_entry *entry,
		       uint64_t flags)
{
	struct events_item item = item_of(moment, OPERATION_ALLOC, entry->key, flags);
	item.size_bytes = entry->size_bytes;
	entry->block = ledger->batch->allocations;
	entry->born = born_at(moment->time_ns);
	entry->kind = kind_of_block(entry->size_bytes, kind_of_thread(moment->thread_index));
	if (livemap_is_huge(entry->size_bytes))
		entry->kind = ledger_note_huge(ledger, entry->block, entry->kind);
	batch_event(ledger->batch, &item);
	entry->operation = item.operation;
	ledger_note_alloc(ledger, moment->thread_index, entry->block);
	count_alloc(ledger, &item, entry->kind);
	struct cursor_totals *totals = &ledger->totals;
	totals->allocated_bytes += weight_of(entry->size_bytes, ledger->sample_bytes).bytes;
	if (totals->allocated_bytes - totals->freed_bytes > totals->peak_bytes)
		totals->peak_bytes = totals->allocated_bytes - totals->freed_bytes;
}

void ledger_emit_end(struct ledger *ledger, const struct ledger_moment *moment, enum operation_type type,
		     const struct livemap_entry *entry, uint64_t flags)
{
	if (entry->block & LIVEMAP_HIDDEN)
		return;
	/* Where blocks are sampled the recorder says so, which sees what lies between. */
	if (type == OPERATION_FREE && ledger->sample_bytes == 0 &&
	    is_temporary(ledger, moment->thread_index, entry))
		flags |= OPERATION_TEMPORARY;
	struct events_item item = item_of(moment, type, entry->key, flags);
	item.size_bytes = entry->size_bytes;
	item.operation = entry->operation;
	batch_event(ledger->batch, &item);
	count_end(ledger, &item, entry);
	ledger->totals.frees++;
	ledger->totals.freed_bytes += weight_of(entry->size_bytes, ledger->sample_bytes).bytes;
}

void ledger_emit_stray(struct ledger *ledger, const struct cursor_waiting *free, uint64_t time_ns)
{
	/* Of a block that was not sampled: the recorder could not know. */
	if (ledger->sample_bytes > 0)
		return;
	struct ledger_moment moment = {free->stamp, time_ns, (uint32_t)free->thread_index,
				       (uint32_t)free->node, false};
	/* Whether a collector did it matters for blocks that are known. */
	uint64_t flags = free->flags & ~(uint64_t)OPERATION_COLLECTED;
	struct events_item item = item_of(&moment, OPERATION_STRAY_FREE, free->key, flags);
	item.address = free->key >> 1;
	batch_event(ledger->batch, &item);
	count_stray(ledger, &item);
	if (ledger->keeps_strays && ledger->strays++ < FORMAT_STRAYS_MAX)
		batch_stray(ledger->batch, item.address);
}
