/*
 * shared.c - biased reference counts: the owner of a shared object counts without atomic operations, all
 * others with them.
 *
 * The true count is local + shared.  A thread that would make `shared` negative first (it drops a reference
 * that the owner counted) leaves its reference to the owner instead: it queues the object.  The owner drops
 * it and merges: adds `local` to `shared` and gives up being the owner.  From then on `shared` is the true
 * count, and whoever brings it to 0 ends the object.  The owner also merges when `local` gets to 0.  After an
 * owner's thread has ended, whoever would queue an object merges it.
 */
#include "shared.h"
#include "drop.h"
#include "heap.h"
#include "known.h"
#include "recorded.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* Before a shared object. */
struct shared_count {
	_Atomic uint64_t owner; /* the thread that may use `local`; 0 once merged */
	uint32_t local;
	_Atomic int32_t shared; /* count * 4 | SHARED_MERGED | SHARED_QUEUED */
	struct link link;
};

enum { SHARED_MERGED = 1, SHARED_QUEUED = 2, SHARED_ONE = 4 };

static inline struct shared_count *shared_of(rgc_object *object)
{
	return (struct shared_count *)(void *)object - 1;
}

struct owner {
	struct owner *next;
	struct link *_Atomic queue; /* of shared_count.link, by `next` */
	uint64_t id;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct owner *owners; /* of running threads; under `lock` */
static uint64_t last_id;     /* under `lock`; numbers are never used again */
static _Thread_local struct owner own __attribute__((tls_model("initial-exec")));

static void hold_owners(void)
{
	pthread_mutex_lock(&lock);
}

static void let_go_of_owners(void)
{
	pthread_mutex_unlock(&lock);
}

/* A fork child has none of the other threads, of which one may hold the lock just then. */
__attribute__((constructor)) static void guard_forks(void)
{
	(void)pthread_atfork(hold_owners, let_go_of_owners, let_go_of_owners);
}

static void become_owner(void)
{
	hold_owners();
	own.id = rgc__thread.id = ++last_id;
	own.next = owners;
	owners = &own;
	let_go_of_owners();
}

static bool is_owner(struct shared_count *count)
{
	/* Relaxed: only the owner itself ever sees its own number here, and only it stores another. */
	uint64_t owner = atomic_load_explicit(&count->owner, memory_order_relaxed);
	return owner && owner == rgc__thread.id;
}

static void end(struct shared_count *count)
{
	/* Acquire pairs with the release of everyone who dropped a reference: their use of the object lies
	 * before this.  A load rather than a fence, which ThreadSanitizer does not know. */
	(void)atomic_load_explicit(&count->shared, memory_order_acquire);
	rgc__object_drop(object_of(&count->link));
}

/* By the owner, or after its thread has ended by the one that would queue the object. */
static void merge(struct shared_count *count)
{
	int32_t local = (int32_t)count->local;
	count->local = 0;
	atomic_store_explicit(&count->owner, 0, memory_order_relaxed); /* see is_owner */
	int32_t before = atomic_load_explicit(&count->shared, memory_order_relaxed), after;
	/* Release pairs with the acquire in end(): whoever ends the object sees what the owner did to it. */
	do
		after = ((before & ~SHARED_QUEUED) + local * SHARED_ONE) | SHARED_MERGED;
	while (!atomic_compare_exchange_weak_explicit(&count->shared, &before, after, memory_order_release,
						      memory_order_relaxed));
	if (after == SHARED_MERGED)
		end(count);
}

static struct owner *find_owner(uint64_t id)
{
	struct owner *owner = owners;
	while (owner && owner->id != id)
		owner = owner->next;
	return owner;
}

static void drop_left_reference(struct shared_count *count, bool merged);

/* Once per object at most: SHARED_QUEUED is set once, before it is merged. */
static void leave_to_owner(struct shared_count *count)
{
	hold_owners();
	/* Relaxed: if it is 0 by now, or soon, the reference that is left keeps the object, merged or not. */
	uint64_t id = atomic_load_explicit(&count->owner, memory_order_relaxed);
	struct owner *owner = find_owner(id);
	if (owner) {
		/* The owner takes the queue without the lock.  Release pairs with the acquire in take_queue.
		 */
		struct link *first = atomic_load_explicit(&owner->queue, memory_order_relaxed);
		do
			count->link.next = first;
		while (!atomic_compare_exchange_weak_explicit(&owner->queue, &first, &count->link,
							      memory_order_release, memory_order_relaxed));
	}
	let_go_of_owners();
	/* If the owner has ended, the lock has made visible what it counted, and nobody else can come here.
	 */
	if (!owner)
		drop_left_reference(count, id == 0);
}

void rgc__shared_incref(rgc_object *object)
{
	struct shared_count *count = shared_of(object);
	if (is_owner(count))
		count->local++;
	else /* Relaxed: the caller has a reference, so nothing can end meanwhile. */
		atomic_fetch_add_explicit(&count->shared, SHARED_ONE, memory_order_relaxed);
}

static void decref_elsewhere(struct shared_count *count)
{
	int32_t before = atomic_load_explicit(&count->shared, memory_order_relaxed), after;
	/* Release pairs with the acquire in end(): whoever ends the object sees what this thread did to it.
	 */
	do
		after = before == 0 ? SHARED_QUEUED : before - SHARED_ONE;
	while (!atomic_compare_exchange_weak_explicit(&count->shared, &before, after, memory_order_release,
						      memory_order_relaxed));
	if (after == SHARED_MERGED)
		end(count);
	else if (before == 0)
		leave_to_owner(count);
}

static void drop_left_reference(struct shared_count *count, bool merged)
{
	if (merged) {
		decref_elsewhere(count);
		return;
	}
	count->local--;
	merge(count);
}

void rgc__shared_decref(rgc_object *object)
{
	struct shared_count *count = shared_of(object);
	if (!is_owner(count))
		decref_elsewhere(count);
	else if (--count->local == 0)
		merge(count);
}

int32_t rgc__shared_refcount(const rgc_object *object)
{
	struct shared_count *count = shared_of((rgc_object *)(uintptr_t)object);
	/* Relaxed: a snapshot; only the owner knows the rest. */
	int32_t shared = atomic_load_explicit(&count->shared, memory_order_relaxed);
	return (shared >> 2) + (is_owner(count) ? (int32_t)count->local : 0);
}

int32_t rgc__shared_references(const rgc_object *object)
{
	struct shared_count *count = shared_of((rgc_object *)(uintptr_t)object);
	/* Relaxed, and `local` of a word that its owner writes plainly: a snapshot. */
	return (atomic_load_explicit(&count->shared, memory_order_relaxed) >> 2) +
	       (int32_t)__atomic_load_n(&count->local, __ATOMIC_RELAXED);
}

static struct link *take_queue(void)
{
	/* Acquire pairs with the release in leave_to_owner. */
	return atomic_exchange_explicit(&own.queue, NULL, memory_order_acquire);
}

void rgc__shared_settle(void)
{
	/* Relaxed: take_queue looks again. */
	if (likely(!atomic_load_explicit(&own.queue, memory_order_relaxed)))
		return;
	for (struct link *link = take_queue(), *next; link; link = next) {
		next = link->next;
		struct shared_count *count = shared_of(object_of(link));
		drop_left_reference(count, !is_owner(count));
	}
}

void rgc_shared_settle(void)
{
	rgc__shared_settle();
}

/* Takes the thread from the list, unless there is something to settle. */
static bool resign(void)
{
	hold_owners();
	bool idle = !atomic_load_explicit(&own.queue, memory_order_relaxed); /* only filled under the lock */
	if (idle) {
		struct owner **at = &owners;
		while (*at != &own)
			at = &(*at)->next;
		*at = own.next;
	}
	let_go_of_owners();
	return idle;
}

void rgc__shared_thread_ends(void)
{
	if (!rgc__thread.id)
		return;
	while (!resign())
		rgc__shared_settle();
	rgc__thread.id = 0;
}

size_t rgc__shared_bytes(const rgc_object *object)
{
	return sizeof(struct shared_count) + object_bytes(object);
}

/* Inlined into what the program called, so that mprof attributes the block to the line that asked for it. */
static inline __attribute__((always_inline)) void *count_new(const struct rgc_type *type, size_t bytes)
{
	if (likely(!rgc__recorded))
		return calloc(1, bytes);
	void *block = rgc__recorded_new(NULL, bytes);
	if (block)
		mprof_track_alloc_typed(block, bytes, type->name);
	return block;
}

/* `bytes` are those of its struct and items. */
static inline __attribute__((always_inline)) void *shared_new(const struct rgc_type *type, size_t bytes)
{
	/* The heap itself is not needed; but with it comes the notice of the thread's end. */
	if (!heap_current())
		return NULL;
	struct shared_count *count = count_new(type, sizeof(*count) + bytes);
	if (!count)
		return NULL;
	if (!rgc__thread.id)
		become_owner();
	count->local = 1;
	/* Relaxed: the creator publishes the object itself. */
	atomic_store_explicit(&count->owner, rgc__thread.id, memory_order_relaxed);
	rgc_object *object = object_of(&count->link);
	object->type = type;
	object->refs = REFS_SHARED;
	object->flags = OBJECT_SHARED;
#ifdef RGC_DEBUG
	rgc__known_born(object);
#endif
	return object;
}

void *rgc_new_shared_(const struct rgc_type *type)
{
	if (type->item_size) { /* of how many items, nobody has said */
		errno = EINVAL;
		return NULL;
	}
	return shared_new(type, type->size);
}

void *rgc__shared_new_items(const struct rgc_type *type, size_t count)
{
	rgc_var *object = shared_new(type, type->size + count * type->item_size);
	if (object)
		object->count = count;
	return object;
}

void rgc__shared_revive(rgc_object *object)
{
	/* Relaxed: nobody else has a reference. */
	atomic_fetch_add_explicit(&shared_of(object)->shared, SHARED_ONE, memory_order_relaxed);
}

bool rgc__shared_expire(rgc_object *object)
{
	/* Acquire and release as in decref_elsewhere and end(), for those that the finalizer lent it to. */
	return atomic_fetch_sub_explicit(&shared_of(object)->shared, SHARED_ONE, memory_order_acq_rel) ==
	       (SHARED_ONE | SHARED_MERGED);
}

void rgc__shared_free(rgc_object *object)
{
	object->refs = REFS_DEAD;
#ifdef RGC_DEBUG
	rgc__known_ended(object);
#endif
	if (rgc__recorded)
		rgc__recorded_free(NULL, shared_of(object), rgc__shared_bytes(object));
	else
		free(shared_of(object));
}
