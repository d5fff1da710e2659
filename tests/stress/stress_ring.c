/*
 * stress_ring.c - the recorder's producers against the drainer's queue, in one process, for ThreadSanitizer.
 *
 * Threads record made-up blocks while one thread consumes; every event must arrive once, in the order of its
 * thread, with the address and the size that went in.  A plain program: Criterion does not run under TSan.
 */
#include "preload/hooks/allocator.h"
#include "preload/record/ordinary.h"
#include "preload/memory/process.h"
#include "preload/record/recorder.h"
#include "reporter/drain/queue.h"

#include "tests/flat_arena.h"
#include "trace/session.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* In place of the interposing file: this program keeps its own malloc. */
bool allocator_hidden;

void allocator_examine(void)
{
}

bool allocator_is_known(void)
{
	return true;
}

#define PRODUCERS 4
#define BLOCKS 50000 /* several chunks of records each */
#define SLOTS_MAX 64

static atomic_int producing = PRODUCERS;

struct follower {
	struct queue queue;
	bool followed;
	uint64_t seen;     /* events of who has this slot now */
	uint64_t producer; /* who that is */
	uint64_t before;   /* events of those who had it before */
};

/* Block i of a producer: where it lies, how large it is; every 1000th does not fit a record. */
static uint64_t address_of(uint64_t producer, uint64_t i)
{
	return (producer + 1) << 40 | i << 4;
}

static uint64_t size_of(uint64_t i)
{
	return i % 1000 ? i % 5000 : UINT64_C(1) << 33;
}

__attribute__((noinline)) static void record_pair(uint64_t producer, uint64_t i)
{
	struct unwind_start here;
	UNWIND_HERE(&here);
	const void *block = (const void *)address_of(producer, i);
	if (!ordinary_event(RECORD_ALLOC, &here, block, size_of(i)))
		recorder_allocated(&here, block, size_of(i));
	if (!ordinary_event(RECORD_FREE, &here, block, 0))
		recorder_freeing(&here, block);
}

static void *produce(void *argument)
{
	uint64_t producer = (uint64_t)(uintptr_t)argument;
	for (uint64_t i = 0; i < BLOCKS; i++)
		record_pair(producer, i);
	atomic_fetch_sub(&producing, 1);
	return NULL;
}

static void fail(const struct follower *follower, const struct queue_event *event)
{
	fprintf(stderr,
		"producer %" PRIu64 ", event %" PRIu64 ": type %d, address %" PRIx64 ", size %" PRIu64 "\n",
		follower->producer, follower->seen, event->type, event->address, event->size_bytes);
	exit(EXIT_FAILURE);
}

static void check_event(struct follower *follower, const struct queue_event *event)
{
	uint64_t i = follower->seen / 2;
	if (event->type == RECORD_EXT && event->ext == EXT_THREAD) {
		follower->before += follower->seen;
		follower->seen = 0;
		return;
	}
	if (follower->seen == 0)
		follower->producer = (event->address >> 40) - 1;
	if (event->type != (follower->seen % 2 ? RECORD_FREE : RECORD_ALLOC) ||
	    event->address != address_of(follower->producer, i) ||
	    (event->type == RECORD_ALLOC && event->size_bytes != size_of(i)))
		fail(follower, event);
	follower->seen++;
}

/* Takes what the slot has; true if there was anything. */
static bool consume(struct follower *follower, struct session_header *session, uint32_t slot)
{
	/* Acquire: pairs with the owner's release when it claims the slot. */
	if (!queue_is_used(atomic_load_explicit(&session_thread(session, slot)->owner, memory_order_acquire)))
		return false;
	if (!follower->followed)
		queue_init(&follower->queue, session, slot);
	follower->followed = true;
	uint64_t before = follower->before + follower->seen;
	for (const struct queue_event *event; (event = queue_peek(&follower->queue));) {
		check_event(follower, event);
		queue_take(&follower->queue);
	}
	queue_release(&follower->queue);
	/* As a drainer says that it lives. */
	atomic_fetch_add_explicit(&session->heartbeat, 1, memory_order_relaxed);
	return follower->before + follower->seen != before;
}

/* The session as a drainer maps it, for both sides: so ThreadSanitizer sees that they speak of the same
 * memory. */
static struct session_header *map_for_both(void)
{
	struct arena *arena = recorder_session() ? process_arena() : NULL;
	int fd = arena ? open(arena->path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return NULL;
	void *map = mmap(NULL, arena->header->file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	flat_arena(arena, map);
	process_get()->session = map;
	return map;
}

/* What a drainer would do at the end. */
static void unlink_files(const struct session_header *session)
{
	unlink(process_arena()->path);
	if (*session->link_path)
		unlink(session->link_path);
	unlink(session->trace_path);
}

int main(void)
{
	static struct follower followers[SLOTS_MAX];
	pthread_t threads[PRODUCERS];
	struct session_header *session = map_for_both();
	if (!session) {
		fputs("no session: no room for one\n", stderr);
		return 77;
	}
	for (uintptr_t i = 0; i < PRODUCERS; i++)
		pthread_create(&threads[i], NULL, produce, (void *)i);
	uint64_t total = 0;
	for (bool more = true; more;) {
		more = atomic_load(&producing) > 0;
		for (uint32_t slot = 0; slot < session->threads_max && slot < SLOTS_MAX; slot++)
			more |= consume(&followers[slot], session, slot);
	}
	for (int i = 0; i < PRODUCERS; i++)
		pthread_join(threads[i], NULL);
	for (int slot = 0; slot < SLOTS_MAX; slot++)
		total += followers[slot].before + followers[slot].seen;
	unlink_files(session);
	printf("%" PRIu64 " events, %" PRIu64 " lost, %u chunks\n", total, atomic_load(&session->lost_events),
	       atomic_load(&session->chunks_used));
	return total != 2ul * PRODUCERS * BLOCKS || atomic_load(&session->lost_events) != 0;
}
