/*
 * object.c - objects come into being, and what holds for all types.  They end in drop.c.
 */
#include "block.h"
#include "call.h"
#include "collect.h"
#include "debug.h"
#include "shared.h"
#include "tracking.h"
#include "missing.h"

#include <errno.h>
#include <stdlib.h>

#ifdef RGC_DEBUG

static void *block_new(rgc_heap *heap, const struct rgc_type *type, size_t bytes, unsigned *class)
{
	(void)heap;
	(void)type;
	*class = 0;
	return rgc__debug_block_new(bytes);
}

#else

/* Inlined into what the program called, so that mprof attributes the block to the line that asked for it. */
static inline void *large_block_new(rgc_heap *heap, const struct rgc_type *type, size_t bytes,
				    unsigned *class)
{
	*class = 0;
	if (likely(!rgc__recorded))
		return calloc(1, bytes);
	void *block = rgc__recorded_new(&heap->pool, bytes);
	if (block)
		mprof_track_alloc_typed(block, bytes, type->name);
	return block;
}

/* The first 16 bytes are the link or the head, which are written in any case.  Not by memset, as a call costs
 * as much as all the rest. */
static inline void zero_rest(void *block, size_t grains)
{
	typedef struct {
		_Alignas(POOL_GRAIN) uint64_t words[2];
	} __attribute__((may_alias)) grain;
	grain *at = block, *last = at + (grains - 1);
	const grain zero = {{0, 0}};
	if (likely(grains - 2 <= 2)) { /* up to three, some of them twice */
		at[1] = zero;
		at[grains / 2] = zero;
		*last = zero;
		return;
	}
	while (at < last)
		*++at = zero;
}

/* A block, zeroed but for its first 16 bytes: small ones from the pool, others (class 0) from malloc. */
static inline void *block_new(rgc_heap *heap, const struct rgc_type *type, size_t bytes, unsigned *class)
{
	size_t grains = pool_grains(bytes);
	if (!pool_has_class(grains))
		return large_block_new(heap, type, bytes, class);
	*class = (unsigned)grains;
	void *block = pool_take(&heap->pool, *class);
	if (likely(block != NULL))
		zero_rest(block, grains);
	return block;
}

#endif

static inline rgc_object *object_begin(rgc_heap *heap, const struct rgc_type *type, void *block, size_t bytes,
				       size_t class, uint32_t flags)
{
	rgc_object *object = flags & OBJECT_LINKED ? object_of(block) : block;
	heap->bytes += bytes;
	object->type = type;
	object->refs = 1;
	object->flags = (uint32_t) class << OBJECT_CLASS_SHIFT | heap->number | flags;
	return object;
}

static inline __attribute__((always_inline)) void *object_new(const struct rgc_type *type, size_t bytes)
{
	rgc_heap *heap = heap_current();
	if (unlikely(!heap))
		return NULL;
#ifdef RGC_DEBUG
	rgc__debug_before_new(heap);
#endif
	bool linked = type_is_linked(type);
	if (linked)
		bytes += sizeof(struct link);
	if (type_has_references(type)) {
		/* The safe point: the new object does not exist yet, so nothing half built is traversed. */
		if (unlikely(++heap->counts[0] > heap->trigger))
			rgc__collect_automatically(heap);
	}
	unsigned class;
	void *block = block_new(heap, type, bytes, &class);
	if (unlikely(!block))
		return NULL;
	uint32_t flags = (linked ? (uint32_t)OBJECT_LINKED : 0) | (type_is_simple(type) ? OBJECT_SIMPLE : 0);
	rgc_object *object = object_begin(heap, type, block, bytes, class, flags);
#ifdef RGC_DEBUG
	rgc__debug_born(heap, object);
#endif
	if (linked && !(type->flags & RGC_TYPE_LAZY) && type_has_references(type))
		object_track(heap, object);
	return object;
}

#ifdef RGC_DEBUG

void *rgc_new_(const struct rgc_type *type)
{
	return object_new(type, type->size);
}

#else

/* What is not done below, which saves no registers for it. */
static __attribute__((noinline)) void *unusual_new(const struct rgc_type *type)
{
	return object_new(type, type->size);
}

/* The usual case without any call: a simple object, a free block, no collection due. */
void *rgc_new_(const struct rgc_type *type)
{
	rgc_heap *heap = rgc__thread.heap;
	size_t bytes = type->size + sizeof(struct link), grains = pool_grains(bytes);
	struct free_block *block;
	if (unlikely(!heap || !type_is_simple(type) || heap->counts[0] >= heap->trigger ||
		     !pool_has_class(grains) || !(block = heap->pool.free[grains])))
		return unusual_new(type);
	heap->pool.free[grains] = block->next;
	heap->counts[0]++;
	zero_rest(block, grains);
	rgc_object *object = object_begin(heap, type, block, bytes, grains,
					  OBJECT_LINKED | OBJECT_TRACKED | OBJECT_SIMPLE);
	links_append(&heap->generations[0], link_of(object));
	return object;
}

#endif

void *rgc_new_items_(const struct rgc_type *type, size_t count)
{
	size_t bytes;
	if (type->item_size == 0 || __builtin_mul_overflow(count, type->item_size, &bytes) ||
	    __builtin_add_overflow(bytes, type->size, &bytes) || bytes > PTRDIFF_MAX) {
		errno = EINVAL;
		return NULL;
	}
	rgc_var *object = object_new(type, bytes);
	if (object)
		object->count = count;
	return object;
}

int32_t rgc_refcount(const void *pointer)
{
	if (missing(pointer))
		return 0;
	const rgc_object *object = pointer;
	if (object->refs >= 0)
		return object->refs;
	return object->flags & OBJECT_SHARED ? rgc__shared_refcount(object) : INT32_MAX;
}

void rgc_incref_slow_(rgc_object *object)
{
#ifdef RGC_DEBUG
	rgc__check_held(object, "rgc_incref");
#endif
	if (object->refs == REFS_SHARED)
		rgc__shared_incref(object);
	else if (object->refs == REFS_TOO_MANY)
		rgc_make_immortal(object);
}

__attribute__((cold)) bool rgc__missing(void)
{
	if (errno != ENOMEM)
		errno = EINVAL;
	return true;
}

void rgc_check_(const rgc_object *object, const char *function)
{
#ifdef RGC_DEBUG
	if (object)
		rgc__check_held(object, function);
#else
	(void)object;
	(void)function;
#endif
}

void *rgc_as_(const void *pointer, const struct rgc_type *type)
{
#ifdef RGC_DEBUG
	if (pointer)
		rgc__check(pointer, NULL, "RGC_AS");
#endif
	const rgc_object *object = pointer;
	if (!object || object->type == type)
		return (void *)(uintptr_t)pointer;
	errno = EINVAL;
	return NULL;
}

void rgc_make_immortal(void *pointer)
{
	if (missing(pointer))
		return;
	rgc_object *object = pointer;
	if (object->flags & OBJECT_TRACKED)
		object_untrack(object);
	object->refs = REFS_IMMORTAL;
}

static APART int call_foreign_hash(const rgc_object *object, size_t *hash)
{
	struct call call MUST_RETURN;
	call_begin(&call, "hash", object->type);
	int result = object->type->hash(object, hash);
	call_end(&call);
	return result;
}

static inline int call_hash(const rgc_object *object, size_t *hash)
{
	return type_is_ours(object->type) ? object->type->hash(object, hash)
					  : call_foreign_hash(object, hash);
}

int rgc_hash(const void *pointer, size_t *hash)
{
	if (missing(pointer))
		return -1;
	const rgc_object *object = pointer;
	const struct rgc_type *type = object->type;
	if (type->hash && !(type->flags & RGC_TYPE_UNHASHABLE))
		return call_hash(object, hash);
	/* Those that are equal must have one hash, and who but the type knows one? */
	if (type->equal || type->flags & RGC_TYPE_UNHASHABLE) {
		errno = ENOTSUP;
		return -1;
	}
	/* Addresses end in zeroes, and tables use the low bits. */
	*hash = (uintptr_t)object >> 4 | (uintptr_t)object << 60;
	return 0;
}

static APART int call_foreign_equal(const rgc_object *object, const rgc_object *other)
{
	struct call call MUST_RETURN;
	call_begin(&call, "equal", object->type);
	int result = object->type->equal(object, other);
	call_end(&call);
	return result;
}

static inline int call_equal(const rgc_object *object, const rgc_object *other)
{
	return type_is_ours(object->type) ? object->type->equal(object, other)
					  : call_foreign_equal(object, other);
}

int rgc_equal(const void *a, const void *b)
{
	if (missing(a) || missing(b))
		return -1;
	const rgc_object *left = a, *right = b;
	if (left == right)
		return 1;
	if (left->type->equal)
		return call_equal(left, right);
	return right->type->equal ? call_equal(right, left) : 0;
}
