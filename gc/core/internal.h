/*
 * internal.h - what the files of librgc share: the layout of blocks, heaps, and the steps of an object's
 * life.
 *
 * A block is [link][object]; the link exists for types that have references or a finalizer.  Shared objects
 * have a struct shared_count before the object instead, whose last part is a link too.
 *
 * For containers (list.c, tuple.c, dict.c, set.c, str.c, number.c, capsule.c, lru_cache.c):
 *   - allocate with rgc_new_ or rgc_new_items_; a type without traverse, clear, finalize and fields gets no
 * link;
 *   - containers whose items are mostly values have RGC_TYPE_LAZY and call track_child after each store;
 *   - `traverse` visits every item; `clear` moves the items out, empties the container, then decrefs them.
 * A last reference dropped inside a clear ends the object at once, or queues it if clears nest too deep
 * (drop.c);
 *   - item arrays come from malloc, realloc and free; report them with heap_bytes_changed.
 * text.c has rgc_repr, and guards its recursion.
 */
#ifndef RGC_GC_CORE_INTERNAL_H
#define RGC_GC_CORE_INTERNAL_H

#include <mprof/mprof.h>
#include <mprof/rgc.h>

#include <stdatomic.h>
#include <stdlib.h>

MPROF_RUNTIME

/* The library's own functions and variables are reached without the tables of its interface. */
#pragma GCC visibility push(hidden)

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* rgc_object.flags */
enum {
	OBJECT_LINKED = 1u << 0,      /* a link precedes it */
	OBJECT_TRACKED = 1u << 1,     /* the link is in a list of its heap */
	OBJECT_COLLECTING = 1u << 2,  /* being examined: the link has `external` in place of `prev` */
	OBJECT_UNREACHABLE = 1u << 3, /* found unreachable by the running collection */
	OBJECT_FINALIZED = 1u << 4,
	OBJECT_WEAK_TARGET = 1u << 5, /* has an entry in its heap's weak table */
	OBJECT_SHARED = 1u << 6,
	OBJECT_ENDING = 1u << 7, /* in the list of a drop: `external` is the next field to be dropped */
	OBJECT_HEAP_SHIFT = 8,   /* 16 bits: number of its heap, modulo 2^16; librgc-debug checks it */
	OBJECT_CLASS_SHIFT = 24, /* 7 bits: size class in the pool, 0 for malloc and recorded.c */
};
#define OBJECT_SIMPLE (1u << 31) /* type_is_simple */

static inline unsigned object_class(const rgc_object *object)
{
	return object->flags >> OBJECT_CLASS_SHIFT & 127;
}

struct link {
	struct link *next;
	union {
		struct link *prev;
		struct {                  /* with OBJECT_COLLECTING */
			int32_t external; /* references from outside the candidates */
			int32_t ahead;    /* grains to a link that comes some time later, or 0 */
		};
	};
};

/* rgc_object.refs of objects that are not counted there. */
enum { REFS_IMMORTAL = -1, REFS_SHARED = -2, REFS_DEAD = INT32_MIN };

/* Before a shared object. */
struct shared_count {
	_Atomic uint64_t owner; /* the thread that may use `local`; 0 once merged */
	uint32_t local;
	_Atomic int32_t shared; /* count * 4 | SHARED_MERGED | SHARED_QUEUED */
	struct link link;
};

static inline struct link *link_of(rgc_object *object)
{
	return (struct link *)(void *)object - 1;
}

static inline rgc_object *object_of(struct link *link)
{
	return (rgc_object *)(void *)(link + 1);
}

static inline struct shared_count *shared_of(rgc_object *object)
{
	return (struct shared_count *)(void *)object - 1;
}

/* Members have the types that the program gave them. */
typedef rgc_object *object_pointer __attribute__((may_alias));

/* The member at the type's nth offset. */
static inline object_pointer *object_field(rgc_object *object, uint32_t number)
{
	return (object_pointer *)(void *)((char *)object + object->type->fields[number]);
}

static inline bool type_has_references(const struct rgc_type *type)
{
	return type->field_count || type->traverse;
}

static inline bool type_is_linked(const struct rgc_type *type)
{
	return type_has_references(type) || type->clear || type->finalize;
}

/* Whether objects are a fixed number of members, of which some are references, and no function of the
 * program's takes part in their end: what is done to them then, and in which order, cannot be observed. */
static inline bool type_is_simple(const struct rgc_type *type)
{
	/* One test, as it almost always holds. */
	uintptr_t functions = (uintptr_t)type->traverse | (uintptr_t)type->clear | (uintptr_t)type->finalize;
	return type->field_count && !(functions | type->item_size | (type->flags & RGC_TYPE_LAZY));
}

static inline void list_init(struct link *head)
{
	head->next = head->prev = head;
}

static inline bool list_is_empty(const struct link *head)
{
	return head->next == head;
}

static inline void list_append(struct link *head, struct link *link)
{
	struct link *last = head->prev;
	link->prev = last;
	link->next = head;
	last->next = link;
	head->prev = link;
}

static inline void list_remove(struct link *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
}

/* Moves all of `from` to the end of `to`. */
void list_splice(struct link *from, struct link *to);

/* ---- pool.c: memory of blocks ---- */

#define POOL_GRAIN 16u  /* bytes between size classes */
#define POOL_CLASSES 33 /* class c has blocks of 16 * c bytes */
#define LARGE_CLASSES 24
#define LARGEST_BYTES ((size_t)32 << 10) /* of a block that can be carved from any chunk */

struct free_block {
	struct free_block *next;
};

/* The header of a chunk; a cache line, so that blocks begin at one. */
struct chunk {
	_Alignas(64) struct chunk *next;
	size_t bytes;
};

struct pool {
	struct free_block *free[POOL_CLASSES];
	struct free_block *large[LARGE_CLASSES]; /* recorded.c */
	struct chunk *chunks;
	char *unused, *end; /* of the newest chunk */
	size_t next_chunk_bytes;
};

/* Size classes from here on come from malloc: POOL_CLASSES, or 0 while pools are off. */
extern _Atomic unsigned pool_classes;

/* A block of size class `class`, not zeroed, after the free list was found empty.  NULL with ENOMEM. */
void *pool_refill(struct pool *pool, unsigned class);
/* A block of a size without a free list, a multiple of POOL_GRAIN up to LARGEST_BYTES.  NULL with ENOMEM. */
void *pool_carve(struct pool *pool, size_t bytes);
void pool_finish(struct pool *pool);

static inline void pool_put(struct pool *pool, unsigned class, void *block)
{
	struct free_block *free_block = block;
	free_block->next = pool->free[class];
	pool->free[class] = free_block;
}

/* ---- recorded.c: under a recording mprof ---- */

/* Whether objects are reported to mprof one by one, with their types.  Then pool_classes is 0, and blocks of
 * class 0 come from here instead of malloc. */
extern bool recorded;

/* A block, zeroed, that mprof is not told of yet; NULL with ENOMEM. */
void *recorded_memory_new(rgc_heap *heap, size_t bytes);
void recorded_block_free(rgc_heap *heap, void *block, size_t bytes);
/* The same for shared objects; by any thread. */
void *recorded_shared_new(size_t bytes);
void recorded_shared_free(void *block, size_t bytes);

/* ---- heap.c ---- */

struct callback {
	struct callback *next;
	rgc_callback function; /* NULL once removed */
	void *data;
	bool is_new; /* added during a phase: waits for the next */
};

#define QUARANTINE 4096

struct weak_table {
	struct weak_entry *entries;
	size_t capacity, used; /* capacity is 0 or a power of two */
};

struct rgc_heap {
	struct pool pool;
	struct link generations[RGC_GENERATIONS];
	struct link permanent; /* frozen */
	struct link garbage;   /* each holds one more reference */
	unsigned counts[RGC_GENERATIONS], thresholds[RGC_GENERATIONS];
	unsigned trigger; /* thresholds[0], or UINT_MAX if automatic collection is off */
	bool enabled, collecting;
	unsigned debug;
	size_t bytes;
	size_t long_lived_total, long_lived_pending;
	struct rgc_stats stats[RGC_GENERATIONS];
	struct callback *callbacks;
	unsigned calling_back; /* depth */
	struct weak_table weak;
	uint32_t number;    /* already shifted to its place in flags */
	atomic_bool in_use; /* is some thread's current heap, or some thread's own */
	rgc_heap *next;     /* in the list of heaps left by ended threads */
#ifdef RGC_DEBUG
	struct link blocks; /* struct note of all objects */
	size_t allocations;
	void *quarantine[QUARANTINE]; /* dead blocks, the oldest at the next place */
	size_t quarantine_next;
#endif
};

/* What a thread knows.  Drops are queued here, not in the heap, because shared objects have none. */
struct thread {
	rgc_heap *heap, *own;
	struct link *pending; /* objects that wait for their end, by link.next */
	bool dropping;        /* drops are queued */
	unsigned nesting;     /* functions that run inside a drop or a collection */
	uint64_t id;          /* 0, or this thread's number among owners of shared objects */
};

extern _Thread_local struct thread rgc_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* The current heap; NULL with ENOMEM. */
rgc_heap *heap_create_own(void);
static inline rgc_heap *heap_current(void)
{
	rgc_heap *heap = rgc_thread.heap;
	return likely(heap != NULL) ? heap : heap_create_own();
}

/* Recomputes heap->trigger. */
void heap_update_trigger(rgc_heap *heap);

/* Takes memory besides an object's block into rgc_heap_bytes; may be negative. */
static inline void heap_bytes_changed(ptrdiff_t bytes)
{
	rgc_thread.heap->bytes += (size_t)bytes;
}

/* ---- verify.c ---- */

/* A line of rgc_report_leaks: all objects of a type. */
void print_alive(FILE *file, const struct rgc_type *type, size_t objects, size_t external);

/* ---- debug.c: what librgc-debug does besides ---- */

#ifdef RGC_DEBUG
/* A block from malloc, zeroed; NULL with ENOMEM.  debug_born makes its object known. */
void *debug_block_new(size_t bytes);
void debug_born(rgc_heap *heap, rgc_object *object);
/* Overwrites the dead object and keeps its block of `bytes` for a while. */
void debug_block_free(rgc_heap *heap, rgc_object *object, size_t bytes);
void debug_heap_finish(rgc_heap *heap);
/* Called before each allocation: RGC_STRESS. */
void debug_before_new(rgc_heap *heap);
/* Aborts with a message about an object. */
_Noreturn void debug_fail(const rgc_object *object, const char *fault);
/* Abort if the object is not one of the current heap; has references left; cannot be stored. */
void debug_check_owner(const rgc_object *object);
void debug_check_cleared(rgc_object *object);
void debug_check_store(const rgc_object *object);
#endif

/* ---- object.c ---- */

/* visit(child, argument) for all references, until one returns non-zero, which is returned. */
int object_traverse(rgc_object *object, rgc_visit visit, void *argument);

/* Bytes of the object's block that are in use: link, head, members, items. */
static inline size_t object_bytes(const rgc_object *object)
{
	const struct rgc_type *type = object->type;
	size_t bytes = type->size;
	if (object->flags & OBJECT_LINKED)
		bytes += sizeof(struct link);
	if (type->item_size)
		bytes += type->item_size * ((const rgc_var *)object)->count;
	return bytes;
}

/* Gives the block back to where it came from. */
static inline void object_free(rgc_heap *heap, rgc_object *object)
{
	size_t bytes = object_bytes(object);
	void *block = object;
	if (object->flags & OBJECT_LINKED) {
		block = link_of(object);
		if (type_has_references(object->type) && heap->counts[0] > 0)
			heap->counts[0]--;
	}
	heap->bytes -= bytes;
#ifdef RGC_DEBUG
	(void)block;
	debug_block_free(heap, object, bytes);
#else
	unsigned class = object_class(object);
	if (likely(class))
		pool_put(&heap->pool, class, block);
	else if (recorded)
		recorded_block_free(heap, block, bytes);
	else
		free(block);
#endif
}

/* Appends to the youngest generation. */
static inline void object_track(rgc_heap *heap, rgc_object *object)
{
	object->flags |= OBJECT_TRACKED;
	list_append(&heap->generations[0], link_of(object));
}

static inline void object_untrack(rgc_object *object)
{
	object->flags &= ~(uint32_t)(OBJECT_TRACKED | OBJECT_UNREACHABLE);
	list_remove(link_of(object));
}

/* Whether an object can be in a cycle, now or later. */
static inline bool may_be_tracked(const rgc_object *object)
{
	return !(object->flags & OBJECT_SHARED) && type_has_references(object->type) &&
	       ((object->flags & OBJECT_TRACKED) || !(object->type->flags & RGC_TYPE_IMMUTABLE));
}

/* rgc_track_child for the library's own containers; call it after each store. */
static inline void track_child(void *container, const void *child)
{
	rgc_object *object = container;
	if (!(object->flags & OBJECT_TRACKED) && child && may_be_tracked(child))
		object_track(rgc_thread.heap, object);
}

/* ---- simple.c: the end of simple objects ---- */

#ifndef RGC_DEBUG
/* Ends a simple object of the heap, which is the thread's, and what hangs from it.  It must have one
 * reference, no weak ones, and be dropped outside any other drop. */
void simple_drop(rgc_heap *heap, rgc_object *object);
#endif

/* Whether a simple object may end without more ado. */
static inline bool ends_simply(const rgc_object *object)
{
	return (object->flags & (OBJECT_SIMPLE | OBJECT_WEAK_TARGET)) == OBJECT_SIMPLE;
}

/* Frees simple objects that only they themselves refer to, without weak references to any of them. `outside`:
 * some may refer to others.  False, and nothing has been done, if one of those would end, and the program
 * might notice in which order. */
bool simple_free_all(rgc_heap *heap, struct link *unreachable, bool outside);

/* ---- drop.c ---- */

/* Ends an object whose count is 0: now, or before the drop goes on that this is part of. */
void object_drop(rgc_object *object);

/* Lets the caller's drops be carried out at once, even inside a drop, until the state is given back. */
struct drop_state {
	struct link *pending;
	bool dropping;
};
struct drop_state drops_begin(void);
void drops_end(struct drop_state state);

/* Calls the finalizer if there is one and it has not been called.  errno is kept. */
void object_finalize(rgc_object *object);

/* Drops all references, as the type's clear and fields say. */
void object_clear(rgc_object *object);

/* ---- collect.c ---- */

/* Collects whichever generations are due; called when counts[0] exceeds the trigger. */
void collect_automatically(rgc_heap *heap);

/* rgc_collect of a good generation, in a given heap. */
size_t collect(rgc_heap *heap, int generation);

/* ---- weakref.c ---- */

/* The weak references whose callbacks are to be called; linked through the weak references themselves. */
struct weak_queue {
	rgc_weak *first, **end;
};
void weak_queue_init(struct weak_queue *queue);

/* Clears all weak references to a target, whose flag must be set, and queues those with a callback that are
 * alive and not unreachable; the queue holds a reference to each. */
void weak_clear_target(rgc_heap *heap, rgc_object *target, struct weak_queue *queue);
void weak_run_callbacks(struct weak_queue *queue);
/* Clears one weak reference, which has a type of that name. */
void weak_forget_target(rgc_object *weak);
void weak_table_finish(struct weak_table *table);

/* ---- gc_module.c ---- */

void callbacks_run(rgc_heap *heap, enum rgc_phase phase, const struct rgc_info *info);
void callbacks_finish(rgc_heap *heap);

/* ---- shared.c ---- */

enum { SHARED_MERGED = 1, SHARED_QUEUED = 2, SHARED_ONE = 4 };

void shared_incref(rgc_object *object);
void shared_decref(rgc_object *object);
int32_t shared_refcount(const rgc_object *object);
void shared_free(rgc_object *object);
/* For an object whose last reference is gone: lends it one, and takes that back; whether it was the last. */
void shared_revive(rgc_object *object);
bool shared_expire(rgc_object *object);
/* As rgc_shared_settle, for the price of a load if there is nothing to do. */
void shared_settle(void);
/* When a thread ends: settles, and from then on others settle its objects themselves. */
void shared_thread_ends(void);

#pragma GCC visibility pop

#endif
