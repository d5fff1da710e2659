/*
 * interpose.c - the interposed functions that allocate and free: real call, record, nothing else.
 *
 * This file, interpose_end.c and interpose_exec.c alone define names of the C library, so unit tests link
 * everything but them and allocator.c, which asks them.  Each function looks at its own frame (HERE), so that
 * part cannot move into helpers. The C++ operators record only where the program's allocator is not reached
 * through our malloc; elsewhere they are a jump to the real ones.
 */
#include "allocator.h"
#include "base/guard.h"
#include "record/ordinary.h"
#include "real.h"
#include "record/recorder.h"
#include "record/sample.h"
#include "unwind/start.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#define RARE(condition) __builtin_expect(!!(condition), 0)

/* The list declares, so that it and the definitions below cannot disagree. */
#define HOOK(name, result, parameters)                                                                       \
	extern __attribute__((visibility("default"), noinline)) result name parameters;
#include "hooks.def"

#define HERE                                                                                                 \
	struct unwind_start here;                                                                            \
	UNWIND_HERE(&here)

#define FRAME __builtin_frame_address(0)

/* ordinary_event, but that it looks at the frame itself, and late: who must know it as well looks again, and
 * it takes no registers meanwhile. */
#define ORDINARY(type, block, size_bytes)                                                                    \
	LIKELY(({                                                                                            \
		struct thread *thread_ = ordinary_enter();                                                   \
		bool done_ = false;                                                                          \
		if (LIKELY(thread_)) {                                                                       \
			const struct unwind_view here_ = unwind_view_at(FRAME);                              \
			done_ = ordinary_commit(thread_, type, &here_, block, size_bytes);                   \
			ordinary_leave();                                                                    \
		}                                                                                            \
		done_;                                                                                       \
	}))

/* From here on it is another variable to the compiler.  A parameter that is one lives across calls and so
 * takes a register that must be saved, which is then not done before the way that ends early; and a result
 * that is one cannot be left to a callee that takes the frame's place. */
#define APART(variable) __asm__("" : "+r"(variable))

/* The same for several, each as "+r"(variable), and for memory: the odd way looks anew at what it was that
 * kept an event from the early one. */
#define APART_ALL(...) __asm__("" : __VA_ARGS__ : : "memory")

/* ---- what is recorded ------------------------------------------------------------------ */

/* Before each real call stands one comparison that ends the matter where the block is not sampled. */

static void begin_odd(const struct unwind_start *here, const void *block, size_t size_bytes)
{
	if (!allocator_is_tried() && block && sample_begins(block, size_bytes))
		recorder_allocated(here, block, size_bytes);
}

/* Where the heap is another's, whose functions are before ours, only operators are recorded; and no event is
 * an ordinary one, so that it is enough to ask for that here. */
static void record_odd_new(const struct unwind_start *here, const void *block, size_t size_bytes)
{
	if (!allocator_hidden)
		begin_odd(here, block, size_bytes);
}

/* For who has no room for more than its frame's address.  Returns the block. */
static __attribute__((noinline)) void *record_odd_new_at(const void *frame, void *block, size_t size_bytes)
{
	const struct unwind_start here = unwind_start_at(frame);

	record_odd_new(&here, block, size_bytes);
	return block;
}

static __attribute__((noinline)) void record_new(const struct unwind_start *here, const void *block,
						 size_t size_bytes)
{
	if (!ordinary_event(RECORD_ALLOC, here, block, size_bytes))
		record_odd_new(here, block, size_bytes);
}

static INLINED void *recorded_new(const struct unwind_start *here, void *block, size_t size_bytes)
{
	if (!sample_passes(size_bytes))
		record_new(here, block, size_bytes);
	return block;
}

static void record_sampled_end(const struct unwind_start *here, const void *block)
{
	enum sample_end end = sample_ends(block, false);

	if (end != SAMPLE_UNSEEN)
		recorder_ending(here, block, RECORD_FREE, end == SAMPLE_TEMPORARY);
}

static void end_odd(const struct unwind_start *here, const void *block)
{
	if (allocator_is_tried())
		return;
	if (sample_is_on())
		record_sampled_end(here, block);
	else if (block)
		recorder_freeing(here, block);
}

static void record_odd_end(const struct unwind_start *here, const void *block)
{
	if (!allocator_hidden)
		end_odd(here, block);
}

static __attribute__((noinline)) void record_odd_end_at(const void *frame, const void *block)
{
	const struct unwind_start here = unwind_start_at(frame);

	record_odd_end(&here, block);
}

static __attribute__((noinline)) void record_end(const struct unwind_start *here, const void *block)
{
	fetch_header(block);
	if (!ordinary_event(RECORD_FREE, here, block, 0))
		record_odd_end(here, block);
}

/* ---- malloc and its family ----------------------------------------------------------- */

void *malloc(size_t size_bytes)
{
	if (sample_passes(size_bytes))
		return real.malloc(size_bytes);
	APART(size_bytes);
	void *block = real.malloc(size_bytes);

	if (!ORDINARY(RECORD_ALLOC, block, size_bytes))
		block = record_odd_new_at(FRAME, block, size_bytes);
	APART(block);
	return block;
}

void *calloc(size_t count, size_t size_bytes)
{
	if (sample_passes(count * size_bytes))
		return real.calloc(count, size_bytes);
	APART(count);
	APART(size_bytes);
	void *block = real.calloc(count, size_bytes);

	if (!ORDINARY(RECORD_ALLOC, block, count * size_bytes))
		block = record_odd_new_at(FRAME, block, count * size_bytes);
	APART(block);
	return block;
}

/* A block of the bootstrap arena moves to the real heap. */
static void *adopt_bootstrap(const struct unwind_start *here, const void *block, size_t size_bytes)
{
	void *moved = real.malloc(size_bytes);
	size_t kept = real_bootstrap_size(block);

	if (moved) {
		__builtin_memcpy(moved, block, kept < size_bytes ? kept : size_bytes);
		if (!sample_passes(size_bytes))
			record_new(here, moved, size_bytes);
	}
	return moved;
}

static __attribute__((noinline)) void record_odd_realloc(const struct unwind_start *here, const void *block)
{
	if (!allocator_hidden)
		recorder_reallocating(here, block);
}

static __attribute__((noinline)) void record_realloc_failed(const void *block)
{
	if (!allocator_hidden)
		recorder_realloc_failed(block);
}

/* The old block, the new one, both or neither may be sampled.  The old one's end is recorded before
 * the real call, and then what came of it. */
static void *reallocate_sampled(const struct unwind_start *here, void *block, size_t size_bytes)
{
	if (allocator_hidden)
		return real.realloc(block, size_bytes);
	enum sample_end end = block ? sample_ends(block, false) : SAMPLE_UNSEEN;
	bool ends = end != SAMPLE_UNSEEN;

	if (ends)
		recorder_ending(here, block, size_bytes ? RECORD_REALLOC_FREE : RECORD_FREE,
				end == SAMPLE_TEMPORARY);
	void *moved = real.realloc(block, size_bytes);
	if (moved && !sample_passes(size_bytes) && sample_begins(moved, size_bytes)) {
		recorder_allocated(here, moved, size_bytes);
	} else if (ends && moved) {
		recorder_realloc_unsampled(block);
	} else if (ends && size_bytes) {
		sample_stays(block);
		recorder_realloc_failed(block);
	}
	return moved;
}

static void *reallocate(const struct unwind_start *here, void *block, size_t size_bytes)
{
	if (RARE(block && real_is_bootstrap(block)))
		return adopt_bootstrap(here, block, size_bytes);
	if (RARE(sample_is_on()))
		return reallocate_sampled(here, block, size_bytes);
	fetch_header(block);
	if (block && !size_bytes)
		record_end(here, block);
	else if (block && !ordinary_event(RECORD_REALLOC_FREE, here, block, 0))
		record_odd_realloc(here, block);
	void *moved = real.realloc(block, size_bytes);
	if (moved)
		record_new(here, moved, size_bytes);
	else if (block && size_bytes)
		record_realloc_failed(block);
	return moved;
}

#define REALLOC_PASSES(block, size_bytes) (sample_missed_of_heap(block) && sample_passes(size_bytes))

void *realloc(void *block, size_t size_bytes)
{
	if (REALLOC_PASSES(block, size_bytes))
		return real.realloc(block, size_bytes);
	HERE;
	return reallocate(&here, block, size_bytes);
}

/* Not through the real one, which would come back to our realloc; but where another's is before that, it gets
 * the block, as it would from libc's. */
void *reallocarray(void *block, size_t count, size_t size_bytes)
{
	size_t total;
	HERE;

	if (__builtin_mul_overflow(count, size_bytes, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	if (RARE(!allocator_heap_is_ours()))
		return realloc(block, total);
	if (REALLOC_PASSES(block, total))
		return real.realloc(block, total);
	return reallocate(&here, block, total);
}

void free(void *block)
{
	/* It is not likely, but then it is all: no register is to be saved before. */
	if (LIKELY(sample_missed_of_heap(block))) {
		real.free(block);
		return;
	}
	APART(block);
	fetch_header(block);
	if (RARE(real_is_bootstrap(block)))
		return;
	if (!ORDINARY(RECORD_FREE, block, 0))
		record_odd_end_at(FRAME, block);
	real.free(block);
}

/* Where no library has one of these two, the block goes where free leads, which may be another's. */
void free_sized(void *block, size_t size_bytes)
{
	HERE;

	if (!block || RARE(real_is_bootstrap(block)))
		return;
	real_ensure();
	if (!real.free_sized) {
		free(block);
		return;
	}
	if (!sample_missed(block))
		record_end(&here, block);
	real.free_sized(block, size_bytes);
}

void free_aligned_sized(void *block, size_t alignment, size_t size_bytes)
{
	HERE;

	if (!block || RARE(real_is_bootstrap(block)))
		return;
	real_ensure();
	if (!real.free_aligned_sized) {
		free(block);
		return;
	}
	if (!sample_missed(block))
		record_end(&here, block);
	real.free_aligned_sized(block, alignment, size_bytes);
}

int posix_memalign(void **block, size_t alignment, size_t size_bytes)
{
	HERE;
	real_ensure();
	int failed = real.posix_memalign(block, alignment, size_bytes);

	if (!failed && !sample_passes(size_bytes))
		record_new(&here, *block, size_bytes);
	return failed;
}

void *aligned_alloc(size_t alignment, size_t size_bytes)
{
	HERE;
	real_ensure();
	return recorded_new(&here, real.aligned_alloc(alignment, size_bytes), size_bytes);
}

void *memalign(size_t alignment, size_t size_bytes)
{
	HERE;
	return recorded_new(&here, real.memalign(alignment, size_bytes), size_bytes);
}

void *valloc(size_t size_bytes)
{
	HERE;
	real_ensure();
	return recorded_new(&here, real.valloc(size_bytes), size_bytes);
}

void *pvalloc(size_t size_bytes)
{
	HERE;
	real_ensure();
	return recorded_new(&here, real.pvalloc(size_bytes), size_bytes);
}

size_t malloc_usable_size(void *block)
{
	if (RARE(real_is_bootstrap(block)))
		return real_bootstrap_size(block);
	return real.malloc_usable_size(block);
}

/* ---- C++ operators --------------------------------------------------------------------- */

static __attribute__((noinline)) void record_operator_new(const struct unwind_start *here, const void *block,
							  size_t size_bytes)
{
	if (!ordinary_event(RECORD_ALLOC, here, block, size_bytes))
		begin_odd(here, block, size_bytes);
}

static __attribute__((noinline)) void record_operator_delete(const struct unwind_start *here,
							     const void *block)
{
	fetch_header(block);
	if (!ordinary_event(RECORD_FREE, here, block, 0))
		end_odd(here, block);
}

/* Whether the real function is known; a C++ runtime may have come after us. */
static bool find(void *slot, const char *name)
{
	void *symbol;

	__builtin_memcpy(&symbol, slot, sizeof symbol);
	if (!symbol) {
		real_ensure();
		__builtin_memcpy(&symbol, slot, sizeof symbol);
	}
	if (!symbol) {
		symbol = real_find_late(name);
		__builtin_memcpy(slot, &symbol, sizeof symbol);
	}
	return symbol != NULL;
}

#define OPERATOR_NEW(name, parameters, arguments, without)                                                   \
	void *name parameters                                                                                \
	{                                                                                                    \
		if (LIKELY(real.name && !allocator_records.name))                                            \
			return real.name arguments;                                                          \
		APART_ALL("+r"(size_bytes));                                                                 \
		if (!find(&real.name, #name))                                                                \
			return without;                                                                      \
		if (!allocator_records.name)                                                                 \
			return real.name arguments;                                                          \
		HERE;                                                                                        \
		void *block = real.name arguments;                                                           \
		if (!sample_passes(size_bytes))                                                              \
			record_operator_new(&here, block, size_bytes);                                       \
		return block;                                                                                \
	}

#define NOTHROW const void *nothrow
OPERATOR_NEW(_Znwm, (size_t size_bytes), (size_bytes), malloc(size_bytes))
OPERATOR_NEW(_Znam, (size_t size_bytes), (size_bytes), malloc(size_bytes))
OPERATOR_NEW(_ZnwmRKSt9nothrow_t, (size_t size_bytes, NOTHROW), (size_bytes, nothrow), malloc(size_bytes))
OPERATOR_NEW(_ZnamRKSt9nothrow_t, (size_t size_bytes, NOTHROW), (size_bytes, nothrow), malloc(size_bytes))
OPERATOR_NEW(_ZnwmSt11align_val_t, (size_t size_bytes, size_t alignment), (size_bytes, alignment),
	     aligned_alloc(alignment, size_bytes))
OPERATOR_NEW(_ZnamSt11align_val_t, (size_t size_bytes, size_t alignment), (size_bytes, alignment),
	     aligned_alloc(alignment, size_bytes))
OPERATOR_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, (size_t size_bytes, size_t alignment, NOTHROW),
	     (size_bytes, alignment, nothrow), aligned_alloc(alignment, size_bytes))
OPERATOR_NEW(_ZnamSt11align_val_tRKSt9nothrow_t, (size_t size_bytes, size_t alignment, NOTHROW),
	     (size_bytes, alignment, nothrow), aligned_alloc(alignment, size_bytes))

/* Some come by our free (jemalloc's), some do not: it is said once, here.  Last come the parameters, as
 * APART_ALL wants them; some of the rare ones are left out. */
#define OPERATOR_DELETE(name, parameters, arguments, ...)                                                    \
	void name parameters                                                                                 \
	{                                                                                                    \
		if (LIKELY(real.name && !allocator_records.name)) {                                          \
			real.name arguments;                                                                 \
			return;                                                                              \
		}                                                                                            \
		APART_ALL(__VA_ARGS__);                                                                      \
		if (!find(&real.name, #name)) {                                                              \
			free(block);                                                                         \
			return;                                                                              \
		}                                                                                            \
		if (!allocator_records.name || sample_missed(block)) {                                       \
			real.name arguments;                                                                 \
			return;                                                                              \
		}                                                                                            \
		HERE;                                                                                        \
		if (block)                                                                                   \
			record_operator_delete(&here, block);                                                \
		int outer = guard_enter_internal();                                                          \
		real.name arguments;                                                                         \
		guard_leave(outer);                                                                          \
	}

OPERATOR_DELETE(_ZdlPv, (void *block), (block), "+r"(block))
OPERATOR_DELETE(_ZdaPv, (void *block), (block), "+r"(block))
OPERATOR_DELETE(_ZdlPvRKSt9nothrow_t, (void *block, NOTHROW), (block, nothrow), "+r"(block))
OPERATOR_DELETE(_ZdaPvRKSt9nothrow_t, (void *block, NOTHROW), (block, nothrow), "+r"(block))
OPERATOR_DELETE(_ZdlPvm, (void *block, size_t size_bytes), (block, size_bytes), "+r"(block), "+r"(size_bytes))
OPERATOR_DELETE(_ZdaPvm, (void *block, size_t size_bytes), (block, size_bytes), "+r"(block), "+r"(size_bytes))
OPERATOR_DELETE(_ZdlPvSt11align_val_t, (void *block, size_t alignment), (block, alignment), "+r"(block))
OPERATOR_DELETE(_ZdaPvSt11align_val_t, (void *block, size_t alignment), (block, alignment), "+r"(block))
OPERATOR_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, (void *block, size_t alignment, NOTHROW),
		(block, alignment, nothrow), "+r"(block))
OPERATOR_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, (void *block, size_t alignment, NOTHROW),
		(block, alignment, nothrow), "+r"(block))
OPERATOR_DELETE(_ZdlPvmSt11align_val_t, (void *block, size_t size_bytes, size_t alignment),
		(block, size_bytes, alignment), "+r"(block), "+r"(size_bytes))
OPERATOR_DELETE(_ZdaPvmSt11align_val_t, (void *block, size_t size_bytes, size_t alignment),
		(block, size_bytes, alignment), "+r"(block), "+r"(size_bytes))
