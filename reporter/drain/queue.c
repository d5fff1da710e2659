/*
 * queue.c - see queue.h.
 */
#include "drain/queue.h"

#include <string.h>

#define LOOKAHEAD 12u /* records: far enough for memory to answer */

void queue_init(struct queue *queue, struct session_header *session, uint32_t slot_index)
{
	struct session_thread *slot = session_thread(session, slot_index);
	*queue = (struct queue){
		.session = session, .slot = slot, .slot_index = slot_index, .thread_index = QUEUE_NO_THREAD};
	/* Relaxed: the caller's acquire of `owner` made the owner's claim visible. */
	queue->incarnation = atomic_load_explicit(&slot->incarnation, memory_order_relaxed);
	queue->chunk = atomic_load_explicit(&slot->first_chunk, memory_order_relaxed);
	queue->side_taken = atomic_load_explicit(&slot->side_tail, memory_order_relaxed);
	queue->side_released = queue->side_taken;
}

static struct session_chunk *chunk_at(const struct queue *queue, uint32_t chunk)
{
	return chunk > 0 && chunk <= queue->session->chunks_max ? session_chunk(queue->session, chunk - 1)
								: NULL;
}

/* Where in the chunk the next record to read is; beyond its end if the chunk is done with. */
static uint32_t position_in(const struct queue *queue, const struct session_chunk *chunk)
{
	uint64_t position = queue->taken - chunk->first_record;
	return position < SESSION_CHUNK_RECORDS ? (uint32_t)position : SESSION_CHUNK_RECORDS;
}

/* Applies a prefix to the event in the making; false if the record is none. */
static bool apply_prefix(struct queue *queue, const struct session_record *record, uint64_t *epoch)
{
	struct queue_event *event = &queue->main;
	if (record_type_of(record) != RECORD_EXT)
		return false;
	switch (record_ext_of(record)) {
	case EXT_SIZE:
		event->size_bytes = record->w1;
		return true;
	case EXT_ADDRESS:
		event->address = record->w1;
		return true;
	case EXT_EPOCH:
		*epoch = record->w1;
		return true;
	case EXT_VALUE:
		if (event->value_count < QUEUE_VALUES_MAX)
			queue->values[event->value_count++] = record->w1;
		return true;
	default:
		return false;
	}
}

static void fill_event(struct queue *queue, const struct session_record *record, uint64_t epoch)
{
	struct queue_event *event = &queue->main;
	event->type = (uint8_t)record_type_of(record);
	event->node = record_node(record);
	event->stamp = epoch ? epoch : queue_stamp(record_stamp(record), queue->last_stamp);
	if (event->type == RECORD_EXT) {
		event->ext = (uint8_t)record_ext_of(record);
		event->payload = record_ext_payload(record);
		return;
	}
	if (record_address(record))
		event->address = record_address(record);
	if (record_size_bytes(record))
		event->size_bytes = record_size_bytes(record);
}

/* Reads the event at the head of the open chunk.  False: as far as is known there is none, or only
 * prefixes of it. */
static bool read_event(struct queue *queue)
{
	const struct session_chunk *chunk = queue->open;
	uint64_t epoch = 0;
	queue->main = (struct queue_event){0};
	for (uint32_t at = position_in(queue, chunk); at < queue->readable; at++) {
		const struct session_record *record = &chunk->records[at];
		if (apply_prefix(queue, record, &epoch))
			continue;
		fill_event(queue, record, epoch);
		if (at + LOOKAHEAD < queue->readable)
			queue->coming_address = record_address(record + LOOKAHEAD);
		queue->main_end = chunk->first_record + at + 1;
		return true;
	}
	return false;
}

uint64_t queue_waiting(const struct queue *queue)
{
	const struct session_chunk *chunk = chunk_at(queue, queue->chunk), *next;

	if (!chunk)
		return 0;
	/* Acquire, as in read_on; and as there a damaged queue leads in no circle. */
	while ((next = chunk_at(queue, atomic_load_explicit(&chunk->next, memory_order_acquire))) &&
	       next->first_record > chunk->first_record)
		chunk = next;
	uint64_t end = chunk->first_record + atomic_load_explicit(&chunk->committed, memory_order_acquire);
	return end > queue->taken ? end - queue->taken : 0;
}

void queue_limit_node(struct queue *queue, uint32_t nodes_max)
{
	if (queue->main.node >= nodes_max)
		queue->main.node = 0;
	if (queue->side.node >= nodes_max)
		queue->side.node = 0;
}

static void open_chunk(struct queue *queue, uint32_t chunk)
{
	queue->chunk = chunk;
	queue->open = chunk_at(queue, chunk);
	queue->readable = 0;
}

/* Asks how much more may be read, in the open chunk or the one behind it.  False: nothing. */
static bool read_on(struct queue *queue)
{
	const struct session_chunk *chunk = queue->open;
	/* Acquire pairs with the producer's release when it closes the chunk: then
	 * `committed` is final, and the next chunk's header is there. */
	uint32_t next = atomic_load_explicit(&chunk->next, memory_order_acquire);
	/* Acquire pairs with the producer's release after each record. */
	uint32_t committed = atomic_load_explicit(&chunk->committed, memory_order_acquire);
	if (committed > SESSION_CHUNK_RECORDS)
		committed = SESSION_CHUNK_RECORDS;
	if (committed > queue->readable) {
		queue->readable = committed;
		return true;
	}
	const struct session_chunk *following = chunk_at(queue, next);
	/* Ordinals rise along the queue, so a damaged one cannot lead in a circle. */
	if (!following || following->first_record <= chunk->first_record)
		return false;
	if (following->first_record > queue->taken)
		queue->taken = following->first_record;
	open_chunk(queue, next);
	return true;
}

static bool find_main(struct queue *queue)
{
	if (!queue->open)
		open_chunk(queue, queue->chunk);
	if (!queue->open)
		return false;
	while (!read_event(queue)) {
		if (!read_on(queue))
			return false;
	}
	return true;
}

static bool find_side(struct queue *queue)
{
	size_t at = queue->side_taken % SESSION_SIDE_RECORDS;
	/* Relaxed, both: w0 orders what is read.  What was taken but not yet released looks like
	 * new once the ring has come round. */
	if (atomic_load_explicit(&queue->slot->side_head, memory_order_relaxed) == queue->side_taken ||
	    queue->side_taken - atomic_load_explicit(&queue->slot->side_tail, memory_order_relaxed) >=
		    SESSION_SIDE_RECORDS)
		return false;
	/* Acquire pairs with the handler's release of w0, which it stores last. */
	uint64_t w0 = atomic_load_explicit(&queue->slot->side[at].w0, memory_order_acquire);
	if (w0 == 0)
		return false;
	struct session_record record = {w0, 0};
	queue->side = (struct queue_event){
		.stamp = atomic_load_explicit(&queue->slot->side[at].w1, memory_order_relaxed),
		.address = atomic_load_explicit(&queue->slot->side[at].address, memory_order_relaxed),
		.size_bytes = atomic_load_explicit(&queue->slot->side[at].size_bytes, memory_order_relaxed),
		.payload = record_ext_payload(&record),
		.type = (uint8_t)record_type_of(&record),
		.ext = (uint8_t)record_ext_of(&record),
		.side = true,
	};
	return true;
}

const struct queue_event *queue_find(struct queue *queue)
{
	if (!queue->has_main)
		queue->has_main = find_main(queue);
	if (!queue->has_side)
		queue->has_side = find_side(queue);
	if (queue->has_main && (!queue->has_side || queue->main.stamp <= queue->side.stamp))
		queue->head = &queue->main;
	else
		queue->head = queue->has_side ? &queue->side : NULL;
	return queue->head;
}

void queue_take(struct queue *queue)
{
	if (queue->head == &queue->main) {
		queue->taken = queue->main_end;
		queue->last_stamp = queue->main.stamp;
		queue->has_main = false;
	} else {
		queue->side_taken++;
		queue->has_side = false;
	}
	queue->head = NULL;
}

const struct session_record *queue_records(struct queue *queue, uint32_t *count)
{
	*count = 0;
	if (!queue->has_side && find_side(queue)) {
		queue->has_side = true;
		queue->head = NULL; /* which one is first is to be decided anew */
	}
	if (queue->has_side || !queue->open)
		return NULL;
	uint32_t at = position_in(queue, queue->open);
	*count = at < queue->readable ? queue->readable - at : 0;
	return &queue->open->records[at];
}

void queue_take_records(struct queue *queue, uint32_t count, uint64_t stamp)
{
	queue->taken += count;
	queue->last_stamp = stamp;
	queue->has_main = false;
	queue->head = NULL;
}

bool queue_skip_taken(struct queue *queue)
{
	struct session_chunk *chunk = chunk_at(queue, queue->chunk);
	/* Acquire as in find_main. */
	uint32_t next = chunk ? atomic_load_explicit(&chunk->next, memory_order_acquire) : 0;
	struct session_chunk *following = chunk_at(queue, next);
	if (!following || following->first_record <= chunk->first_record ||
	    following->first_record > queue->taken)
		return false;
	open_chunk(queue, next);
	return true;
}

/* Pushes on a stack whose head is tag << 32 | (index + 1).  `link` is the thing's own next. */
static void push(_Atomic uint64_t *stack, _Atomic uint32_t *link, uint32_t thing)
{
	uint64_t top = atomic_load_explicit(stack, memory_order_relaxed);
	uint64_t pushed;
	do {
		atomic_store_explicit(link, (uint32_t)top, memory_order_relaxed);
		pushed = ((top >> 32) + 1) << 32 | thing;
		/* Release pairs with the popper's acquire: it sees the link. */
	} while (!atomic_compare_exchange_weak_explicit(stack, &top, pushed, memory_order_release,
							memory_order_relaxed));
}

static void release_chunks(struct queue *queue)
{
	uint32_t first = atomic_load_explicit(&queue->slot->first_chunk, memory_order_relaxed);
	while (first != queue->chunk) {
		struct session_chunk *chunk = chunk_at(queue, first);
		uint32_t next = chunk ? atomic_load_explicit(&chunk->next, memory_order_relaxed) : 0;
		if (!chunk_at(queue, next))
			return;
		/* Unhooked before it is given away: should this process die between, a chunk is
		 * lost, not used twice.  Release, for the compiler alone: the next drainer finds the stores
		 * in program order, and the push has a release of its own. */
		atomic_store_explicit(&queue->slot->first_chunk, next, memory_order_release);
		push(&queue->session->free_chunks, &chunk->free_next, first);
		first = next;
	}
}

static void release_side(struct queue *queue)
{
	struct session_thread *slot = queue->slot;
	uint64_t tail = atomic_load_explicit(&slot->side_tail, memory_order_relaxed);
	if (tail == queue->side_taken)
		return;
	for (uint64_t i = tail; i != queue->side_taken; i++)
		atomic_store_explicit(&slot->side[i % SESSION_SIDE_RECORDS].w0, 0, memory_order_relaxed);
	/* Release pairs with the handler's acquire: places that it may reuse are empty. */
	atomic_store_explicit(&slot->side_tail, queue->side_taken, memory_order_release);
}

void queue_release(struct queue *queue)
{
	release_chunks(queue);
	release_side(queue);
	queue->released = queue->taken;
	queue->side_released = queue->side_taken;
}

bool queue_is_idle(struct queue *queue)
{
	return !queue_peek(queue) && queue->taken == queue->released &&
	       queue->side_taken == queue->side_released;
}

bool queue_begin_retiring(struct queue *queue, uint64_t owner)
{
	uint64_t retiring = thread_owner(thread_owner_tid(owner), thread_owner_hands(owner), THREAD_RETIRING);
	/* Relaxed, both: nobody else changes a slot whose thread is dead.  If it was not this owner's any
	 * more, another thread has it. */
	return atomic_compare_exchange_strong_explicit(&queue->slot->owner, &owner, retiring,
						       memory_order_relaxed, memory_order_relaxed);
}

bool queue_side_is_filling(const struct queue *queue)
{
	uint64_t tail = atomic_load_explicit(&queue->slot->side_tail, memory_order_relaxed);
	return queue->side_taken - tail >= SESSION_SIDE_RECORDS / 4;
}

void queue_retire(struct queue *queue)
{
	struct session_thread *slot = queue->slot;
	uint32_t last = atomic_load_explicit(&slot->first_chunk, memory_order_relaxed);
	struct session_chunk *chunk = chunk_at(queue, last);
	/* A death between two steps loses chunk and slot, and gives neither to two owners: nobody takes up a
	 * slot that is being retired.  Release, both: as in release_chunks. */
	atomic_store_explicit(&slot->first_chunk, 0, memory_order_release);
	if (chunk)
		push(&queue->session->free_chunks, &chunk->free_next, last);
	uint64_t owner = atomic_load_explicit(&slot->owner, memory_order_relaxed);
	atomic_store_explicit(&slot->owner, thread_owner(0, thread_owner_hands(owner), THREAD_FREE),
			      memory_order_release);
	push(&queue->session->free_threads, &slot->free_next, queue->slot_index + 1);
}
