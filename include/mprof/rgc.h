/*
 * rgc.h - CPython's memory model for C: plain reference counts free acyclic data at once, and a generational
 * collector finds the cycles that remain.  Weak references, finalizers, containers and a memoizer complete
 * it.
 *
 *     typedef struct node { RGC_HEAD; struct node *next, *prev; int value; } node;
 *     RGC_DEFINE_TYPE(node, next, prev);            the members that own references
 *
 *     node *a = rgc_new(node), *b = rgc_new(node);
 *     rgc_set(&a->next, b);                         incref new, store, decref old
 *     rgc_set(&b->prev, a);
 *     rgc_decref(a);
 *     rgc_decref(b);
 *     rgc_collect(2);                               returns 2
 *
 * C11 and C++11 or later with the GNU extensions of gcc and clang.  Link with librgc (pkg-config rgc), or
 * with librgc-debug, which has the same interface and checks counts, stores and structures
 * (mprof/rgc/debug.h).
 *
 * Ownership.  `_new`, `_of`, `_from`, `_ref`, `_take`, `_pop`, `_call`, `_next`, `_finish`, rgc_share and
 * what makes a new object out of others (`_copy`, `_slice`, `_concat`, `_format`, `_join`, `_split`,
 * `_strip`, `_replace`, `_union`, `_intersection`, `_difference`, `_thaw`, rgc_repr, all that make iterators)
 * return a reference that the caller owns and drops with rgc_decref.
 * `_get`, rgc_cached and anything that fills an array of objects return borrowed references, good until the
 * object that holds them changes.  Arguments are borrowed (the callee increfs what it keeps, and the caller
 * sees to it that they are alive until it returns, whatever finalizers do that a collection runs), except for
 * functions with `steal` in the name: those consume the reference, on failure too.
 *
 * Errors.  Functions that can fail return NULL or -1 and set errno: ENOMEM, EINVAL (an argument), ENOENT (no
 * such key), ERANGE (an index), ENOTSUP (the type has no such operation), EBUSY (changed during iteration),
 * ELOOP (containers nested too deep to be compared, hashed or shared, iterators to be asked).
 * errno is left alone on success, but for what functions of the program's change that are called on the way.
 * Where an object is needed and there is NULL, most likely because it could not be made, the call fails with
 * EINVAL, or with the ENOMEM that errno has already; so a chain of calls may be looked at once, at its end.
 * Those that cannot fail give 0, false or NULL then, and set errno as well. What is no object of the
 * parameter's type is an error of the program, which librgc-debug aborts; see RGC_AS for a cast that asks,
 * and mprof/rgc/no_text.h for what does not compile.
 *
 * Threads.  Each thread has a heap of its own, and objects belong to the heap in which they were made: only
 * one thread at a time may touch them, and only while that heap is its current one (mprof/rgc/heap.h). Shared
 * objects (mprof/rgc/shared.h) are the exception.  Nothing here may be called from a signal handler.
 *
 * User code (finalizers, weak reference callbacks, hash, equal, repr, collector callbacks) may use all of the
 * interface on any object that it can reach, collections included.
 *
 * All that is called from here must return: besides these also traverse, clear, compare, iter, memoized
 * functions, those of iterators, cached members and ends, and the destroy of a capsule.  Whoever leaves one
 * by longjmp, by a C++ exception, by pthread_exit or by the cancellation of the thread is aborted at once,
 * with a message that names it:
 *
 *     rgc: the finalizer of node was left by longjmp, an exception or the end of its thread: it must return
 *
 * What begins and ends inside is no matter: catch exceptions there, and fail with errno where that is
 * possible.  longjmp is noticed with glibc only.  Coroutines may be switched inside if the functions return
 * in the order reverse to that in which they were called.
 */
#ifndef MPROF_RGC_H
#define MPROF_RGC_H

#include <mprof/rgc/type.h>

/* The release that these headers belong to. */
#define RGC_VERSION "0.1.0"
#define RGC_VERSION_MAJOR 0
#define RGC_VERSION_MINOR 1
#define RGC_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/* Out of line parts of the functions below; not to be called directly. */
RGC_API void *rgc_new_(const struct rgc_type *type) RGC_WARN_UNUSED;
RGC_API void *rgc_new_items_(const struct rgc_type *type, size_t count) RGC_WARN_UNUSED;
RGC_API void rgc_incref_slow_(rgc_object *object);
RGC_API void rgc_decref_slow_(rgc_object *object);
RGC_API void rgc_check_(const rgc_object *object, const char *function);
RGC_API void *rgc_as_(const void *object, const struct rgc_type *type);

/*
 * A new object of a type that was defined with RGC_DEFINE_TYPE: zeroed past its head, with one reference,
 * which the caller owns.  May run a collection first, before the object exists.  NULL with ENOMEM.
 */
#define rgc_new(name) ((name *)rgc_new_(&RGC_TYPE(name)))

/*
 * The same for a type with trailing items (item_size not 0), whose struct starts with RGC_VAR_HEAD: room for
 * `count` items after the struct, zeroed; rgc_var.count is set and must not be changed.  Also EINVAL if the
 * size overflows, or the type has no items.
 */
#define rgc_new_items(name, count) ((name *)rgc_new_items_(&RGC_TYPE(name), (count)))

/* What a program that is compiled for librgc-debug has checked besides, where nothing is called. */
#ifdef RGC_DEBUG
#define RGC_CHECK_STORE_(object) rgc_check_((const rgc_object *)(object), "a store")
#else
#define RGC_CHECK_STORE_(object) ((void)0)
#endif
#if defined(RGC_DEBUG) && !defined(RGC_IS_BEING_BUILT)
#define RGC_CHECK_COUNTED_(object) rgc_check_((object), __func__)
#else
#define RGC_CHECK_COUNTED_(object) ((void)0)
#endif

/* Adds a reference; NULL is ignored.  Counts up to 2^31 - 1; an object that gets there becomes immortal. */
static inline void rgc_incref(const void *pointer)
{
	rgc_object *object = (rgc_object *)(uintptr_t)pointer;
	if (!object)
		return;
	RGC_CHECK_COUNTED_(object);
	if (__builtin_expect(object->refs > 0, 1))
		object->refs = (int32_t)((uint32_t)object->refs + 1);
	else
		rgc_incref_slow_(object);
}

/*
 * Drops a reference; NULL is ignored.  The last one ends the object: finalizer, weak references, its own
 * references, memory.  However deep the structure behind it, the stack does not grow with it.
 */
static inline void rgc_decref(const void *pointer)
{
	rgc_object *object = (rgc_object *)(uintptr_t)pointer;
	if (!object)
		return;
	RGC_CHECK_COUNTED_(object);
	if (__builtin_expect(object->refs > 1, 1))
		object->refs--;
	else
		rgc_decref_slow_(object);
}

/* Adds a reference to `object` and returns it, with its own type. */
#define rgc_ref(object)                                                                                      \
	__extension__({                                                                                      \
		__typeof__(object) rgc_it_ = (object);                                                       \
		rgc_incref(rgc_it_);                                                                         \
		rgc_it_;                                                                                     \
	})

/*
 * The object as a pointer to the struct `name`, which must be its very type: borrowed; NULL with EINVAL if it
 * is of another, and NULL with errno unchanged for NULL, so that what could not be had may be handed on as it
 * is.  The cast to use where functions return void *:
 *
 *     rgc_list *list = RGC_AS(rgc_dict_get(dict, key), rgc_list);
 */
#define RGC_AS(object, name) ((name *)rgc_as_((object), &RGC_TYPE(name)))

/*
 * *slot = value, where the slot owns its reference: the value is increfed, stored, and only then the old
 * value is dropped.  Either may be NULL.  A macro, so that it checks types, and so that `rgc_set` can
 * also be the name of a type, the hash set.  With RGC_DEBUG, storing an object of another heap aborts.
 */
#define rgc_set(slot, value)                                                                                 \
	__extension__({                                                                                      \
		__typeof__(&*(slot)) rgc_slot_ = (slot);                                                     \
		__typeof__(*rgc_slot_) rgc_new_value_ = (value), rgc_old_value_ = *rgc_slot_;                \
		RGC_CHECK_STORE_(rgc_new_value_);                                                            \
		rgc_incref(rgc_new_value_);                                                                  \
		*rgc_slot_ = rgc_new_value_;                                                                 \
		rgc_decref(rgc_old_value_);                                                                  \
	})

/* The same, consuming the caller's reference to `value`: rgc_steal(&a->next, rgc_new(node)). */
#define rgc_steal(slot, value)                                                                               \
	__extension__({                                                                                      \
		__typeof__(&*(slot)) rgc_slot_ = (slot);                                                     \
		__typeof__(*rgc_slot_) rgc_new_value_ = (value), rgc_old_value_ = *rgc_slot_;                \
		RGC_CHECK_STORE_(rgc_new_value_);                                                            \
		*rgc_slot_ = rgc_new_value_;                                                                 \
		rgc_decref(rgc_old_value_);                                                                  \
	})

/* Empties the slot, then drops what was in it. */
#define rgc_clear(slot)                                                                                      \
	__extension__({                                                                                      \
		__typeof__(&*(slot)) rgc_slot_ = (slot);                                                     \
		__typeof__(*rgc_slot_) rgc_old_value_ = *rgc_slot_;                                          \
		*rgc_slot_ = NULL;                                                                           \
		rgc_decref(rgc_old_value_);                                                                  \
	})

/* Empties the slot and returns what was in it; its reference is the caller's now. */
#define rgc_take(slot)                                                                                       \
	__extension__({                                                                                      \
		__typeof__(&*(slot)) rgc_slot_ = (slot);                                                     \
		__typeof__(*rgc_slot_) rgc_old_value_ = *rgc_slot_;                                          \
		*rgc_slot_ = NULL;                                                                           \
		rgc_old_value_;                                                                              \
	})

static inline void rgc_auto_drop_(void *variable)
{
	void *object;
	__builtin_memcpy(&object, variable, sizeof object);
	rgc_decref(object);
}

/* rgc_auto node *n = rgc_new(node);  drops the variable's reference when it goes out of scope. */
#define rgc_auto __attribute__((cleanup(rgc_auto_drop_), unused))

/* The number of references to an object; INT32_MAX if it is immortal. */
RGC_API int32_t rgc_refcount(const void *object);

/* Bytes of an object: its own, with head, link and items, and the arrays and tables that it owns if it is one
 * of the library's containers, a memoizer or a builder (of weak containers also the weak references); as
 * rgc_heap_bytes counts them, which knows no shared ones.  What it refers to does not count, nor what a type
 * of the program's allocates besides.  After sys.getsizeof. */
RGC_API size_t rgc_sizeof(const void *object);

/* Hash of an object: its type's, or one of its address.  0, or -1 with errno (ENOTSUP: unhashable). */
RGC_API int rgc_hash(const void *object, size_t *hash);

/* 1 if equal, 0 if not, -1 with errno.  Identical objects are equal; those of types without `equal` only so.
 */
RGC_API int rgc_equal(const void *a, const void *b);

/* A printable form, owned: the type's, or "<node at 0x...>".  Inside itself a container prints "...". */
RGC_API struct rgc_str *rgc_repr(const void *object) RGC_WARN_UNUSED;

#ifdef __cplusplus
}
#endif

#include <mprof/rgc/heap.h>
#include <mprof/rgc/gc.h>
#include <mprof/rgc/weak.h>
#include <mprof/rgc/at_end.h>
#include <mprof/rgc/shared.h>
#include <mprof/rgc/values.h>
#include <mprof/rgc/bytes.h>
#include <mprof/rgc/containers.h>
#include <mprof/rgc/weak_containers.h>
#include <mprof/rgc/deque.h>
#include <mprof/rgc/defaultdict.h>
#include <mprof/rgc/counter.h>
#include <mprof/rgc/array.h>
#include <mprof/rgc/lru_cache.h>
#include <mprof/rgc/iter.h>
#include <mprof/rgc/order.h>
#include <mprof/rgc/text.h>
#include <mprof/rgc/cached.h>
#include <mprof/rgc/debug.h>
#ifndef RGC_IS_BEING_BUILT
#include <mprof/rgc/no_text.h>
#endif

#endif
