/*
 * heaps.c - heaps, and which one a thread uses: made when first needed, left behind when the thread ends,
 * inherited.
 */
#include "heap.h"
#include "at_exit.h"
#include "callbacks.h"
#include "debug.h"
#include "shared.h"
#include "weakref.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct thread rgc__thread __attribute__((tls_model("initial-exec"), visibility("hidden")));

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static rgc_heap *left_behind; /* by ended threads, with objects still alive; under `lock` */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;
static int thread_end_error;

/* The first heap is nobody's allocation: most programs have no other, and keep it to the end. */
static rgc_heap first;
static atomic_bool first_is_used;

static rgc_heap *memory_new(void)
{
	/* Acquire pairs with the release in memory_free: what the last user did there is over. */
	if (atomic_exchange_explicit(&first_is_used, true, memory_order_acquire))
		return calloc(1, sizeof(rgc_heap));
	return memset(&first, 0, sizeof(first));
}

static void memory_free(rgc_heap *heap)
{
	if (heap == &first)
		atomic_store_explicit(&first_is_used, false, memory_order_release); /* see memory_new */
	else
		free(heap);
}

static void settings_begin(rgc_heap *heap)
{
	heap->thresholds[0] = 2000;
	heap->thresholds[1] = heap->thresholds[2] = 10;
	heap->enabled = true;
	heap->debug = 0;
	heap_update_trigger(heap);
}

rgc_heap *rgc_heap_new(void)
{
	static _Atomic uint32_t heaps;
	rgc_heap *heap = memory_new();
	if (!heap)
		return NULL;
	for (int i = 0; i < RGC_GENERATIONS; i++)
		links_init(&heap->generations[i]);
	links_init(&heap->permanent);
	links_init(&heap->garbage);
	links_init(&heap->at_ends.alive);
	rgc__pool_init(&heap->pool);
	heap->pools_buffers = rgc_get_pool();
#ifdef RGC_DEBUG
	links_init(&heap->blocks);
#endif
	/* Relaxed: only the number matters. */
	uint32_t number = atomic_fetch_add_explicit(&heaps, 1, memory_order_relaxed);
	heap->number = (number & UINT16_MAX) << OBJECT_HEAP_SHIFT;
	settings_begin(heap);
	return heap;
}

static void heap_free(rgc_heap *heap)
{
	rgc__callbacks_finish(heap);
	rgc__weak_map_finish(&heap->weak);
	rgc__pool_finish(&heap->pool);
#ifdef RGC_DEBUG
	rgc__debug_heap_finish(heap);
#endif
	memory_free(heap);
}

/* Frees all that can be freed in the current heap; whether nothing is left. */
static bool heap_empty_current(rgc_heap *heap)
{
	rgc_unfreeze();
	rgc_garbage_clear();
	rgc_collect(RGC_GENERATIONS - 1);
	return heap->bytes == 0;
}

/* True if the caller has the heap for itself now.  Acquire pairs with the release in heap_release: what the
 * last thread did there is visible. */
static bool heap_acquire(rgc_heap *heap)
{
	return !atomic_exchange_explicit(&heap->in_use, true, memory_order_acquire);
}

static void heap_release(rgc_heap *heap)
{
	atomic_store_explicit(&heap->in_use, false, memory_order_release); /* see heap_acquire */
}

/* Of a heap that the caller has for itself, beside its current one: whether it was empty, and is no more. */
static bool heap_end(rgc_heap *heap)
{
	rgc_heap *present = rgc__thread.heap;
	rgc__thread.heap = heap;
	bool empty = heap_empty_current(heap);
	rgc__thread.heap = present;
	if (empty)
		heap_free(heap);
	else
		heap_release(heap);
	return empty;
}

int rgc_heap_delete(rgc_heap *heap)
{
	if (!heap)
		return 0;
	rgc_heap *present = heap_current();
	if (!present)
		return -1;
	/* A thread's own heap, and any thread's current one, is in use. */
	if (!present->collecting && !rgc__thread.nesting && heap_acquire(heap) && heap_end(heap))
		return 0;
	errno = EBUSY;
	return -1;
}

/* When a thread ends.  Destructors of other keys may bring objects to their end later: then the thread
 * gets a heap once more, and this is called again. */
static void leave(void *unused)
{
	(void)unused;
	struct thread *thread = &rgc__thread;
	if (thread->heap != thread->own)
		heap_release(thread->heap);
	rgc_heap *heap = thread->heap = thread->own;
	/* Whom it wanted called is told of nothing any more: their data may have been on its stack. */
	rgc__callbacks_finish(heap);
	bool empty = heap_empty_current(heap);
	rgc__shared_thread_ends();
	thread->heap = thread->own = NULL;
	if (empty) {
		heap_free(heap);
		return;
	}
	/* Nobody may inherit it for long. */
	(void)rgc__pool_trim(&heap->pool);
	/* Objects are inherited; what the thread wanted ends with it. */
	settings_begin(heap);
	rgc__heaps_left_hold();
	heap->next = left_behind;
	left_behind = heap;
	rgc__heaps_left_let_go();
}

/*
 * The main thread's heap, which leave() is not called for: at exit its memory is no leak of the program's.
 * Objects that are left may be, and keep it.  After the destructors of others, which may have objects still;
 * those that come even later get another heap.
 */
__attribute__((destructor(DESTRUCTOR_FREE))) static void finish_at_exit(void)
{
	struct thread *thread = &rgc__thread;
	rgc_heap *heap = thread->own;
	if (!heap || thread->heap != heap || thread->nesting)
		return;
	if (!heap->weak.used)
		rgc__weak_map_finish(&heap->weak);
	if (heap->bytes)
		return;
	thread->heap = thread->own = NULL;
	heap_free(heap);
}

void rgc__heaps_left_hold(void)
{
	pthread_mutex_lock(&lock);
}

void rgc__heaps_left_let_go(void)
{
	pthread_mutex_unlock(&lock);
}

bool rgc__heap_is_left(const rgc_heap *heap)
{
	const rgc_heap *at = left_behind;
	while (at && at != heap)
		at = at->next;
	return at;
}

/* A fork child has none of the other threads, of which one may hold the lock just then. */
static void prepare(void)
{
	thread_end_error = pthread_key_create(&thread_end, leave);
	if (!thread_end_error)
		thread_end_error =
			pthread_atfork(rgc__heaps_left_hold, rgc__heaps_left_let_go, rgc__heaps_left_let_go);
	rgc__at_exit_register();
}

static rgc_heap *inherit(void)
{
	rgc__heaps_left_hold();
	rgc_heap *heap = left_behind;
	if (heap)
		left_behind = heap->next;
	rgc__heaps_left_let_go();
	return heap;
}

static rgc_heap *create_own(void)
{
	pthread_once(&once, prepare);
	rgc_heap *heap = thread_end_error ? NULL : inherit();
	if (!heap && !thread_end_error)
		heap = rgc_heap_new();
	if (!heap || pthread_setspecific(thread_end, heap) != 0) {
		if (heap)
			heap_free(heap);
		errno = ENOMEM;
		return NULL;
	}
	heap_acquire(heap);
	rgc__thread.heap = rgc__thread.own = heap;
	return heap;
}

rgc_heap *rgc_heap_current(void)
{
	rgc_heap *heap = rgc__thread.heap;
	return heap ? heap : create_own();
}

int rgc_heap_use(rgc_heap *heap)
{
	rgc_heap *present = heap_current();
	if (!present)
		return -1;
	rgc_heap *own = rgc__thread.own;
	if (!heap)
		heap = own;
	if (heap == present)
		return 0;
	if (present->collecting || rgc__thread.nesting || (heap != own && !heap_acquire(heap))) {
		errno = EBUSY;
		return -1;
	}
	if (present != own)
		heap_release(present);
	rgc__thread.heap = heap;
	return 0;
}

size_t rgc_heap_bytes(void)
{
	rgc_heap *heap = heap_current();
	return heap ? heap->bytes : 0;
}

size_t rgc_trim(void)
{
	rgc_heap *heap = rgc__thread.heap;
	return heap ? rgc__pool_trim(&heap->pool) : 0;
}
